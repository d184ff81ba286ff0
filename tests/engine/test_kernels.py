"""A kernel is a fork of a process that has imported torch, and ends with the process that Jupyter takes for it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from engine import kernels
from jupyter_client.blocking.client import BlockingKernelClient


def command(folder: Path) -> list[str]:
    """What Jupyter starts as a kernel."""
    connection = ["-f", str(folder / "kernel.json"), "--IPKernelApp.log_level=ERROR"]
    return [sys.executable, "-P", kernels.__file__, kernels.address(), *connection]


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A kernel, as Jupyter sees it."""
    with subprocess.Popen(command(tmp_path), cwd=tmp_path) as process:
        yield process
        process.kill()


@pytest.fixture
def client(asking: subprocess.Popen[bytes], tmp_path: Path) -> Iterator[BlockingKernelClient]:
    wait_until((tmp_path / "kernel.json").exists)
    talking = BlockingKernelClient(connection_file=str(tmp_path / "kernel.json"))
    talking.load_connection_file()
    talking.start_channels()
    talking.wait_for_ready(timeout=60)
    yield talking
    talking.stop_channels()


def answer(client: BlockingKernelClient, expression: str) -> object:
    reply = client.execute("", user_expressions={"asked": f"__import__('json').dumps({expression})"}, reply=True)
    return json.loads(eval(reply["content"]["user_expressions"]["asked"]["data"]["text/plain"]))


def test_a_kernel_has_torch_and_its_own_folder(client: BlockingKernelClient, tmp_path: Path) -> None:
    assert answer(client, "'torch._dynamo' in __import__('sys').modules") is True
    assert answer(client, "__import__('os').getcwd()") == str(tmp_path)


def test_it_ends_with_whoever_asked_for_it(asking: subprocess.Popen[bytes], client: BlockingKernelClient) -> None:
    kernel = answer(client, "__import__('os').getpid()")
    assert isinstance(kernel, int) and psutil.pid_exists(kernel)
    asking.kill()
    wait_until(lambda: not psutil.pid_exists(kernel))


def test_whoever_asked_learns_how_it_ended(asking: subprocess.Popen[bytes], client: BlockingKernelClient) -> None:
    client.execute("import os; os._exit(7)")
    assert asking.wait(60) == 7


def test_kernels_end_with_the_program_that_had_them_forked(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys\nfrom pathlib import Path\n\nfrom test_kernels import command\n\n"
        "subprocess.Popen(command(Path.cwd()), start_new_session=True)\nprint(flush=True)\nsys.stdin.read()\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout and running.stdout.readline()
        wait_until((tmp_path / "kernel.json").exists)
        all_of_them = psutil.Process(running.pid).children(recursive=True)
        assert len(all_of_them) == 4  # who asks, who forks, who keeps, the kernel
        running.kill()
    wait_until(lambda: not any(process.is_running() for process in all_of_them))
