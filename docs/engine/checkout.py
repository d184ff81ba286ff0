"""A copy of the course in another folder, for tests and measurements that change pages, and to be thrown away."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from engine import LANGUAGES, ROOT

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", ".cache", "site", ".site-*", "build", "__pycache__", ".*_cache", "*.egg-info"
)
_NAV = re.compile(r"^nav:.*\n(?:[ \-#].*\n?|\n)*", re.MULTILINE)
_PLACE = re.compile(r"\bpage: ([\w/-]+)#[\w-]+")


class Checkout:
    """The course's own files in ``root``, with this checkout's node_modules and an empty cache of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root

        def left_out(at: str, names: list[str]) -> set[str]:
            if Path(at) == ROOT:
                return _LEFT_OUT(at, names)
            return {"__pycache__"} & set(names)  # deeper down, docs/en/build/ would be a chapter

        shutil.copytree(ROOT, root, ignore=left_out)
        (root / "node_modules").symlink_to(ROOT / "node_modules")

    def replace_pages(self, pages: dict[str, str]) -> None:
        """Let these be the only pages: ``{"en/index.md": text}``; MkDocs makes the navigation itself."""
        for language in LANGUAGES:
            shutil.rmtree(self.root / "docs" / language)
        for name, text in pages.items():
            self.write(name, text)
        for lab in (self.root / "examples").glob("*.py"):  # its links lead to pages that are gone
            lab.unlink()
        for config in ("mkdocs.yml", "mkdocs.zh.yml"):
            path = self.root / config
            path.write_text(_NAV.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
        glossary = self.root / "docs" / "glossary.yml"  # its pages are gone: to it they are still to come
        terms = _PLACE.sub(r"planned: \1", glossary.read_text(encoding="utf-8"))
        glossary.write_text(terms, encoding="utf-8")

    def path(self, name: str) -> Path:
        """Where the page ``en/index.md`` stands."""
        return self.root / "docs" / name

    def write(self, name: str, text: str) -> None:
        """Write a page."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Change one place of a page.

        Raises:
            ValueError: the page has this text nowhere, so the edit would change nothing.
        """
        text = self.path(name).read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"{name} has no {old!r} to edit")
        self.write(name, text.replace(old, new, 1))

    def environment(self, **more: str) -> dict[str, str]:
        """What the Makefile sets, for this copy."""
        settings = {
            "PYTHONPATH": str(self.root / "docs"),
            "MPLCONFIGDIR": str(ROOT / ".cache" / "matplotlib"),  # fonts are the machine's, not the copy's
            "OMP_NUM_THREADS": "1",
            "NO_MKDOCS_2_WARNING": "1",
        }
        return os.environ | settings | more

    def command(self, *arguments: str) -> None:
        """Run ``python ARGUMENTS`` here.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        subprocess.run([sys.executable, *arguments], cwd=self.root, env=self.environment(), check=True)

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start ``python -m ARGUMENTS`` here; standard error joins standard output."""
        return subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=self.root, env=self.environment(**more), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str, **more: str) -> tuple[int, str]:
        """Run ``python -m ARGUMENTS`` here to its end: exit status and all it said."""
        process = self.start(*arguments, **more)
        said, _ = process.communicate()
        return process.returncode, said

    def watched(self, *arguments: str, **more: str) -> tuple[int, str, list[str]]:
        """Like `run`, and what the probe of ``benchmarks/probe`` saw: imports of torch, code of pages that ran."""
        log = self.root / ".probe.log"
        log.unlink(missing_ok=True)
        path = os.pathsep.join([str(self.root / "benchmarks" / "probe"), str(self.root / "docs")])
        status, said = self.run(*arguments, PYTHONPATH=path, PROBE_LOG=str(log), **more)
        return status, said, log.read_text(encoding="utf-8").splitlines() if log.exists() else []
