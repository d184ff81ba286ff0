"""Where a training run stands: everything it needs to go on as if it had never been stopped."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler

from course_lib import batches, random_state
from course_lib.checkpoints import CheckpointError
from course_lib.distributed import Ranks
from course_lib.evaluation import pooled
from course_lib.history import History
from course_lib.metrics import Metric
from course_lib.running_mean import RunningMean
from course_lib.state_dicts import load_model, load_optimizer


class RunState:
    """The parts of a run that change while it runs; `fit` makes one.

    Args:
        model, optimizer, schedule, scaler, metrics: of the run.
        ranks: the processes that share it.
        device: of this process.
        seed, accumulate: as for `fit`.
        count: batches of an epoch, None where the loader does not know.

    Attributes:
        step: updates so far.
        epoch: complete epochs.
        done: batches of the epoch after those.
        stale: epochs since the lowest validation loss.
        history: the record of the run.
        loss_mean: of the epoch so far.

    >>> model = nn.Linear(1, 1)
    >>> run = RunState(model, torch.optim.SGD(model.parameters()), None, torch.amp.GradScaler("cpu", enabled=False),
    ...                {}, Ranks(), torch.device("cpu"), seed=0, accumulate=1, count=3)
    >>> run.position()
    (0, 0, 0)
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        schedule: LRScheduler | None,
        scaler: torch.amp.GradScaler,
        metrics: Mapping[str, Metric],
        ranks: Ranks,
        device: torch.device,
        seed: int,
        accumulate: int,
        count: int | None,
    ) -> None:
        self.model, self.optimizer, self.schedule, self.scaler, self.metrics = (
            model,
            optimizer,
            schedule,
            scaler,
            metrics,
        )
        self.ranks, self.device, self.seed, self.accumulate, self.batches = ranks, device, seed, accumulate, count
        self.step = self.epoch = self.done = self.stale = 0
        self.history, self.loss_mean = History(), RunningMean(ranks)
        self.saved: tuple[int, int, int] | None = None
        self._best: dict[str, Any] | None = None
        self._epoch_generators: dict[str, Any] | None = None  # where the epoch began
        self._generators: dict[str, Any] | None = None  # where a resumed run has to go on

    def position(self) -> tuple[int, int, int]:
        """(step, epoch, done)."""
        return self.step, self.epoch, self.done

    def seed_generators(self) -> None:
        """Seed every generator of this process from the run's seed, its rank and the step."""
        seed = (self.seed + 1_000_003 * self.ranks.rank + 7_919 * self.step) % 2**32
        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed)

    def begin_epoch(self, data: Any) -> Iterator[tuple[Any, int, int]]:
        """This process's parts of the batches of the epoch that are still to do, as `batches.batches` gives them."""
        batches.seed_order(data, self.seed, self.epoch)
        if self._epoch_generators is None:
            self._epoch_generators = random_state.capture(self.device)
        else:  # a data set or loader of the learner's own may draw from them: the batches done come again the same
            random_state.restore(self._epoch_generators, self.device)
        return batches.batches(data, self.ranks, self.done, self._ready)

    def _ready(self) -> None:
        if self._generators is not None:  # last of all: nothing may draw from them between here and the next batch
            random_state.restore(self._generators, self.device)
            self._generators = None

    def again(self, data: Any) -> Any:
        """This process's part of the batch whose loss was the last one read, fetched once more."""
        batches.seed_order(data, self.seed, self.epoch)
        random_state.restore(self._epoch_generators or random_state.capture(self.device), self.device)
        first = (len(self.history.steps) - self._steps_before()) * self.accumulate - self.accumulate
        return next(islice(batches.batches(data, self.ranks), first, None))[0]

    def _steps_before(self) -> int:
        return int(self.history.epochs[-1]["step"]) if self.history.epochs else 0

    def end_epoch(self, row: dict[str, float], keep_best: bool) -> None:
        """Write down the epoch's row, and be ready for the next."""
        self.history.epochs.append(row)
        self.epoch, self.done, self._epoch_generators = self.epoch + 1, 0, None
        self.loss_mean.reset()
        for metric in self.metrics.values():
            metric.reset()
        if keep_best:
            if self._best is None or row["validate_loss"] < self._best["loss"]:
                weights = {name: value.clone() for name, value in self.model.state_dict().items()}
                self._best, self.stale = {"loss": row["validate_loss"], "model": weights}, 0
            else:
                self.stale += 1

    def load_best(self) -> None:
        """Give the model the weights of the epoch with the lowest validation loss."""
        if self._best is not None:
            load_model(self.model, self._best["model"])

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint holds; all processes call it together.

        Raises:
            FloatingPointError: a weight is not finite; such a checkpoint would be worse than the one before.
        """
        norms = torch._foreach_norm([p.detach() for p in self.model.parameters() if p.is_floating_point()])
        if not bool(torch.stack([norm.isfinite() for norm in norms]).all()):
            raise FloatingPointError(
                f"weights are not finite after step {self.step}, though the loss was: the learning rate is too large; "
                "take a tenth of it, or clip=1.0"
            )
        now = random_state.capture(self.device)
        generators = {"now": now, "epoch": self._epoch_generators or now}
        return {
            "step": self.step,
            "epoch": self.epoch,
            "done": self.done,
            "run": {"seed": self.seed, "accumulate": self.accumulate, "batches": self.batches},
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "optimizer_class": type(self.optimizer).__name__,
            "schedule": None if self.schedule is None else self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
            "history": self.history.state_dict(),
            "loss_mean": self.loss_mean.state_dict(),
            "metrics": {name: pooled(metric, self.ranks) for name, metric in self.metrics.items()},
            "best": self._best,
            "stale": self.stale,
            "generators": self.ranks.collect(generators),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over a checkpoint.

        Raises:
            CheckpointError: it is of another model, optimizer or order of the data; the message says what differs.
        """
        own = {"seed": self.seed, "accumulate": self.accumulate, "batches": self.batches}
        for name, value in own.items():
            if state["done"] and state["run"][name] != value:  # at an epoch's end nothing depends on them
                raise CheckpointError(
                    f"the checkpoint is in the middle of an epoch of a run with {name} = {state['run'][name]}, and "
                    f"here it is {value}: the batches that are left would be others"
                )
        if state["optimizer_class"] != type(self.optimizer).__name__:
            raise CheckpointError(
                f"the checkpoint is of a run with {state['optimizer_class']}, this optimizer is "
                f"{type(self.optimizer).__name__}: take the same, or load the weights alone with load_model"
            )
        if (state["schedule"] is None) != (self.schedule is None):
            was, now = ("without", "with") if state["schedule"] is None else ("with", "without")
            raise CheckpointError(f"the checkpoint is of a run {was} a schedule, this one is {now}")
        load_model(self.model, state["model"])
        load_optimizer(self.optimizer, state["optimizer"])
        if self.schedule is not None:
            self.schedule.load_state_dict(state["schedule"])
        if state["scaler"] and self.scaler.is_enabled():
            self.scaler.load_state_dict(state["scaler"])
        self.step, self.epoch, self.done, self.stale = (state[name] for name in ("step", "epoch", "done", "stale"))
        self.history.load_state_dict(state["history"])
        self.saved = self.position()
        self._best = state["best"]
        self.loss_mean.load_state_dict(state["loss_mean"])
        if self.ranks.rank == 0:  # the sums are over all processes: one takes them
            for name, metric in self.metrics.items():
                sums, metric.count = state["metrics"].get(name, (None, 0))
                metric.sums = None if sums is None else sums.to(self.device)
        if self.ranks.rank < len(state["generators"]):
            mine = state["generators"][self.ranks.rank]
            self._epoch_generators, self._generators = mine["epoch"], mine["now"]
        else:
            self.seed_generators()  # there were fewer processes
