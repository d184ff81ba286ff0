"""Time of `optimizer.step()` beside torch.optim's default, foreach and fused paths on the CPU, taking turns.

`python -m benchmarks.optimizers` prints the ratios beside their limits, and fails where one is missed.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.optim.optimizer import Optimizer

from benchmarks.report import Row
from course_lib import optimizers

LIMIT = 0.80

Make = Callable[[list[nn.Parameter]], Optimizer]


SHAPES: dict[str, list[tuple[int, ...]]] = {
    "1M in 50 tensors": [(20_000,)] * 50,
    "LeNet": [(6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (120, 400), (120,), (84, 120), (84,), (10, 84), (10,)],
    "MLP 64-32-10": [(32, 64), (32,), (10, 32), (10,)],
}
ROUNDS = {"1M in 50 tensors": 60, "LeNet": 300, "MLP 64-32-10": 600}

# ours, and what makes torch's twin with further arguments; torch.optim.RMSprop has no fused path
PAIRS: dict[str, tuple[Make, Callable[..., Optimizer], bool]] = {
    "GradientDescent": (lambda ps: optimizers.GradientDescent(ps, lr=1e-5), torch.optim.SGD, True),
    "Momentum": (
        lambda ps: optimizers.Momentum(ps, lr=1e-5),
        lambda ps, **more: torch.optim.SGD(ps, momentum=0.9, **more),
        True,
    ),
    "Adagrad": (lambda ps: optimizers.Adagrad(ps, lr=1e-5), torch.optim.Adagrad, True),
    "RMSProp": (lambda ps: optimizers.RMSProp(ps, lr=1e-5), torch.optim.RMSprop, False),
    "Adam": (lambda ps: optimizers.Adam(ps, lr=1e-5), torch.optim.Adam, True),
    "AdamW": (lambda ps: optimizers.AdamW(ps, lr=1e-5), torch.optim.AdamW, True),
}


def times(makes: dict[str, Make], shapes: list[tuple[int, ...]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each `step()`, round by round, of optimizers over parameters of their own, taking turns."""
    made = {}
    generator = torch.Generator().manual_seed(0)
    for name, make in makes.items():
        parameters = [nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]
        for parameter in parameters:
            parameter.grad = 0.01 * torch.randn(parameter.shape, generator=generator)
        made[name] = make(parameters)
    seconds: dict[str, list[float]] = {name: [] for name in made}
    for turn in range(rounds + 5):
        for name, optimizer in made.items():
            start = time.perf_counter()
            optimizer.step()
            if turn >= 5:  # the first steps make the state
                seconds[name].append(time.perf_counter() - start)
    return seconds


def rows(threads: int | None = None, sizes: tuple[str, ...] = tuple(SHAPES)) -> list[Row]:
    """The ratios of ours to torch's: medians, over the rounds, of the ratio within a round.

    Args:
        threads: number of CPU threads; by default both 1 and what torch takes by itself.
        sizes: some of the names of SHAPES.

    Returns:
        One row for each optimizer, size, number of threads and path of torch; the fused path, which is one hand-written
        kernel, is reported with no limit.
    """
    before, found = torch.get_num_threads(), []
    try:
        for count in [threads] if threads else sorted({1, before}):
            torch.set_num_threads(count)
            for size in sizes:
                for name, (ours, twin, has_fused) in PAIRS.items():
                    makes: dict[str, Make] = {"ours": ours, "default": lambda ps, twin=twin: twin(ps, lr=1e-5)}
                    for path in ("foreach", "fused") if has_fused else ("foreach",):
                        makes[f"{path}=True"] = lambda ps, twin=twin, path=path: twin(ps, lr=1e-5, **{path: True})
                    seconds = times(makes, SHAPES[size], ROUNDS[size])
                    for path in list(makes)[1:]:
                        ratio = statistics.median(a / b for a, b in zip(seconds["ours"], seconds[path], strict=True))
                        limit = math.inf if path == "fused=True" else LIMIT
                        what = f"{name}, {size}, threads: {count}, step() / torch.optim {path}"
                        found.append(Row(what, ratio, limit))
    finally:
        torch.set_num_threads(before)
    return found


if __name__ == "__main__":
    torch.set_num_threads(len(os.sched_getaffinity(0)))  # torch's own choice, whatever OMP_NUM_THREADS says
    measured = rows()
    print(*measured, sep="\n")
    raise SystemExit(not all(row.kept for row in measured))
