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
    """One promise: what was measured, and the most it may be; the least where `at_least`, with no limit only noted."""

    what: str
    measured: float
    limit: float | None = None
    unit: str = ""
    at_least: bool = False

    @property
    def kept(self) -> bool:
        if self.limit is None:
            return True
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def bound(self) -> str:
        if self.limit is None:
            return "noted"
        return f"at {'least' if self.at_least else 'most'} {self.limit:g}{self.unit}"

    def __str__(self) -> str:
        """The row as text.

        >>> print(Row("blocks run, nothing changed", 0, 0))
        ok      blocks run, nothing changed: 0 (at most 0)
        """
        return f"{'ok    ' if self.kept else 'NOT OK'}  {self.what}: {self.measured:.3g}{self.unit} ({self.bound})"


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| promise | measured | bound | |", "| --- | --- | --- | --- |"]
    for row in rows:
        verdict = "**NOT OK**" if not row.kept else "ok" if row.limit is not None else ""
        lines.append(f"| {row.what} | {row.measured:.3g}{row.unit} | {row.bound} | {verdict} |")
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


class Section:
    """A section of RESULTS.md that is written anew at each step, as the steps are long."""

    def __init__(self, heading: str, *packages: str) -> None:
        self.heading, self.packages, self.rows, self.notes = heading, packages, list[Row](), list[str]()

    def add(self, rows: list[Row], note: str = "") -> None:
        self.rows += rows
        self.notes += [note] if note else []
        print(*rows, *([note] if note else []), sep="\n", flush=True)
        replace_section(self.heading, "\n\n".join([surroundings(*self.packages), table(self.rows), *self.notes]))

    @property
    def missed(self) -> int:
        """How many promises were not kept, which is the exit status of a benchmark."""
        return sum(not row.kept for row in self.rows)
