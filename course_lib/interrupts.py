"""Ctrl-C and SIGTERM noted, and obeyed at the end of a step instead of in the middle of one."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, NoReturn, Self


class Interrupts:
    """While it is entered, SIGINT (Ctrl-C, Jupyter's stop) and SIGTERM (a queue that wants its machine back) are noted.

    A step that is broken off leaves some weights updated and others not. A second Ctrl-C stops at once, all the same.

    Attributes:
        received: the signal, or None.

    >>> with Interrupts() as interrupts:
    ...     os.kill(os.getpid(), signal.SIGTERM)
    ...     interrupts.received
    <Signals.SIGTERM: 15>
    """

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._process = os.getpid()

    def __enter__(self) -> Self:
        # only the main thread may handle signals; a fit in another one is stopped by whoever started it
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._process:  # a DataLoader's worker was forked with this handler
            if number == signal.SIGTERM:
                os._exit(128 + number)
            return  # Ctrl-C goes to workers too: they go on until the step is done
        if self.received is not None:
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            return  # torchrun and queues repeat SIGTERM while the checkpoint is being written
        self.received = signal.Signals(number)
        print(f"{self.received.name}: stopping at the end of this step; Ctrl-C (again) stops at once", file=sys.stderr)

    def obey(self) -> NoReturn:
        """Stop as the signal asked.

        Raises:
            KeyboardInterrupt: after SIGINT.
            SystemExit: after SIGTERM, with 143, the exit status that shells and queues expect.

        >>> interrupts = Interrupts()
        >>> interrupts.received = signal.SIGTERM
        >>> interrupts.obey()
        Traceback (most recent call last):
        SystemExit: 143
        """
        if self.received == signal.SIGTERM:
            raise SystemExit(128 + signal.SIGTERM)
        raise KeyboardInterrupt
