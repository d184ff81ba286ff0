"""Training: one loop to read from top to bottom, and what a long run on real data needs around it."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from copy import copy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau

from course_lib import batches, mistakes, random_state
from course_lib.arguments import check_callable, check_model, check_switch, path_of
from course_lib.checkpoints import CheckpointError, Checkpoints
from course_lib.distributed import join
from course_lib.evaluation import (
    Batched,
    Loss,
    Metrics,
    Stopped,
    as_metrics,
    autocast,
    device_of,
    evaluate,
    measure,
    pair,
    predict,
    values,
)
from course_lib.history import History
from course_lib.interrupts import Interrupts
from course_lib.nonfinite import explain
from course_lib.progress import Progress
from course_lib.run_state import RunState

# a number from a GPU has to be waited for: there the losses are read, and checked, fifty at a time
READ_EVERY = {"cpu": 1}

__all__ = ["History", "deterministic", "evaluate", "fit", "predict"]


def deterministic(on: bool = True) -> None:
    """Let torch use only algorithms that give the same bits each time, on a GPU too; some are slower, some missing.

    On a CPU they are anyhow. Call it before the first computation on a GPU.

    Args:
        on: False takes it back.

    Source: https://docs.pytorch.org/docs/stable/notes/randomness.html

    >>> deterministic()
    >>> torch.are_deterministic_algorithms_enabled()
    True
    >>> deterministic(False)
    """
    check_switch("on", on)
    if on:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS reads it when it starts
    torch.use_deterministic_algorithms(on)
    torch.backends.cudnn.benchmark = False  # it would choose the algorithm by a race


def _number(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} should be a whole number of at least {least}, got {value!r}")


def _check(model: Any, data: Any, loss: Any, optimizer: Any, validate: Any) -> None:
    check_model(model)
    if isinstance(model, DistributedDataParallel):
        raise TypeError("give the model itself: under torchrun, fit wraps it in DistributedDataParallel")
    check_callable("loss", loss, "nn.CrossEntropyLoss()")
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer should be one of torch.optim or course_lib.optimizers, got {optimizer!r}")
    if isinstance(optimizer, torch.optim.LBFGS):
        raise TypeError(
            "LBFGS computes the loss several times a step and needs a loop of its own; take another optimizer"
        )
    batches.check("data", data)
    if validate is not None:
        batches.check("validate", validate)
    trainable = {id(p) for p in model.parameters() if p.requires_grad}
    if not trainable:
        raise ValueError(
            f"{type(model).__name__} has no parameter to train: none at all, or all with requires_grad=False"
        )
    if not any(id(p) in trainable for group in optimizer.param_groups for p in group["params"]):
        raise ValueError(
            "the optimizer holds no trainable parameter of this model, but another model's; make it after the model: "
            "optimizer = Adam(model.parameters(), lr=0.001)"
        )


def _check_loss(value: Any) -> None:
    if not isinstance(value, Tensor) or value.numel() != 1:
        got = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        raise ValueError(f"loss should give one number, the mean over the batch, as a tensor; got {got}")
    if not value.requires_grad:
        raise ValueError(
            "the loss does not depend on the model's parameters, so nothing can be learned: is there an argmax, a "
            ".detach(), an .item() or torch.no_grad() between the outputs and the loss?"
        )


def fit(
    model: nn.Module,
    data: Any,
    loss: Loss,
    optimizer: torch.optim.Optimizer,
    *,
    epochs: int,
    validate: Any = None,
    metrics: Metrics | None = None,
    schedule: Callable[[int], float] | LRScheduler | None = None,
    device: str | torch.device | None = None,
    precision: str | torch.dtype | None = None,
    clip: float | None = None,
    accumulate: int = 1,
    patience: int | None = None,
    checkpoint: str | Path | Checkpoints | None = None,
    resume: bool = False,
    logdir: str | Path | None = None,
    progress: bool = True,
    seed: int = 0,
) -> History:
    """Train a model: for every batch θ ← θ - η g(θ), as the optimizer has it, until all epochs are done.

    A run that was stopped, by Ctrl-C, SIGTERM or `kill -9`, and goes on with `resume=True`, gives on a CPU the same
    weights to the last bit as one that was not: the order of the data follows from the seed and the epoch's number, and
    a checkpoint holds every random number generator. Started by torchrun, several processes share each batch.

    Every step starts without gradients: those that an earlier `backward()` left are forgotten, as by `zero_grad()`. A
    loop of your own that forgets it adds them up, and nothing can tell that from summing on purpose.

    Args:
        model: takes a batch's inputs. It is moved to the device, and set to train if it was in eval mode.
        data: gives batches (inputs, targets), the same number each epoch: a DataLoader, a TensorLoader.
        loss: of outputs and targets, the mean over a batch.
        optimizer: over the model's parameters.
        epochs: how often to go through the data, those before a resume included.
        validate: data that are measured after every epoch, and never learned from.
        metrics: by name: of `course_lib.metrics`, or functions that give a mean over a batch.
        schedule: what the learning rate is multiplied with, a function of the step from 0 on; or a scheduler of torch,
            called after every step (ReduceLROnPlateau: after every epoch, with the validation loss, or the training's).
        device: where to compute; by default the best there is.
        precision: None, or "bfloat16" or "float16" for fewer bits in matrix products.
        clip: the gradient is scaled down to this norm where it is longer.
        accumulate: batches whose gradients make one step: a larger batch in less memory.
        patience: stop after so many epochs without a lower validation loss; the model gets the best epoch's weights.
        checkpoint: the run's folder, or `Checkpoints(folder, keep=…, every=…)`. One is written at the end of every
            epoch, and when a signal stops the run.
        resume: go on from the newest checkpoint, or start where there is none yet. Without it a folder with a longer
            run's checkpoints is refused.
        logdir: a folder for TensorBoard's logs.
        progress: tell how far it is: a bar in a terminal, elsewhere a line an epoch.
        seed: of the order of the data and of the random numbers the model draws; its weights were drawn before.

    Returns:
        The history: every step's loss, and a row for every epoch.

    Raises:
        FloatingPointError: the loss is NaN or infinite; with the step, the batch and likely causes.
        CheckpointError: a checkpoint cannot be written, or is of another run.
        KeyboardInterrupt, SystemExit: SIGINT or SIGTERM came; the checkpoint is written.
        TypeError, ValueError: an argument that cannot work; the message says why.

    >>> x = torch.linspace(-1, 1, 8)[:, None]
    >>> line = nn.Linear(1, 1)
    >>> history = fit(line, [(x, 3 * x + 1)], nn.functional.mse_loss, torch.optim.SGD(line.parameters(), lr=0.5),
    ...               epochs=100, device="cpu", progress=False)
    >>> round(line.weight.item(), 3), round(line.bias.item(), 3), len(history.steps)
    (3.0, 1.0, 100)
    """
    _check(model, data, loss, optimizer, validate)
    for name, given, least in (("epochs", epochs, 1), ("accumulate", accumulate, 1), ("seed", seed, 0)):
        _number(name, given, least)
    if patience is not None:
        _number("patience", patience, 1)
        if validate is None:
            raise ValueError("patience watches the validation loss: give validate too")
    if clip is not None and not (isinstance(clip, int | float) and clip > 0):
        raise ValueError(f"clip should be a norm above 0, got {clip!r}")
    for name, switch in (("resume", resume), ("progress", progress)):
        check_switch(name, switch)
    if schedule is not None and not isinstance(schedule, LRScheduler):
        check_callable("schedule", schedule, "cosine(1000), or a scheduler of torch")
    if checkpoint is not None and not isinstance(checkpoint, Checkpoints):
        checkpoint = Checkpoints(path_of(checkpoint, "checkpoint"))
    if logdir is not None:
        logdir = path_of(logdir, "logdir")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs the folder to go on from: checkpoint='runs/first'")

    ranks, place = join(device)
    place = device_of(model, place)  # "cuda" has become "cuda:0"
    moments = [value for state in optimizer.state.values() for value in state.values() if isinstance(value, Tensor)]
    if any(value.ndim and value.device != place for value in moments):
        optimizer.load_state_dict(optimizer.state_dict())  # moves them to where the parameters went
    if not model.training:
        model.train()  # one part alone in eval mode, such as a frozen batch norm, stays as it is
    context, measured = autocast(place, precision), as_metrics(metrics)
    batched = Batched(measured)
    of_validation = {name: copy(metric) for name, metric in measured.items()}
    # float16 gradients below 3e-8 would be 0: the loss is scaled up, and the gradients down again
    half = getattr(context, "fast_dtype", None) == torch.float16
    scaler = torch.amp.GradScaler(place.type, enabled=half)
    if schedule is not None and not isinstance(schedule, LRScheduler):
        schedule = LambdaLR(optimizer, schedule)
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    forward: Any = model
    if ranks.size > 1:
        forward = DistributedDataParallel(model, [place] if place.type == "cuda" else None)
    exchange = nullcontext()
    read_every = READ_EVERY.get(place.type, 50)

    run = RunState(model, optimizer, schedule, scaler, measured, ranks, place, seed, accumulate, batches.count(data))
    history, loss_mean, steps = run.history, run.loss_mean, run.history.steps
    keeper = checkpoint
    bar = Progress(progress and ranks.rank == 0, epochs=epochs, batches=run.batches)
    run.seed_generators()
    if keeper is not None:
        there = ranks.broadcast(keeper.steps())
        if there and not resume:
            raise CheckpointError(
                f"{keeper.folder} holds the checkpoints of a run up to step {there[-1]}: go on from it with "
                "resume=True, or choose another folder"
            )
        found = ranks.broadcast(keeper.latest() if there and ranks.rank == 0 else None)
        if found is not None:
            run.load_state_dict(found)
            steps = history.steps
            bar.line(f"going on from step {run.step}: {run.epoch} epochs and {run.done} batches are done")

    with ExitStack() as stack:
        interrupts = stack.enter_context(Interrupts())
        writer: Any = None
        if logdir is not None and ranks.rank == 0:
            try:
                from torch.utils.tensorboard import SummaryWriter  # only who wants logs waits for it
            except ImportError as error:
                raise ImportError("logdir needs TensorBoard: pip install tensorboard") from error

            # a step that was logged and then lost is hidden where it comes again
            writer = SummaryWriter(str(logdir), purge_step=run.step + 1)
            stack.callback(writer.close)
        if keeper is not None:
            stack.callback(keeper.close)

        def read_losses() -> None:
            for number in loss_mean.read():
                steps.append(number)
                if writer is not None and len(steps) % 10 == 0:
                    writer.add_scalar("loss/step", number, len(steps))
                if not math.isfinite(number):
                    where = f"step {len(steps)} (epoch {run.epoch + 1})"
                    as_it_was = model if read_every == 1 else None
                    raise explain(number, where, run.again(data), as_it_was, steps[:-1], half)

        def save(wait: bool) -> None:
            batched.flush()
            read_losses()  # one that is not finite ends the run here, and the checkpoint before stays the last
            state = run.state_dict()  # all processes take part in it, one writes
            if keeper is not None and ranks.rank == 0 and keeper.save(state, wait=wait):
                run.saved = run.position()

        while run.epoch < epochs and (patience is None or run.stale < patience):
            bar.start(run.epoch)
            started = time.perf_counter()
            parts = run.begin_epoch(data)
            for group in batches.grouped(parts, accumulate):
                # the gradients of these batches make one step, together as one large batch would
                own, whole = sum([part[1] for part in group]), sum([part[2] for part in group])
                for p in parameters:
                    p.grad = None  # optimizer.zero_grad(), without its entry in the profiler's record
                step_loss: Any = 0.0
                for index, (batch, mine, _) in enumerate(group, start=1):
                    inputs, targets = pair(batch, place)
                    last = index == len(group)
                    # the processes exchange gradients once a step, with the last batch
                    with exchange if last or ranks.size == 1 else forward.no_sync():
                        outputs = None
                        try:
                            with context:
                                outputs = forward(inputs)
                                if not steps:
                                    mistakes.check_loss(loss, outputs, targets)
                                value = loss(outputs, targets)
                        except (RuntimeError, ValueError, IndexError) as error:
                            mistakes.explain(error, model, loss, inputs, outputs, targets)
                            raise
                        if not steps:
                            _check_loss(value)
                        if mine != own:
                            step_loss = step_loss + value.detach() * (mine / max(own, 1))
                        else:
                            step_loss = value.detach()
                        if last:
                            loss_mean.add(step_loss, own)
                            if loss_mean.pending >= read_every:
                                read_losses()  # on a CPU before the step: NaN does not reach the weights
                        # the mean over processes of these is the mean over all samples
                        share = mine * ranks.size / whole
                        scaler.scale(value if share == 1 else value * share).backward()
                    if mine:
                        batched.add(outputs, targets)
                if clip is not None:
                    scaler.unscale_(optimizer)
                    nn.utils.clip_grad_norm_(parameters, clip)
                scaler.step(optimizer)
                scaler.update()
                if schedule is not None and not isinstance(schedule, ReduceLROnPlateau):
                    schedule.step()
                run.step += 1
                run.done += len(group)
                bar.step(run.done, steps[-1] if steps else math.nan)
                stop = interrupts.received is not None
                if ranks.size > 1:
                    stop = ranks.sum([float(stop)])[0] > 0  # all stop after the same step
                if stop:
                    interrupts.received = interrupts.received or signal.SIGTERM  # another process's
                    save(wait=True)
                    ranks.collect(None)  # torchrun ends all when one ends: the others wait for the one that writes
                    interrupts.obey()
                if keeper is not None and keeper.every is not None and run.step % keeper.every == 0:
                    save(wait=False)
            if run.done == 0:
                raise ValueError("data gave no batches")

            read_losses()
            batched.flush()
            row = {"epoch": run.epoch + 1, "step": run.step, "loss": loss_mean.mean(), **values(measured, ranks)}
            if validate is not None:
                # looking at other data changes nothing in the run: the random numbers go on where they were
                generators = random_state.capture(place)
                try:
                    stopped = None if ranks.size > 1 else lambda: interrupts.received is not None
                    seen = measure(model, validate, loss, of_validation, place, context, ranks, stopped)
                except Stopped:
                    random_state.restore(generators, place)
                    save(wait=True)
                    interrupts.obey()
                random_state.restore(generators, place)
                row |= {f"validate_{name}": value for name, value in seen.items()}
            row |= {"lr": float(optimizer.param_groups[0]["lr"]), "seconds": time.perf_counter() - started}
            if isinstance(schedule, ReduceLROnPlateau):
                schedule.step(row.get("validate_loss", row["loss"]))
            run.end_epoch(row, keep_best=patience is not None)
            bar.row(row)
            if writer is not None:
                for name in row.keys() - {"epoch", "step", "loss"}:
                    writer.add_scalar(name.replace("validate_", "validate/"), row[name], run.step)
                writer.add_scalar("loss/epoch", row["loss"], run.step)
                writer.flush()
            if keeper is not None:
                save(wait=False)

        if keeper is not None and ranks.broadcast(run.saved != run.position()):
            save(wait=True)  # the thread was busy with the one before
    if patience is not None:
        run.load_best()
    return history
