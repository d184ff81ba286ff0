"""`fit` against a loop written by hand, stopped in every way there is, and given what beginners give it."""

import contextlib
import math
import os
import random
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torture
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from course_lib import training
from course_lib.checkpoints import CheckpointError, Checkpoints, load
from course_lib.datasets import TensorLoader, digits
from course_lib.interrupts import Interrupts
from course_lib.metrics import Accuracy, ConfusionMatrix
from course_lib.nonfinite import explain
from course_lib.training import History, deterministic, evaluate, fit, predict

TABLE = digits()
X, Y = TABLE.x[:160] / 16, TABLE.y[:160]
SEEN = (TABLE.x[160:240] / 16, TABLE.y[160:240])


def mlp(dropout: float = 0.0) -> nn.Sequential:
    torch.manual_seed(7)
    return nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 10))


def run(model: nn.Module, data: Any = None, loss: Any = None, optimizer: Any = None, **options: Any) -> History:
    data = TensorLoader((X, Y), 32, shuffle=True) if data is None else data
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9) if optimizer is None else optimizer
    options = {"epochs": 2, "device": "cpu", "progress": False, **options}
    return fit(model, data, loss or nn.CrossEntropyLoss(), optimizer, **options)


def same(model: nn.Module, other: nn.Module) -> bool:
    pairs = zip(model.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def rows(history: History) -> list[dict[str, float]]:
    return [{**row, "seconds": 0.0} for row in history.epochs]


def after(steps: int, number: int) -> Callable[[Any, Any], Tensor]:
    """Cross-entropy that sends this process a signal while it computes step `steps`."""
    calls, loss = [0], nn.CrossEntropyLoss()

    def function(outputs: Tensor, targets: Tensor) -> Tensor:
        if outputs.requires_grad:
            calls[0] += 1
            if calls[0] == steps:
                os.kill(os.getpid(), number)
        value: Tensor = loss(outputs, targets)
        return value

    return function


class TestTheLoop:
    def test_it_is_the_loop_written_by_hand(self) -> None:
        model, by_hand = mlp(), mlp()
        batches = [(X[i : i + 30], Y[i : i + 30]) for i in range(0, 160, 30)]
        history = run(model, batches, metrics={"accuracy": Accuracy()})
        optimizer, losses, right = torch.optim.SGD(by_hand.parameters(), lr=0.1, momentum=0.9), [], 0
        for _ in range(2):
            right = 0
            for x, y in batches:
                optimizer.zero_grad()
                outputs = by_hand(x)
                loss = nn.functional.cross_entropy(outputs, y)
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
                right += int((outputs.argmax(1) == y).sum())
        assert same(model, by_hand) and history.steps == losses
        assert history.epochs[1]["accuracy"] == pytest.approx(right / 160)
        weighted = sum(a * len(x) for a, (x, _) in zip(losses[6:], batches, strict=True)) / 160
        assert history.epochs[1]["loss"] == pytest.approx(weighted)
        assert history.epochs[1]["step"] == 12 and history.epochs[1]["lr"] == 0.1

    def test_the_order_follows_from_the_seed_alone(self) -> None:
        orders = []
        for loader in (TensorLoader((X, Y), 32, shuffle=True), DataLoader(TensorDataset(X, Y), 32, shuffle=True)):
            for seed in (0, 0, 1):
                torch.manual_seed(random.randrange(100))
                model = mlp()
                torch.rand(random.randrange(9))
                orders.append(run(model, loader, seed=seed).steps)
        assert orders[0] == orders[1] == orders[3] == orders[4] and orders[2] == orders[5] != orders[0]

    def test_looking_at_validation_data_changes_nothing(self) -> None:
        plain, watched = mlp(0.5), mlp(0.5)
        run(plain)
        history = run(
            watched, validate=DataLoader(TensorDataset(*SEEN), 32, shuffle=True), metrics={"accuracy": Accuracy()}
        )
        assert same(plain, watched)
        seen = evaluate(watched, TensorLoader(SEEN, 7), nn.CrossEntropyLoss(), {"accuracy": Accuracy()})
        assert history.epochs[-1]["validate_loss"] == pytest.approx(seen["loss"])
        assert history.epochs[-1]["validate_accuracy"] == pytest.approx(seen["accuracy"])

    def test_accumulated_batches_are_one_large_batch(self) -> None:
        small, large = mlp().double(), mlp().double()
        data = X.double(), Y
        one = run(small, TensorLoader(data, 25), accumulate=3)  # groups of 75, 75, 10
        other = run(large, TensorLoader(data, 75))
        assert one.steps == pytest.approx(other.steps, rel=1e-12) and len(one.steps) == 6
        for a, b in zip(small.parameters(), large.parameters(), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)

    def test_more_batches_than_there_are_make_one_step_an_epoch(self) -> None:
        whole, huge = mlp(), mlp()
        run(whole, TensorLoader((X, Y), 25), accumulate=len(X))
        assert len(run(huge, TensorLoader((X, Y), 25), accumulate=10**30).steps) == 2
        assert same(whole, huge)

    def test_the_gradient_is_clipped(self) -> None:
        model, start = mlp(), mlp()
        run(model, [(X, Y)], optimizer=torch.optim.SGD(model.parameters(), lr=1.0), epochs=1, clip=0.01)
        moved = [a - b for a, b in zip(model.parameters(), start.parameters(), strict=True)]
        assert torch.cat([m.flatten() for m in moved]).norm().item() == pytest.approx(0.01, rel=1e-3)

    def test_a_schedule_is_a_function_of_the_step_or_torchs(self) -> None:
        model, other = mlp(), mlp()
        one = run(model, schedule=lambda step: 0.9**step)
        optimizer = torch.optim.SGD(other.parameters(), lr=0.1, momentum=0.9)
        two = run(other, optimizer=optimizer, schedule=torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9))
        assert one.epochs[-1]["lr"] == pytest.approx(0.1 * 0.9**10) == pytest.approx(two.epochs[-1]["lr"])
        third = mlp()
        optimizer = torch.optim.SGD(third.parameters(), lr=0.0)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, eps=0)
        optimizer.param_groups[0]["lr"] = 1e-12
        assert run(third, optimizer=optimizer, schedule=plateau, epochs=3).epochs[0]["lr"] == 1e-12
        assert optimizer.param_groups[0]["lr"] < 1e-12

    def test_patience_stops_and_keeps_the_best(self, tmp_path: Path) -> None:
        model, noise = mlp(), TensorLoader((SEEN[0], Y[:80]), 80)  # labels that have nothing to do with the pictures
        options = {"validate": noise, "patience": 2, "epochs": 50, "checkpoint": tmp_path, "resume": True}
        history = run(model, **options)
        best = history.best()
        assert len(history.epochs) == best["epoch"] + 2 < 50
        assert evaluate(model, noise, nn.CrossEntropyLoss())["loss"] == best["validate_loss"]
        again = mlp()
        assert len(run(again, **options).epochs) == len(history.epochs), "a run that was stopped early stays stopped"
        assert same(model, again)

    @pytest.mark.parametrize("precision", ["bfloat16", torch.bfloat16, "float16"])
    def test_fewer_bits_learn_too(self, precision: Any, tmp_path: Path) -> None:
        model = mlp()
        history = run(model, precision=precision, epochs=6, schedule=lambda step: 1.0, checkpoint=tmp_path)
        assert history.steps[-1] < 0.6 * history.steps[0]
        assert run(mlp(), precision=precision, epochs=7, schedule=lambda step: 1.0, checkpoint=tmp_path, resume=True)
        seen = evaluate(model, TensorLoader(SEEN, 40), nn.CrossEntropyLoss(), precision=precision)["loss"]
        assert seen == pytest.approx(evaluate(model, TensorLoader(SEEN, 40), nn.CrossEntropyLoss())["loss"], rel=0.05)

    def test_modules_keep_their_modes(self) -> None:
        model = mlp(0.5)
        model.eval()
        run(model, validate=TensorLoader(SEEN, 40), epochs=1)
        assert model.training and model[2].training, "a model in eval mode is set to train"
        model[2].eval()
        run(model, validate=TensorLoader(SEEN, 40), epochs=1)
        assert model.training and not model[2].training, "a part that was frozen on purpose stays frozen"

    def test_deterministic_is_a_switch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
        deterministic()
        assert torch.are_deterministic_algorithms_enabled() and os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
        deterministic(False)
        assert not torch.are_deterministic_algorithms_enabled()

    def test_metrics_may_be_functions_and_nested_batches(self) -> None:
        class Picked(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = mlp()

            def forward(self, batch: dict[str, Tensor]) -> Tensor:
                out: Tensor = self.inner(batch["pixels"])
                return out

        def share(outputs: Tensor, targets: Tensor) -> float:
            return float((outputs.argmax(1) == targets).float().mean())

        model, counted = Picked(), Accuracy()
        counted.update(torch.zeros(2, 2), torch.zeros(2, dtype=torch.long))
        data = [({"pixels": X[:100]}, Y[:100]), ({"pixels": X[100:]}, Y[100:])]
        history = run(model, data, metrics={"share": share, "accuracy": counted})
        assert history.epochs[-1]["share"] == pytest.approx(history.epochs[-1]["accuracy"])
        assert counted.count == 2, "the caller's own counts are let be"

    def test_metrics_of_batches_that_cannot_be_joined(self) -> None:
        model, total = nn.Identity(), 0
        data = []
        for length in (3, 3, 5, 4):  # sentences of so many words, a class for each word
            scores = torch.randn(2, 10, length)
            data.append((scores, torch.randint(10, (2, length))))
            total += int((scores.argmax(1) == data[-1][1]).sum())
        assert evaluate(model, data, metrics={"accuracy": Accuracy()})["accuracy"] == pytest.approx(total / 30)
        large = (torch.randn(6000, 10), torch.randint(10, (6000,)))
        share = (large[0].argmax(1) == large[1]).double().mean().item()
        assert evaluate(model, [large, large], metrics={"accuracy": Accuracy()})["accuracy"] == pytest.approx(share)

    def test_moments_follow_the_parameters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        model = mlp()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        elsewhere = {p: {"momentum_buffer": torch.empty_like(p, device="meta")} for p in model.parameters()}
        optimizer.state.update(elsewhere)
        moved: list[Any] = []
        monkeypatch.setattr(optimizer, "load_state_dict", lambda state: (moved.append(state), optimizer.state.clear()))
        run(model, optimizer=optimizer)
        assert len(moved) == 1


class TestStopped:
    @pytest.mark.parametrize("kind", ["tensors", "pictures", "workers", "own"])
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
    def test_within_a_step_and_on_to_the_same_bits(self, kind: str, number: int, tmp_path: Path) -> None:
        class Own:
            """A loader of the learner's, which takes its order from the global generator."""

            def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
                for rows in torch.randperm(160).split(32):
                    yield X[rows], Y[rows]

        def data() -> Any:
            dataset = TensorDataset(X, Y)
            return {
                "tensors": lambda: TensorLoader(dataset, 32, shuffle=True),
                "pictures": lambda: DataLoader(dataset, 32, shuffle=True),
                "workers": lambda: DataLoader(dataset, 32, shuffle=True, num_workers=1),
                "own": Own,
            }[kind]()

        options = {"epochs": 3, "metrics": {"accuracy": Accuracy()}, "schedule": lambda step: 0.95**step}
        whole, stopped, resumed = mlp(0.4), mlp(0.4), mlp(0.4)
        expected = run(whole, data(), **options)
        with pytest.raises(SystemExit if number == signal.SIGTERM else KeyboardInterrupt) as caught:
            run(stopped, data(), after(8, number), checkpoint=tmp_path, **options)
        assert number == signal.SIGINT or caught.value.code == 143
        assert Checkpoints(tmp_path).steps()[-1] == 8, "saved within the step"
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, "the handlers are as before"
        torch.rand(5)
        history = run(resumed, data(), checkpoint=tmp_path, resume=True, **options)
        assert same(whole, resumed) and history.steps == expected.steps and rows(history) == rows(expected)

    def test_while_it_validates(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        whole, resumed = mlp(0.4), mlp(0.4)
        expected = run(whole, validate=TensorLoader(SEEN, 10), metrics={"accuracy": Accuracy()})
        seen: list[int] = []

        class Watched(list[Any]):
            def __iter__(self) -> Iterator[Any]:
                for batch in TensorLoader(SEEN, 10):
                    seen.append(1)
                    if len(seen) == 3:
                        os.kill(os.getpid(), signal.SIGTERM)
                    torch.rand(3)
                    yield batch

        options = {"metrics": {"accuracy": Accuracy()}, "checkpoint": tmp_path}
        with pytest.raises(SystemExit):
            run(mlp(0.4), validate=Watched([1]), **options)
        assert len(seen) <= 4, "it does not wait for the end of the validation"
        assert "SIGTERM: stopping at the end of this step" in capsys.readouterr().err
        history = run(resumed, validate=TensorLoader(SEEN, 10), resume=True, **options)
        assert same(whole, resumed) and rows(history) == rows(expected)

    def test_killed_ten_times(self, tmp_path: Path) -> None:
        kills, _ = torture.torture(tmp_path, 10)  # whether one comes in the middle of writing is chance: see below
        assert kills == 10

    def test_killed_between_writing_and_renaming(self, tmp_path: Path) -> None:
        forks = torture.context()
        for saves in (1, 3, 2):
            process = forks.Process(target=torture.child, args=(tmp_path, 2, saves))
            process.start()
            process.join()
            assert process.exitcode == -signal.SIGKILL and len(list(tmp_path.glob(".*.writing"))) >= 1
            assert (saves == 1) == (Checkpoints(tmp_path).steps() == []), "what was written before is there"
        weights, history = torture.train(tmp_path, 2)
        expected, whole = torture.train(None, 2)
        assert history.steps == whole.steps and all(torch.equal(weights[name], expected[name]) for name in expected)
        assert list(tmp_path.glob(".*.writing")) == []

    def test_a_damaged_checkpoint_costs_steps_and_nothing_else(self, tmp_path: Path) -> None:
        whole, resumed = mlp(0.4), mlp(0.4)
        run(whole, epochs=3)
        run(mlp(0.4), epochs=2, checkpoint=tmp_path)
        newest = Checkpoints(tmp_path).path(10)
        newest.write_bytes(newest.read_bytes()[:999])
        with pytest.warns(UserWarning, match=r"Going on from step 5; it is now step-000000010\.pt\.damaged"):
            run(resumed, epochs=3, checkpoint=tmp_path, resume=True)
        assert same(whole, resumed)

    def test_a_run_that_is_done_is_left_alone(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        model, again = mlp(), mlp()
        run(model, checkpoint=tmp_path)
        content = Checkpoints(tmp_path).path(10).read_bytes()
        history = run(again, checkpoint=tmp_path, resume=True, progress=True)
        assert same(model, again) and len(history.epochs) == 2
        assert Checkpoints(tmp_path).path(10).read_bytes() == content
        assert "going on from step 10: 2 epochs and 0 batches are done" in capsys.readouterr().out

    def test_a_busy_writer_does_not_lose_the_last(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = Checkpoints.save
        waits: list[bool] = []

        def busy(self: Checkpoints, state: Any, *, wait: bool = True) -> bool:
            waits.append(wait)
            return real(self, state, wait=wait) if wait else False

        monkeypatch.setattr(Checkpoints, "save", busy)
        run(mlp(), checkpoint=tmp_path)
        assert waits == [False, False, True] and Checkpoints(tmp_path).steps() == [10]

    def test_interrupts_in_other_places(self) -> None:
        with Interrupts() as interrupts:
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupts.received == signal.SIGINT
            os.kill(os.getpid(), signal.SIGTERM)  # torchrun repeats itself: the saving goes on
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        result: list[Any] = []
        thread = threading.Thread(target=lambda: result.append(run(mlp())))
        thread.start()
        thread.join()
        assert len(result[0].epochs) == 2, "a fit in a thread handles no signals, and works"

    def test_a_forked_worker_ends_on_sigterm_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        interrupts, ended = Interrupts(), list[int]()
        interrupts._process = -1  # as in a fork
        monkeypatch.setattr(os, "_exit", ended.append)
        for number in (signal.SIGINT, signal.SIGTERM):
            interrupts._note(number, None)
        assert ended == [143] and interrupts.received is None

    @pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 7)])
    def test_a_forked_worker_does_not_save(self, number: int, status: int) -> None:
        with Interrupts() as interrupts:
            process = os.fork()
            if process == 0:  # as a DataLoader's worker
                os.kill(os.getpid(), number)
                os._exit(7)
            assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == status
            assert interrupts.received is None


class TestNotFinite:
    @pytest.mark.parametrize(
        ("x", "y", "loss", "options", "told"),
        [
            (X.clone().index_fill_(0, torch.tensor([40]), math.nan), Y, None, {}, "64 of the inputs' numbers are NaN"),
            (X, torch.full((160,), -100), None, {}, "every label is -100, which cross-entropy ignores"),
            (X, X[:, :10].log(), nn.MSELoss(), {}, "of the targets' numbers are NaN or infinite"),
            (X * 1e30, Y, nn.MultiMarginLoss(p=2), {}, "inputs are above 1000: standardise them"),
            (X, Y, lambda o, t: (o - o).sum().sqrt() / 0 + o.sum() * math.nan, {}, "a log or a division by 0"),
        ],
        ids=["inputs", "ignored", "targets", "large", "loss"],
    )
    @pytest.mark.parametrize("every", [1, 50])
    def test_it_stops_with_the_cause(
        self, x: Tensor, y: Tensor, loss: Any, options: Any, told: str, every: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(training.READ_EVERY, "cpu", every)
        model = mlp()
        with pytest.raises(FloatingPointError, match=told) as caught:
            run(model, TensorLoader((x, y), 32), loss, **options)
        step = 2 if "64 of" in told else 1
        assert re.search(rf"the loss is (nan|inf) at step {step} \(epoch 1\)", str(caught.value))
        assert f"inputs float32 (32, 64) from {x[32:64].nan_to_num().min() if step == 2 else x.min():.4g}" in str(
            caught.value
        )
        if every == 1:
            assert all(p.isfinite().all() for p in model.parameters()), "found before it reaches the weights"

    def test_a_rate_that_is_too_large(self, tmp_path: Path) -> None:
        model = mlp()
        data = TensorLoader((X, X @ torch.ones(64, 10)), 32, shuffle=True)
        optimizer = torch.optim.SGD(model.parameters(), lr=100.0)
        with pytest.raises(FloatingPointError, match="the learning rate is too large; take a tenth of it") as caught:
            run(model, data, nn.MSELoss(), optimizer, epochs=9, checkpoint=Checkpoints(tmp_path, every=1))
        assert "losses before: " in str(caught.value)
        for step in Checkpoints(tmp_path).steps():
            assert all(value.isfinite().all() for value in load(Checkpoints(tmp_path).path(step))["model"].values())

    def test_weights_that_went_wrong_are_not_saved(self, tmp_path: Path) -> None:
        class Infinite(torch.optim.SGD):
            def step(self, closure: Any = None) -> None:  # type: ignore[override]
                model.idle.data.fill_(math.inf)  # type: ignore[union-attr,operator]

        model = mlp()
        model.idle = nn.Parameter(torch.zeros(1))  # takes no part in the loss, which stays finite
        model.forward = lambda x: nn.functional.linear(x, model[0].weight)  # type: ignore[method-assign,arg-type]
        optimizer = Infinite(model.parameters(), lr=0.1)
        with pytest.raises(FloatingPointError, match=r"weights are not finite after step 5, though the loss was"):
            run(model, optimizer=optimizer, checkpoint=tmp_path)
        assert Checkpoints(tmp_path).steps() == []

    def test_nested_inputs_are_looked_through(self) -> None:
        batch = {"pixels": torch.tensor([[math.inf]]), "names": ["ant"]}, torch.tensor([0])
        told = str(explain(math.nan, "step 1", batch, None, []))
        assert "1 of the inputs' numbers are NaN or infinite" in told and "losses before: none" in told

    def test_float16_is_named(self) -> None:
        model = mlp()
        with pytest.raises(FloatingPointError, match="float16 ends at 65504"):
            run(model, TensorLoader((X * 1e6, Y), 32), precision="float16")


class TestWhatBeginnersGive:
    @pytest.mark.parametrize(
        ("options", "kind", "told"),
        [
            ({"epochs": 0}, ValueError, "epochs should be a whole number of at least 1, got 0"),
            ({"epochs": 1.5}, ValueError, "epochs should be a whole number"),
            ({"accumulate": 0}, ValueError, "accumulate should be"),
            ({"seed": -1}, ValueError, "seed should be"),
            ({"patience": 0, "validate": [1]}, ValueError, "patience should be"),
            ({"patience": 3}, ValueError, "patience watches the validation loss: give validate too"),
            ({"clip": 0}, ValueError, "clip should be a norm above 0, got 0"),
            ({"clip": math.nan}, ValueError, "clip should be a norm above 0"),
            ({"resume": True}, ValueError, "resume=True needs the folder to go on from"),
            ({"precision": "half"}, ValueError, "precision should be 'bfloat16', 'float16' or None, got 'half'"),
            ({"metrics": Accuracy()}, TypeError, r"metrics should be a dict such as \{'accuracy': Accuracy\(\)\}"),
            (
                {"metrics": {"accuracy": Accuracy}},
                TypeError,
                r"metrics\['accuracy'\] should be a Metric such as Accuracy\(\)",
            ),
            (
                {"metrics": {"m": ConfusionMatrix(10)}},
                ValueError,
                r"metrics\['m'\] gives \(10, 10\) numbers, one is needed",
            ),
            ({"data": (X, Y)}, TypeError, r"data should give batches .* got tuple: DataLoader\(data, batch_size=32"),
            ({"data": TensorDataset(X, Y)}, TypeError, "got TensorDataset: DataLoader"),
            ({"data": 7}, TypeError, "data should give batches"),
            ({"data": iter([(X, Y)])}, TypeError, "data can be gone through only once"),
            ({"data": []}, ValueError, "data gives no batches: the data set is empty, or smaller than batch_size"),
            ({"data": DataLoader(TensorDataset(X, Y), 200, drop_last=True)}, ValueError, "data gives no batches"),
            ({"validate": []}, ValueError, "validate gives no batches"),
            ({"data": [X]}, TypeError, r"a batch should be \(inputs, targets\), got Tensor"),
            ({"data": [(X, Y, Y)]}, TypeError, r"a batch should be \(inputs, targets\), got 3 parts"),
            ({"data": [("a", "b")]}, TypeError, "a batch should hold tensors, got str"),
            ({"loss": nn.CrossEntropyLoss}, TypeError, r"loss should be a function such as nn.CrossEntropyLoss\(\)"),
            (
                {"loss": nn.CrossEntropyLoss(reduction="none")},
                ValueError,
                r"loss should give one number.*got shape \(32,\)",
            ),
            ({"loss": lambda o, t: 1.0}, ValueError, "loss should give one number.*got float"),
            ({"loss": lambda o, t: o.argmax(1).float().mean()}, ValueError, "the loss does not depend on the model's"),
            ({"optimizer": "adam"}, TypeError, "optimizer should be one of torch.optim or course_lib.optimizers"),
            (
                {"optimizer": torch.optim.SGD(mlp().parameters(), lr=1)},
                ValueError,
                "holds no trainable parameter of this",
            ),
            ({"optimizer": torch.optim.LBFGS(mlp().parameters())}, TypeError, "LBFGS computes the loss several times"),
            (
                {"model": DistributedDataParallel.__new__(DistributedDataParallel)},
                TypeError,
                "give the model itself: under",
            ),
            ({"model": nn.ReLU()}, ValueError, "ReLU has no parameter to train"),
            ({"model": mlp().requires_grad_(False)}, ValueError, "or all with requires_grad=False"),
            ({"model": lambda x: x}, TypeError, "model should be an nn.Module, got function"),
            ({"device": "cuda:99"}, RuntimeError, "prefer is 'cuda:99', but"),
        ],
    )
    def test_is_told(self, options: dict[str, Any], kind: type[Exception], told: str) -> None:
        model = options.pop("model", None) or mlp()
        own = torch.optim.SGD(
            mlp().parameters() if not isinstance(model, nn.Sequential) else model.parameters(), lr=0.1
        )
        with pytest.raises(kind, match=told):
            run(model, options.pop("data", None), options.pop("loss", None), options.pop("optimizer", own), **options)

    def test_a_loader_that_cannot_tell_its_length_and_is_empty(self) -> None:
        class Empty:
            def __iter__(self) -> Iterator[Any]:
                return iter(())

        with pytest.raises(ValueError, match="data gave no batches"):
            run(mlp(), Empty())
        for function in (evaluate, predict):
            with pytest.raises(ValueError, match="data gave no batches"):
                function(mlp(), Empty())

    def test_a_sampler_for_several_processes(self) -> None:
        sampler = DistributedSampler(TensorDataset(X, Y), num_replicas=2, rank=0)
        with pytest.raises(ValueError, match="pads the epoch with samples that come twice"):
            run(mlp(), DataLoader(TensorDataset(X, Y), 32, sampler=sampler))

    def test_a_folder_with_another_runs_checkpoints(self, tmp_path: Path) -> None:
        run(mlp(), checkpoint=tmp_path)
        with pytest.raises(
            CheckpointError, match="holds the checkpoints of a run up to step 10: go on from it with resume"
        ):
            run(mlp(), checkpoint=tmp_path)

    def test_a_checkpoint_of_another_run(self, tmp_path: Path) -> None:
        with contextlib.suppress(SystemExit):
            run(mlp(), None, after(3, signal.SIGTERM), checkpoint=tmp_path)
        model = mlp()
        for options, told in (
            ({"seed": 1}, r"in the middle of an epoch of a run with seed = 0, and here it is 1"),
            ({"accumulate": 2}, "with accumulate = 1, and here it is 2"),
            ({"data": TensorLoader((X, Y), 10)}, "with batches = 5, and here it is 16"),
            ({"optimizer": torch.optim.Adam(model.parameters())}, "of a run with SGD, this optimizer is Adam"),
            ({"schedule": lambda step: 1.0}, "of a run without a schedule, this one is with"),
        ):
            with pytest.raises(CheckpointError, match=told):
                run(model, options.pop("data", None), checkpoint=tmp_path, resume=True, **options)
        other = nn.Linear(64, 10)
        with pytest.raises(CheckpointError, match="the state is of another model: weight is missing there"):
            run(other, checkpoint=tmp_path, resume=True)


class TestPredict:
    def test_outputs_in_order(self) -> None:
        model = mlp(0.5)
        outputs = predict(model, X)
        assert outputs.shape == (160, 10) and not outputs.requires_grad and model.training
        loaders: list[Any] = [TensorLoader((X, Y), 30), TensorLoader(X, 30), DataLoader(TensorDataset(X, Y), 30)]
        for loader in loaders:
            torch.testing.assert_close(predict(model, loader, device="cpu"), outputs)

    def test_a_long_evaluation_reads_now_and_then(self) -> None:
        data = TensorLoader((X, Y), 1)
        assert evaluate(mlp(), data, nn.CrossEntropyLoss())["loss"] == pytest.approx(
            evaluate(mlp(), [(X, Y)], nn.CrossEntropyLoss())["loss"]
        )

    def test_a_model_without_weights(self) -> None:
        assert evaluate(nn.Identity(), [(X, X)], nn.MSELoss(), device="cpu") == {"loss": 0.0}


class TestRecord:
    def test_tensorboard(self, tmp_path: Path) -> None:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        with pytest.raises(SystemExit):
            run(mlp(), None, after(12, signal.SIGTERM), epochs=4, logdir=tmp_path / "log", checkpoint=tmp_path / "run")
        history = run(
            mlp(),
            epochs=4,
            logdir=tmp_path / "log",
            checkpoint=tmp_path / "run",
            resume=True,
            validate=TensorLoader(SEEN, 80),
        )
        events = EventAccumulator(str(tmp_path / "log"))
        events.Reload()
        steps = events.Scalars("loss/step")
        assert [event.step for event in steps] == [10, 20]
        assert [event.value for event in steps] == pytest.approx([history.steps[9], history.steps[19]])
        assert [event.step for event in events.Scalars("loss/epoch")] == [5, 10, 15, 20]
        assert events.Scalars("validate/loss")[-1].value == pytest.approx(history.epochs[-1]["validate_loss"])

    def test_it_is_imported_only_where_it_is_used(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
        run(mlp())
        with pytest.raises(ImportError, match=r"logdir needs TensorBoard: pip install tensorboard"):
            run(mlp(), logdir=tmp_path)

    def test_lines_where_there_is_no_terminal(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run(mlp(), validate=TensorLoader(SEEN, 80), progress=True)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 2
        assert re.fullmatch(r"epoch 1/2  loss [\d.]+  validate_loss [\d.]+  lr 0\.1  [\d.]+ s", lines[0])
        monkeypatch.setattr("course_lib.progress.Progress.LINE_EVERY", 0.0)
        run(mlp(), progress=True, epochs=1)
        assert re.match(r"epoch 1/1  batch 1/5  loss [\d.]+\nepoch 1/1  batch 2/5", capsys.readouterr().out)

    def test_a_bar_in_a_terminal(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setattr("course_lib.progress.Progress.EVERY", 0.0)
        run(mlp(), progress=True, epochs=1)
        shown = capsys.readouterr().out
        assert "\repoch 1/1  batch 5/5  ━━━━━━━━━━━━━━━━━━━━  loss" in shown and shown.count("\n") == 1
        assert "\r\x1b[Kepoch 1/1  loss" in shown

        class Unknown:
            def __iter__(self) -> Iterator[Any]:
                return iter([(X, Y)])

        run(mlp(), Unknown(), progress=True, epochs=1)
        assert "\repoch 1/1  batch 1    loss" in capsys.readouterr().out

    def test_a_history_that_cannot_be_written_says_why(self) -> None:
        with pytest.raises(OSError, match=r"path '/dev/null/run\.csv' could not be written"):
            History([1.0]).save_csv("/dev/null/run.csv")

    def test_history(self, tmp_path: Path) -> None:
        from matplotlib import pyplot as plt

        history = run(mlp(), validate=TensorLoader(SEEN, 80))
        history.save_csv(tmp_path / "runs" / "run.csv")
        lines = (tmp_path / "runs" / "run.csv").read_text().splitlines()
        assert lines[0] == "epoch,step,loss,validate_loss,lr,seconds" and len(lines) == 3
        assert float(lines[2].split(",")[2]) == history.epochs[1]["loss"], "in full"
        assert repr(history) == history.table() and len(history.table().splitlines()) == 3
        axes = history.plot(lang="zh")
        assert [line.get_label() for line in axes.lines] == ["每一步", "训练集（每轮平均）", "验证集"]
        assert history.plot(axes) is axes
        plt.close("all")
        assert History([1.0]).table() == "no epoch is complete; 1 steps"
        assert History([1.0]).plot().get_ylabel() == "loss"
        plt.close("all")
        with pytest.raises(ValueError, match="no epoch has 'accuracy'; there are: epoch, step, loss"):
            history.best("accuracy")
        with pytest.raises(ValueError, match="there are: no epochs"):
            History().best()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
class TestOnAGpu:
    def test_it_learns_there_without_waiting_for_each_step(self, tmp_path: Path) -> None:
        deterministic()
        whole, stopped, resumed = mlp(0.4), mlp(0.4), mlp(0.4)
        options = {"device": "cuda", "epochs": 4, "metrics": {"accuracy": Accuracy()}, "clip": 5.0}
        expected = run(whole, **options)
        with pytest.raises(SystemExit):
            run(stopped, None, after(12, signal.SIGTERM), checkpoint=tmp_path, **options)
        history = run(resumed, checkpoint=tmp_path, resume=True, **options)
        assert history.steps == expected.steps and same(whole, resumed)
        deterministic(False)

    def test_no_step_waits(self) -> None:
        model = mlp().cuda()
        data = TensorLoader((X.cuda(), Y.cuda()), 32, shuffle=True)
        run(model, data, device="cuda", metrics={"accuracy": Accuracy()}, epochs=1)  # warm
        waits: list[int] = []
        item = Tensor.item
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Tensor, "item", lambda self: (waits.append(1), item(self))[1])
            run(model, data, device="cuda", metrics={"accuracy": Accuracy()}, epochs=1)
        assert len(waits) <= 3, "an epoch reads its means, not its steps"
