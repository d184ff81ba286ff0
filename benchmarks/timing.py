"""Ratios on a noisy machine: what is compared takes turns, and the ratio is taken within each round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def interleaved(
    functions: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
    warm_up: int = 1,
) -> dict[str, list[float]]:
    """Seconds of each function, round by round, in turn: a slow minute of the machine falls on all of them.

    Args:
        functions: what is compared, by name.
        rounds: how often each is measured, after `warm_up` rounds that do not count.
        clock: `time.process_time` where one thread only computes, so that what others do does not count.
    """
    times: dict[str, list[float]] = {name: [] for name in functions}
    for turn in range(rounds + warm_up):
        for name, function in functions.items():
            begun = clock()
            function()
            if turn >= warm_up:
                times[name].append(clock() - begun)
    return times


def ratio(above: list[float], below: list[float]) -> float:
    """The median, over the rounds, of the ratio within a round.

    >>> ratio([1.0, 2.0, 9.0], [1.0, 1.0, 1.0])
    2.0
    """
    return statistics.median(a / b for a, b in zip(above, below, strict=True))
