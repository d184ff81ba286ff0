"""Builds both languages beside ``site/`` and swaps them in: a failed build leaves the old one."""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import functools
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import CACHE, DOCS, ROOT, page_files
from engine.errors import PageError
from engine.page import Page
from engine.runner import records_for

SITE = ROOT / "site"
CONFIGS = {"en": "mkdocs.yml", "zh": "mkdocs.zh.yml"}
LOCK = CACHE / "build.lock"
_BESIDE = ".site-"  # a site is built in a folder of this name, on the same file system as the old one


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, so that no moment is without a site; False where the system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False  # not Linux
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(renameat2(here, os.fsencode(one), here, os.fsencode(other), swap) == 0)


def put_in_place(fresh: Path, old: Path, site: Path = SITE) -> None:
    """Make ``fresh`` the site; what was the site ends at ``fresh`` or at ``old``."""
    if site.exists() and exchange(fresh, site):
        return
    if site.exists():
        site.rename(old)
    fresh.rename(site)


def clear_away(root: Path = ROOT, site: Path = SITE) -> None:
    """Remove what killed builds left; the old site, if one was killed between the two renames, comes back."""
    for folder in root.glob(f"{_BESIDE}*"):
        if not site.exists() and (folder / "old").exists():
            (folder / "old").rename(site)
        shutil.rmtree(folder)


@contextmanager
def building_alone(lock: Path = LOCK) -> Iterator[int]:
    """Wait until no other build of this checkout runs; yields the file descriptor that holds the lock.

    Whoever inherits the descriptor holds the lock too: a MkDocs that outlives its killed builder still counts.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def build(address: str, site: Path = SITE) -> None:
    """Run stale pages, build ``en`` and ``zh`` below ``site`` strictly, add the chooser.

    Args:
        address: where the site will stand, with a trailing slash; the language switch and the sitemaps need it.
        site: the folder to build; what stands there is replaced at the end, in one step.

    Raises:
        PageError: a page failed; `subprocess.CalledProcessError`: MkDocs found something wrong.
    """
    started = time.monotonic()
    records_for([Page.read(path) for path in page_files()], report=lambda line: print(line, flush=True))
    print(f"pages ready after {time.monotonic() - started:.1f} s", flush=True)
    with building_alone() as lock:
        site.parent.mkdir(parents=True, exist_ok=True)
        clear_away(site.parent, site)
        with tempfile.TemporaryDirectory(dir=site.parent, prefix=_BESIDE) as folder:
            fresh = Path(folder) / "site"
            running: list[subprocess.Popen[bytes]] = []
            for language, config in CONFIGS.items():
                environment = os.environ | {
                    f"SITE_URL_{language.upper()}": f"{address}{language}/",
                    "SITE_ADDRESS": address,
                    "PYTHONPATH": str(DOCS),
                    "NO_MKDOCS_2_WARNING": "1",
                }
                # Not --quiet: it would hide the warnings from --strict too.
                command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", config]
                command += ["-d", str(fresh / language)]
                running.append(subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[lock]))
            for process in running:  # both languages at once
                process.wait()
            for process in running:
                if process.returncode:
                    raise subprocess.CalledProcessError(process.returncode, process.args)
            shutil.copyfile(DOCS / "theme" / "chooser" / "index.html", fresh / "index.html")
            (fresh / ".nojekyll").touch()
            maps = "".join(f"Sitemap: {address}{language}/sitemap.xml\n" for language in CONFIGS)
            (fresh / "robots.txt").write_text(f"User-agent: *\nAllow: /\n{maps}", encoding="utf-8")
            put_in_place(fresh, Path(folder) / "old", site)
    print(f"built {site.name}/en and {site.name}/zh in {time.monotonic() - started:.1f} s")


def serve(port: int) -> None:
    """Serve ``site/`` on this machine until interrupted."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"The site is at http://127.0.0.1:{port} (Ctrl-C stops it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine.build", description=__doc__)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--address", default=os.environ.get("SITE_ADDRESS"))
    parser.add_argument("--site", type=Path, default=SITE, help="the folder to build")
    chosen = parser.parse_args()
    address = (chosen.address or f"http://127.0.0.1:{chosen.port}").rstrip("/") + "/"
    try:
        build(address, chosen.site.resolve())
    except PageError as error:
        print(f"\nA page failed, so nothing is built:\n{error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"MkDocs refused the site (see above); site/ is as it was. Command: {error.cmd}", file=sys.stderr)
        return 1
    if chosen.serve:
        serve(chosen.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
