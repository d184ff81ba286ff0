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


def write_atomically(path: Path, text: str) -> None:
    """Write beside, then rename: a killed build leaves the old file or the new one, never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def digest_of_files(folder: Path, pattern: str = "**/*.py") -> str:
    """A digest of names and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob(pattern)):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def environment_digest(root: Path = ROOT) -> str:
    """What a result depends on besides its page: the library, the engine, every installed version."""
    versions = sorted(f"{d.name}=={d.version}" for d in metadata.distributions())
    parts = [
        digest_of_files(root / "course_lib"),
        digest_of_files(root / "docs" / "engine"),
        platform.python_version(),
        platform.machine(),
        *versions,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def key_of(page: Page, root: Path = ROOT) -> str:
    """The page's key: its blocks with their settings and kinds, its language, its time limit, the environment."""
    blocks = [(b.source, b.settings, b.fence.is_doctest) for b in page.blocks]
    text = json.dumps([blocks, page.language, page.timeout, environment_digest(root)], sort_keys=True)
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
