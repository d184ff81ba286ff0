"""Results by content: a page that has not changed is not run again. The tests never read this."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from engine import CACHE, ROOT
from engine.page import Page

FOLDER = CACHE / "pages"


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
    return "\n".join(sorted(f"{d.name}=={d.version}" for d in metadata.distributions()))


def environment_digest(root: Path = ROOT) -> str:
    """What a result depends on besides its page: the library, the engine, every installed version.

    The files are looked at anew on each call, as ``mkdocs serve`` lives on while an author edits the library.
    """
    parts = [
        digest_of_files(root / "course_lib"),
        digest_of_files(root / "docs" / "engine"),
        platform.python_version(),
        platform.machine(),
        _versions(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def key_of(page: Page, root: Path = ROOT) -> str:
    """The page's key: its name, its blocks with their settings and kinds, its language, its limit, the environment.

    The name counts because a class of the page shows it: ``<class 'page_basics_gradient_descent.Net'>``.
    """
    blocks = [(b.source, b.settings, b.fence.is_doctest) for b in page.blocks]
    text = json.dumps([page.slug, blocks, page.language, page.timeout, environment_digest(root)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def load(page: Page, folder: Path = FOLDER) -> dict[str, Any] | None:
    """The stored results of this very page, or None. A damaged file counts as none."""
    try:
        stored = json.loads((folder / f"{key_of(page)}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(stored, dict) or len(stored.get("results", ())) != len(page.blocks):
        return None
    return stored


def store(page: Page, record: dict[str, Any], folder: Path = FOLDER) -> None:
    """Keep a page's results."""
    write_atomically(folder / f"{key_of(page)}.json", json.dumps(record, ensure_ascii=False))
