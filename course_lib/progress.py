"""How far a training run is: one moving line in a terminal, a line for every epoch elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping


class Progress:
    """Tells on standard output, so that `| tee -a log` keeps it.

    Args:
        shown: False says nothing at all.
        epochs: how many there will be.
        batches: of an epoch; None where the loader does not know.

    >>> progress = Progress(True, epochs=2, batches=10)
    >>> progress.start(epoch=0)
    >>> progress.step(batch=5, loss=0.25)  # moves a bar in a terminal
    >>> progress.row({"epoch": 1, "step": 10, "loss": 0.125, "accuracy": 0.9375, "lr": 0.1, "seconds": 0.5})
    epoch 1/2  loss 0.125  accuracy 0.9375  lr 0.1  0.5 s
    """

    BAR, EVERY, LINE_EVERY = 20, 0.1, 60.0  # columns; seconds between two pictures of the bar, between two lines

    def __init__(self, shown: bool, *, epochs: int, batches: int | None) -> None:
        self.epochs, self.batches = epochs, batches
        self._terminal = sys.stdout.isatty()
        # a long epoch says now and then that it is alive
        self._every = (self.EVERY if self._terminal else self.LINE_EVERY) if shown else float("inf")
        self._shown, self._epoch, self._drawn = shown, 0, False
        self._next = float("inf")

    def start(self, epoch: int) -> None:
        """An epoch begins; `epoch` counts from 0.

        >>> Progress(True, epochs=1, batches=None).start(0)
        """
        self._epoch, self._next = epoch, time.monotonic() + self._every

    def step(self, batch: int, loss: float) -> None:
        """So many batches of the epoch are done; `loss` is the last one known.

        >>> Progress(True, epochs=1, batches=None).step(1, 0.5)
        """
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._every
        place = f"epoch {self._epoch + 1}/{self.epochs}  batch {batch}"
        if self.batches:
            place += f"/{self.batches}"
        if not self._terminal:
            print(f"{place}  loss {loss:.4g}", flush=True)
            return
        done = "" if not self.batches else "━" * round(self.BAR * batch / self.batches)
        # \r goes back to the line's start, \x1b[K removes what was right of the end
        print(f"\r{place}  {done.ljust(self.BAR if self.batches else 0)}  loss {loss:.4g}\x1b[K", end="", flush=True)
        self._drawn = True

    def row(self, row: Mapping[str, float]) -> None:
        """The epoch is done; `row` is its row in the history.

        >>> Progress(False, epochs=1, batches=None).row({"epoch": 1, "seconds": 1.0})
        """
        values = "".join(f"  {k} {v:.4g}" for k, v in row.items() if k not in ("epoch", "step", "seconds"))
        self.line(f"epoch {row['epoch']:.0f}/{self.epochs}{values}  {row['seconds']:.1f} s")

    def line(self, text: str) -> None:
        """Say something that stays.

        >>> Progress(True, epochs=1, batches=None).line("resumed")
        resumed
        """
        if self._shown:
            print(("\r\x1b[K" if self._drawn else "") + text, flush=True)
            self._drawn = False
