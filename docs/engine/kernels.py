"""Kernels for labs, forked from one process that has imported torch: it is paid once a build, not once a lab.

`address` starts that process. Jupyter starts this file as a kernel: it asks the process for a fork, hands it its own
output, environment and folder, and lives as long as the fork does: each ends with the other.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any

ROUND = 1.0  # seconds until a kernel looks whether the program that started it is still there


@cache
def address() -> str:
    """Where kernels are to be had: starts the process that forks them, which ends with this one."""
    around = ExitStack()
    atexit.register(around.close)
    place = f"{around.enter_context(tempfile.TemporaryDirectory(prefix='kernels-'))}/socket"
    paths = os.pathsep.join(map(str, Path(__file__).parents[1:3]))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen(64)  # who comes early waits
        around.enter_context(subprocess.Popen(
            [sys.executable, "-P", "-m", "engine.kernels", "--fork", str(listening.fileno())],
            stdin=subprocess.PIPE, pass_fds=[listening.fileno()], start_new_session=True,
            env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        ))  # fmt: skip
    return place


def _fork_kernels(listening: socket.socket) -> None:
    """Fork a kernel for each that comes, until the process that started this one has ended."""
    import ipykernel.kernelapp  # noqa: F401  # kernels inherit it

    from engine.runner import preload

    preload()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks what became of keepers
    while True:
        ready, _, _ = select.select([listening, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        asked, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _keep(asked)
        asked.close()


def _keep(asked: socket.socket) -> None:
    """Start a kernel, tell how it ended, and end it where nobody is there any more to be told."""
    _, streams, _, _ = socket.recv_fds(asked, 1, 2)
    with asked.makefile(encoding="utf-8") as lines:
        message = json.loads(lines.readline())
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    kernel = os.fork()
    if kernel == 0:
        _be_a_kernel(asked, message, streams)
    select.select([asked.fileno(), ended], [], [])
    for kill in (os.killpg, os.kill):  # it may have ended, and what it has started not; or not have a group yet
        with suppress(ProcessLookupError):
            kill(kernel, signal.SIGKILL)
    _, status = os.waitpid(kernel, 0)
    with suppress(OSError):
        asked.sendall(bytes([os.waitstatus_to_exitcode(status) & 255]))
    os._exit(0)


def _be_a_kernel(asked: socket.socket, message: dict[str, Any], streams: list[int]) -> None:
    from ipykernel import kernelapp

    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked.close()
    for number, stream in enumerate([os.open(os.devnull, os.O_RDONLY), *streams]):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(message["environment"])
    os.chdir(message["folder"])
    sys.argv = ["ipykernel_launcher", *message["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"]
    kernelapp.launch_new_instance()
    os._exit(0)


def _ask_for_a_kernel(place: str, *arguments: str) -> int:
    """Be the kernel in the eyes of Jupyter; gives the exit status of the one that was forked."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(place)
        message = {"environment": dict(os.environ), "folder": os.getcwd(), "arguments": arguments}
        socket.send_fds(asking, [b"k"], [1, 2])
        asking.sendall(json.dumps(message).encode() + b"\n")
        while os.getppid() == parent:
            if select.select([asking], [], [], ROUND)[0]:
                status = asking.recv(1)
                return status[0] if status else 1
    return 1


if __name__ == "__main__":
    if sys.argv[1] == "--fork":
        _fork_kernels(socket.socket(fileno=int(sys.argv[2])))
    else:
        sys.exit(_ask_for_a_kernel(*sys.argv[1:]))
