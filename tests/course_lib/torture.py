"""A training run that is killed again and again, and goes on: `make torture` does it 200 times.

Dropout, batch norm, a shuffled DataLoader with a data set that draws random numbers itself, Adam, a schedule, clipping,
validation, a checkpoint after every step. The weights at the end have to be those of a run that nobody killed.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from course_lib import checkpoints
from course_lib.checkpoints import Checkpoints, load
from course_lib.training import History, fit

BATCHES = 13


class Noisy(Dataset[tuple[Tensor, Tensor]]):
    """Samples that look different every time: with noise from each of the three generators."""

    def __len__(self) -> int:
        return 100

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        x = torch.full((6,), index / 100) + 0.1 * torch.randn(6)
        return x + random.random() + float(np.random.rand()), torch.tensor(index % 3)


def train(folder: Path | None, epochs: int, **more: Any) -> tuple[dict[str, Tensor], History]:
    """The run, from its start or from its last checkpoint."""
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(6, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
    history = fit(
        model,
        DataLoader(Noisy(), batch_size=8, shuffle=True),
        nn.CrossEntropyLoss(),
        torch.optim.Adam(model.parameters(), lr=0.01),
        epochs=epochs,
        validate=DataLoader(Noisy(), batch_size=50, shuffle=True),
        schedule=lambda step: 1 / (1 + step / 100),
        clip=1.0,
        device="cpu",
        checkpoint=None if folder is None else Checkpoints(folder, every=1),
        resume=folder is not None,
        progress=False,
        **more,
    )
    return model.state_dict(), history


def child(folder: Path, epochs: int, kill_after_saves: int | None = None) -> None:
    """The run in a process of its own; it may kill itself between the writing and the renaming of a checkpoint."""
    torch.set_num_threads(1)
    sync, calls = checkpoints._sync, [0]

    def killed(path: Path) -> None:
        calls[0] += path.name.endswith(".writing")
        if calls[0] == kill_after_saves:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(path)

    save = Checkpoints.save
    if kill_after_saves is not None:
        checkpoints._sync = killed
        # one save after the other: none is left out because the thread that writes is still busy
        Checkpoints.save = lambda self, state, **_: save(self, state)  # type: ignore[method-assign]
    train(folder, epochs)


def context() -> Any:
    """Makes processes in a few milliseconds: each is a fork of one that has imported torch and nothing done yet."""
    forks = multiprocessing.get_context("forkserver")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # it imports what this process would
    # torch imports its compiler with the first optimizer, which takes longer than all the rest
    forks.set_forkserver_preload(["course_lib.training", "torch._dynamo", "torture"])
    forkserver.ensure_running()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    return forks


def torture(folder: Path, kills: int, seed: int = 0) -> tuple[int, int]:
    """Kill the run so many times, let it end, and compare; returns (kills, of these in the middle of writing)."""
    epochs, generator, done, halves, last = 4 * kills, random.Random(seed), 0, 0, 0
    forks = context()
    while done < kills:
        process = forks.Process(target=child, args=(folder, epochs))
        process.start()
        if done % 4 == 0:  # at any moment, in the start too
            time.sleep(generator.random() / 8)
        else:  # while it trains and writes
            while process.is_alive() and max(Checkpoints(folder).steps(), default=0) < last + 2:
                time.sleep(0.004)
            time.sleep(generator.random() / 20)
        alive = process.is_alive()
        process.kill()
        process.join()
        assert alive, f"the run ended before kill {done + 1}: it has to be longer"
        done += 1
        halves += len(list(folder.glob("*.writing")))
        steps = Checkpoints(folder).steps()
        assert max(steps, default=0) >= last, f"a checkpoint was lost: {steps} after {last}"
        last = max(steps, default=0)
        for step in steps:
            assert load(Checkpoints(folder).path(step))["step"] == step
    weights, history = train(folder, epochs)
    expected, whole = train(None, epochs)
    assert history.steps == whole.steps and len(history.steps) == epochs * BATCHES
    assert all(torch.equal(weights[name], expected[name]) for name in expected)
    for row, other in zip(history.epochs, whole.epochs, strict=True):
        assert {**row, "seconds": 0} == {**other, "seconds": 0}
    return done, halves


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        number, middle = torture(Path(place), int(sys.argv[1]))
    print(
        f"{number} kills, {middle} of them in the middle of writing a checkpoint: the weights are the same to the bit"
    )
