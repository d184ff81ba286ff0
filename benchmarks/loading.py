"""TensorLoader against DataLoader, and against nothing but the copying: shuffled epochs, in turn.

`python -m benchmarks.loading` prints the ratios beside their limits, and fails where one is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.report import Row, Section
from benchmarks.timing import interleaved, ratio
from course_lib.datasets import TensorLoader

SAMPLES, WIDTH = 60_000, 784  # as many numbers as MNIST has pixels
BATCHES = (32, 128, 256)


class _Bare:
    """An epoch with nothing but the copying."""

    def __init__(self, x: Tensor, y: Tensor, size: int) -> None:
        self.x, self.y, self.size = x, y, size

    def __iter__(self) -> Iterator[list[Tensor]]:
        for chosen in torch.split(torch.randperm(len(self.x)), self.size):
            yield [self.x.index_select(0, chosen), self.y.index_select(0, chosen)]


def _epoch(loader: Iterable[Any]) -> Callable[[], None]:
    def run() -> None:
        for _ in loader:
            pass

    return run


def rows(rounds: int = 15, samples: int = SAMPLES) -> list[Row]:
    """The ratios: medians, over the rounds, of the ratio within a round."""
    generator = torch.Generator().manual_seed(0)
    x, y = torch.rand(samples, WIDTH, generator=generator), torch.randint(10, (samples,), generator=generator)
    found = []
    for size in BATCHES:
        ours, torchs = TensorLoader((x, y), size, True), DataLoader(TensorDataset(x, y), size, True)
        fast = interleaved({"bare": _epoch(_Bare(x, y, size)), "TensorLoader": _epoch(ours)}, rounds)
        slow = interleaved({"DataLoader": _epoch(torchs), "TensorLoader": _epoch(ours)}, max(1, rounds // 3))
        label = f"batch {size}, {samples} x {WIDTH} float32"
        gain, cost = ratio(slow["DataLoader"], slow["TensorLoader"]), ratio(fast["TensorLoader"], fast["bare"])
        found += [
            Row(f"DataLoader / TensorLoader, {label}", gain, 6.0, at_least=True),
            Row(f"TensorLoader / bare index_select, {label}", cost, 1.15),
        ]
    return found


def main() -> int:
    torch.set_num_threads(1)  # more threads only help the DataLoader's twin: the ratio grows
    section = Section("Loading", "torch")
    section.add(rows())
    return section.missed


if __name__ == "__main__":
    raise SystemExit(main())
