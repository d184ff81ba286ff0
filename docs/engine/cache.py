"""Results by content: a page that has not changed is not run again. The tests never read this."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sysconfig
import tempfile
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from engine import CACHE, ROOT
from engine.page import Page

FOLDER = CACHE / "pages"
CODE = ("course_lib", "examples")  # what pages import, read and start


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write beside, then rename: a killed build leaves the old file or the new one, never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def _digest_of_file(path: Path, modified: int, size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_of_files(folder: Path) -> str:
    """A digest of the names and contents of all files; a file is read again only when its time or size has changed."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            state = path.stat()
            content = _digest_of_file(path, state.st_mtime_ns, state.st_size)
            digest.update(f"{path.relative_to(folder)}\0{content}\0".encode())
    return digest.hexdigest()


@cache
def _versions() -> str:
    # those of the environment, once each: what else lies on sys.path differs between pytest's processes and a build's
    folders = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    return "\n".join(sorted({f"{d.name}=={d.version}" for d in metadata.distributions(path=folders)}))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def engine_digest(root: Path = ROOT) -> str:
    """What every result depends on: the engine and every installed version.

    The files are looked at anew on each call, as ``mkdocs serve`` lives on while an author edits.
    """
    engine = digest_of_files(root / "docs" / "engine")
    return _digest(engine, platform.python_version(), platform.machine(), _versions())


def environment_digest(root: Path = ROOT) -> str:
    """The same, and the whole of the library."""
    return _digest(digest_of_files(root / "course_lib"), engine_digest(root))


def digests_of(used: Iterable[str] | None, root: Path = ROOT) -> dict[str, str]:
    """Digests of the files that a page used, named relative to ``root``; None: of all that it could have used."""
    return {name: _digest_now(root / name) for name in (CODE if used is None else sorted(used))}


def _digest_now(path: Path) -> str:
    if path.is_dir():
        return digest_of_files(path)
    if not path.exists():
        return "missing"
    state = path.stat()
    return _digest_of_file(path, state.st_mtime_ns, state.st_size)


def key_of(page: Page, root: Path = ROOT) -> str:
    """The page's key: its name, its blocks with their settings and kinds, its language, its limit, engine and versions.

    The name counts because a class of the page shows it: ``<class 'page_basics_gradient_descent.Net'>``.
    """
    blocks = [(b.source, b.settings, b.fence.is_doctest) for b in page.blocks]
    text = json.dumps([page.slug, blocks, page.language, page.timeout, engine_digest(root)], sort_keys=True)
    return _digest(text)


def load(page: Page, folder: Path = FOLDER, root: Path = ROOT) -> dict[str, Any] | None:
    """The stored results of this very page with the library as it is now, or None. A damaged file counts as none."""
    try:
        stored = json.loads((folder / f"{key_of(page, root)}.json").read_text(encoding="utf-8"))
        used = stored["used"]
        if len(stored["results"]) != len(page.blocks) or used != digests_of(used, root):
            return None
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return dict(stored)


def store(page: Page, record: dict[str, Any], folder: Path = FOLDER, root: Path = ROOT) -> None:
    """Keep a page's results."""
    write_atomically(folder / f"{key_of(page, root)}.json", json.dumps(record, ensure_ascii=False))
