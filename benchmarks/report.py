"""RESULTS.md: each benchmark replaces its own section and leaves the others as they are."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = "# What was measured\n"


@dataclass(frozen=True)
class Row:
    """One promise: what was measured, and the most it may be."""

    what: str
    measured: float
    limit: float
    unit: str = ""

    @property
    def kept(self) -> bool:
        return self.measured <= self.limit

    def __str__(self) -> str:
        """The row as text.

        >>> print(Row("blocks run, nothing changed", 0, 0))
        ok      blocks run, nothing changed: 0 (at most 0)
        """
        verdict = "ok    " if self.kept else "NOT OK"
        return f"{verdict}  {self.what}: {self.measured:.3g}{self.unit} (at most {self.limit:g}{self.unit})"


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| promise | measured | at most | |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {row.what} | {row.measured:.3g}{row.unit} | {row.limit:g}{row.unit} | "
        f"{'ok' if row.kept else '**NOT OK**'} |"
        for row in rows
    ]
    return "\n".join(lines)


def surroundings(*packages: str) -> str:
    """The machine in words, the versions and the day, as one sentence."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    cores = os.cpu_count() or 1
    return (
        f"{date.today().isoformat()}: {cores} cores ({platform.machine()}, {platform.system()}), "
        f"{os.getloadavg()[1]:.1f} processes running on average; Python {platform.python_version()}, {versions}."
    )


def replace_section(heading: str, body: str, path: Path = RESULTS) -> None:
    """Write ``## heading`` and its body: in place of the section of this name, or at the end."""
    text = path.read_text(encoding="utf-8") if path.exists() else TITLE
    section = f"## {heading}\n\n{body.strip()}\n"
    pattern = re.compile(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda _: section + "\n", text, count=1)
    else:
        text = f"{text.rstrip()}\n\n{section}"
    path.write_text(text.rstrip() + "\n", encoding="utf-8")
