"""`fit` beside loops written by hand, a checkpoint beside `torch.save`, in turn; ratios with what they have to keep.

`python -m benchmarks.training` prints them, writes them to RESULTS.md, and fails where one is missed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.report import Row, Section
from benchmarks.timing import interleaved, ratio
from course_lib import checkpoints
from course_lib.checkpoints import Checkpoints, _copied
from course_lib.datasets import TensorLoader
from course_lib.metrics import Accuracy
from course_lib.optimizers import GradientDescent
from course_lib.training import fit

SAMPLES, BATCH = 12_800, 32
CHECKPOINT = 25_000_000  # numbers of 4 bytes: 100 MB


def _problem(samples: int) -> tuple[nn.Module, TensorDataset]:
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(samples, 64), torch.randint(10, (samples,)))
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)), data


def by_hand(model: nn.Module, loader: Iterable[Any], optimizer: torch.optim.Optimizer, epochs: int = 1) -> None:
    """What a learner would write: the loss of every step kept, an accuracy for every epoch."""
    loss_of, losses = nn.CrossEntropyLoss(), []
    for _ in range(epochs):
        right = total = 0
        for x, y in loader:
            optimizer.zero_grad()
            outputs = model(x)
            loss = loss_of(outputs, y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            right += (outputs.argmax(1) == y).sum().item()
            total += len(y)
        print(f"loss {losses[-1]:.4f}  accuracy {right / total:.4f}", file=sys.stderr)


def bare(model: nn.Module, loader: Iterable[Any], optimizer: torch.optim.Optimizer) -> None:
    """The least that trains: no accuracy, and nothing said."""
    loss_of, losses = nn.CrossEntropyLoss(), []
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())


def with_fit(model: nn.Module, loader: Any, optimizer: torch.optim.Optimizer, epochs: int = 1) -> None:
    """With a metric, the check for NaN, the history and the progress line."""
    fit(model, loader, nn.CrossEntropyLoss(), optimizer, epochs=epochs, metrics={"accuracy": Accuracy()}, device="cpu")


def loops(rounds: int, samples: int = SAMPLES) -> list[Row]:
    """An epoch of the MLP 64-32-10, batch 32."""
    model, data = _problem(samples)
    sgd = torch.optim.SGD(model.parameters(), lr=0.01)
    ours = GradientDescent(model.parameters(), lr=0.01)
    slow, fast = DataLoader(data, BATCH, shuffle=True), TensorLoader(data, BATCH, shuffle=True)
    times = interleaved(
        {
            "bare, DataLoader": lambda: bare(model, slow, sgd),
            "fit, TensorLoader": lambda: with_fit(model, fast, ours),
            "by hand, TensorLoader": lambda: by_hand(model, fast, ours),
            "fit, DataLoader": lambda: with_fit(model, slow, sgd),
            "by hand, DataLoader": lambda: by_hand(model, slow, sgd),
        },
        rounds,
        time.process_time,  # one thread that only computes: what others do on the machine does not count
    )
    return [
        Row(
            "fit with TensorLoader, GradientDescent, metric, NaN check, progress / bare loop, DataLoader, torch SGD",
            ratio(times["fit, TensorLoader"], times["bare, DataLoader"]),
            0.60,
        ),
        Row(
            "the same / loop by hand over the same loader and optimizer, with accuracy",
            ratio(times["fit, TensorLoader"], times["by hand, TensorLoader"]),
            1.05,
        ),
        Row(
            "fit with DataLoader, torch SGD, metric / loop by hand over the same, with accuracy",
            ratio(times["fit, DataLoader"], times["by hand, DataLoader"]),
            1.05,
        ),
    ]


def writing(rounds: int, numbers: int = CHECKPOINT) -> list[Row]:
    """A checkpoint of 100 MB."""
    state = {"step": 0, "weights": list(torch.chunk(torch.randn(numbers), 50))}
    with tempfile.TemporaryDirectory() as place, Checkpoints(Path(place, "later")) as later:

        def torchs() -> None:
            with Path(place, "torch.pt").open("wb") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())

        memory: list[Any] = [None]

        def copy() -> None:
            memory[0] = _copied(state, memory[0])

        def held_up() -> None:
            later.save(state, wait=False)

        times = interleaved({"torch": torchs, "ours": lambda: checkpoints.save(state, Path(place, "ours.pt"))}, rounds)
        held: dict[str, list[float]] = {"copy": [], "held up": []}
        for turn in range(rounds + 2):  # the first one of each asks the system for memory
            for name, function in (("copy", copy), ("held up", held_up)):
                begun = time.perf_counter()
                function()
                taken = time.perf_counter() - begun
                later.wait()
                if turn > 1:
                    held[name].append(taken)
    return [
        Row("checkpoint of 100 MB / torch.save and fsync", ratio(times["ours"], times["torch"]), 1.3),
        Row("training is held up by a checkpoint of 100 MB / a copy of it", ratio(held["held up"], held["copy"]), 1.2),
    ]


def _peak(which: str) -> int:
    """The most memory that a process of its own needs for three epochs on 100 MB of data, KiB."""
    code = f"from benchmarks.training import peak; peak({which!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[-1])


def peak(which: str) -> None:
    """Train in this process, and print the most memory it had, KiB."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(50_000, 500), torch.randint(10, (50_000,)))
    model = nn.Sequential(nn.Linear(500, 1000), nn.ReLU(), nn.Linear(1000, 10))
    loop = {"fit": with_fit, "by hand": by_hand}[which]
    loop(model, TensorLoader(data, 250, shuffle=True), torch.optim.Adam(model.parameters()), 3)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def memory() -> list[Row]:
    """The most memory."""
    peaks = ([float(_peak(which)) for _ in range(3)] for which in ("fit", "by hand"))
    return [Row("peak memory of fit / of the loop by hand", ratio(*peaks), 1.05)]


def main() -> int:
    torch.set_num_threads(1)
    section = Section("Training", "torch")
    section.add(loops(rounds=15))
    section.add(writing(rounds=5))
    section.add(memory())
    return section.missed


if __name__ == "__main__":
    raise SystemExit(main())
