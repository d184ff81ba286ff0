"""What a block may not do: write outside its temporary folder, open a network socket, run for ever."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from engine import ROOT
from engine.cache import CODE

# Events of sys.audit that change the file system, and which of their arguments are paths.
_WRITING = {
    "os.remove": (0,), "os.rename": (0, 1), "os.mkdir": (0,), "os.rmdir": (0,), "os.link": (1,),
    "os.symlink": (1,), "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,), "os.utime": (0,),
    "shutil.rmtree": (0,), "shutil.move": (0, 1), "shutil.copyfile": (1,),
}  # fmt: skip
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ALLOWED = ("/dev/null", "/dev/shm", "/dev/tty")

PATIENCE = 4  # by the clock a block may take this many times its limit: other work on the machine is not its fault

# Events that start code which this process does not see.
_STARTING = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system")
_IMPORTING = ("_frozen_importlib_external", "importlib._bootstrap_external")  # they list folders too

_folder: Path | None = None
_hooked = False
_used: set[str] = set()
_used_all = False


class BlockTimeout(BaseException):
    """Raised inside a block that has used up its time; not an Exception, so ``except Exception`` cannot eat it."""


def _refuse_write(path: Any) -> None:
    if _folder is None or isinstance(path, int) or path is None:
        return
    where = Path(os.path.realpath(os.fsdecode(path)))
    if where.is_relative_to(_folder) or str(where).startswith(_ALLOWED) or where.suffix == ".pyc":
        return
    raise PermissionError(f"a block may write only inside its temporary folder, not to {where}; use a relative path")


def _part_of_course(path: Any) -> str | None:
    """The name, relative to the project, of a file of the library or of an example; a compiled one has its source's."""
    if not isinstance(path, str | os.PathLike):
        return None
    where = Path(os.path.abspath(os.fsdecode(path)))
    if not any(where.is_relative_to(ROOT / name) for name in CODE):
        return None
    if where.suffix == ".pyc" and where.parent.name == "__pycache__":
        where = where.parents[1] / f"{where.name.partition('.')[0]}.py"
    return str(where.relative_to(ROOT))


def forget_used() -> None:
    """A page begins: nothing has been used yet."""
    global _used_all
    _used.clear()
    _used_all = False


def code_used() -> set[str] | None:
    """Files of the course that this process has imported, or that blocks have read; None: perhaps all of them.

    None after a block has started a process, or has listed a folder of the library or of the examples.
    """
    if _used_all:
        return None
    modules = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] == "course_lib"]
    files = [getattr(module, "__file__", None) for module in modules]
    return _used | {part for file in files if (part := _part_of_course(file))}


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    global _used_all
    if _folder is None:
        return
    if event in _STARTING:
        _used_all = True
    elif event in ("os.listdir", "os.scandir"):
        looking = sys._getframe(1).f_globals.get("__name__", "")
        if looking not in _IMPORTING and _part_of_course(arguments[0]) is not None:
            _used_all = True
    elif event == "open":
        path, _, flags = arguments
        if part := _part_of_course(path):
            _used.add(part)
        if isinstance(flags, int) and flags & _WRITE_FLAGS:
            _refuse_write(path)
    elif event in _WRITING:
        for index in _WRITING[event]:
            _refuse_write(arguments[index])
    elif event == "socket.getaddrinfo" or (
        event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6)
    ):
        raise PermissionError(
            "a block may not open a network socket: every example runs offline, from data in packages"
        )


@contextmanager
def confined(folder: Path, seconds: float) -> Iterator[None]:
    """Run the body confined to ``folder`` and to ``seconds`` of processor time (main thread only).

    By the clock it may take ``PATIENCE`` times as long, which also ends a body that waits for ever.
    """
    global _folder, _hooked
    if not _hooked:
        sys.addaudithook(_audit)  # hooks cannot be removed: it looks at _folder instead
        _hooked = True

    def too_long(number: int, frame: FrameType | None) -> None:
        raise BlockTimeout(f"the block ran longer than its {seconds:g} seconds")

    timers = [(signal.SIGPROF, signal.ITIMER_PROF, seconds), (signal.SIGALRM, signal.ITIMER_REAL, PATIENCE * seconds)]
    before = [signal.signal(number, too_long) for number, _, _ in timers]
    for _, timer, limit in timers:
        signal.setitimer(timer, limit)
    _folder, outer = folder.resolve(), _folder
    temporary, tempfile.tempdir = tempfile.tempdir, str(_folder)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
        _folder, tempfile.tempdir = outer, temporary
