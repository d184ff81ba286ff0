"""Builds the site once, for all processes, and serves it; finds the browser."""

import fcntl
import functools
import http.server
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from chromium import FLAGS, program
from engine import ROOT
from playwright.sync_api import Browser, sync_playwright
from xdist.workermanage import WorkerController

pytest.register_assert_rewrite("visits")  # so that a failure says what was found

# Whatever a page asks for, no other host is found.
NOWHERE_ELSE = ["--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]

SERVERS = ExitStack()  # what this process serves until it ends


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def copyfile(self, *streams: Any) -> None:
        with suppress(ConnectionError):  # a visit may end before all has arrived
            super().copyfile(*streams)


@contextmanager
def serving(folder: Path, handler: type[http.server.SimpleHTTPRequestHandler] = Quiet) -> Iterator[str]:
    """Serve a folder on a free port of this machine; gives its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def build(address: str, folder: Path, **environment: str) -> None:
    """Build the site as `make build` does."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "docs"), "NO_MKDOCS_2_WARNING": "1", **environment}
    command = [sys.executable, "-m", "engine.build", "--address", address, "--site", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[str]]:
    return serving


@pytest.fixture(scope="session")
def build_site() -> Callable[..., None]:
    return build


@contextmanager
def served_folder() -> Iterator[tuple[str, str]]:
    """A folder in which the site can be built, served already: its pages hold the address where it is served.

    `make test` names a folder, so that its last tests need not build once more.
    """
    given = os.environ.get("SITE_UNDER_TEST")
    with nullcontext(given) if given else tempfile.TemporaryDirectory(prefix="course-site-") as folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with serving(Path(folder) / "site") as where:
            yield where, folder


@functools.cache
def shared_folder() -> tuple[str, str]:
    return SERVERS.enter_context(served_folder())


def pytest_configure(config: pytest.Config) -> None:
    config.add_cleanup(SERVERS.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Under `pytest -n` all processes test one site, served by the process that started them."""
    node.workerinput["served"] = shared_folder()


@pytest.fixture(scope="session")
def served(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The address and the folder of the one site that the tests share."""
    return getattr(request.config, "workerinput", {}).get("served") or shared_folder()


@pytest.fixture(scope="session")
def site(served: tuple[str, str]) -> Path:
    """The built site's folder. The first process that asks for it builds it, others wait."""
    address, folder = served
    with (Path(folder) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (Path(folder) / "site").exists():
            build(address, Path(folder) / "site")
    return Path(folder) / "site"


@pytest.fixture(scope="session")
def address(served: tuple[str, str], site: Path) -> str:
    """Where the built site is served."""
    return served[0]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program(), args=[*FLAGS, *NOWHERE_ELSE])
        yield started
        started.close()
