"""TensorLoader against DataLoader, and against nothing but the copying: shuffled epochs, in turn.

`python benchmarks/loading.py` prints the ratios beside their limits, and fails where one is missed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch.utils.data import DataLoader, TensorDataset

from course_lib.datasets import TensorLoader

SAMPLES, WIDTH = 60_000, 784  # as many numbers as MNIST has pixels
BATCHES = (32, 128, 256)


class Row(NamedTuple):
    """A measured ratio and what it has to keep."""

    name: str
    measured: float
    limit: float
    at_least: bool  # or else at most

    @property
    def kept(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def _run(epoch: Callable[[], Iterable[Any]]) -> float:
    begun = time.perf_counter()
    for _ in epoch():
        pass
    return time.perf_counter() - begun


def _interleaved(epochs: dict[str, Callable[[], Iterable[Any]]], rounds: int) -> dict[str, list[float]]:
    # in turn, so that a slow minute of the machine falls on all of them
    times: dict[str, list[float]] = {name: [] for name in epochs}
    for turn in range(rounds + 1):
        for name, epoch in epochs.items():
            seconds = _run(epoch)
            if turn:  # the first warms up
                times[name].append(seconds)
    return times


def _ratio(above: list[float], below: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def rows(rounds: int = 15, samples: int = SAMPLES) -> list[Row]:
    """The ratios: medians, over the rounds, of the ratio within a round."""
    generator = torch.Generator().manual_seed(0)
    x, y = torch.rand(samples, WIDTH, generator=generator), torch.randint(10, (samples,), generator=generator)
    found = []
    for size in BATCHES:

        def bare(size: int = size) -> Iterable[Any]:
            for chosen in torch.randperm(samples).split(size):
                yield [x.index_select(0, chosen), y.index_select(0, chosen)]

        ours, torchs = TensorLoader((x, y), size, True), DataLoader(TensorDataset(x, y), size, True)
        slow = _interleaved(
            {"DataLoader": lambda it=torchs: it, "TensorLoader": lambda it=ours: it}, max(1, rounds // 3)
        )
        fast = _interleaved({"bare": bare, "TensorLoader": lambda it=ours: it}, rounds)
        label = f"batch {size}, {samples} x {WIDTH} float32"
        found.append(
            Row(f"DataLoader / TensorLoader, {label}", _ratio(slow["DataLoader"], slow["TensorLoader"]), 6.0, True)
        )
        found.append(
            Row(f"TensorLoader / bare index_select, {label}", _ratio(fast["TensorLoader"], fast["bare"]), 1.15, False)
        )
    return found


if __name__ == "__main__":
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    table = rows()
    for row in table:
        sign = ">=" if row.at_least else "<="
        print(f"{row.measured:6.2f} {sign} {row.limit:5.2f} {'kept' if row.kept else 'MISSED'}  {row.name}")
    raise SystemExit(not all(row.kept for row in table))
