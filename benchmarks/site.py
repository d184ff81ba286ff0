"""The speed that issue 2 promises for the site, measured on a copy of the course; ``make bench`` runs it.

Timings are ratios or differences within one run, medians of interleaved runs. Where one process works at a time the
verdict is on processor time, as other work on the machine stretches the clock, which is noted beside it. Counts come
from a probe in every process (``benchmarks/probe``). ``--only builds`` or ``--only tests`` measures, and writes, one
part; the tests take as long as ``make test`` on one core.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

HOME = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HOME), str(HOME / "docs")]  # so that running this file by its path works too

from engine import page_files  # noqa: E402
from engine.checkout import Checkout  # noqa: E402
from engine.page import Page  # noqa: E402

from benchmarks.report import Row, Section  # noqa: E402

PLANNED_PAGES = 84  # 42 in two languages
CORES_OF_THE_PLAN = 2
REPEATS = 5
VERSIONS = ("torch", "mkdocs", "mkdocs-material", "pymdown-extensions", "pytest")
PLAIN = {"mkdocs.yml": "mkdocs.plain.yml", "mkdocs.zh.yml": "mkdocs.plain.zh.yml"}


def done(outcome: tuple[int, str, list[str]]) -> list[str]:
    """What the probe saw of a command that must succeed."""
    status, said, seen = outcome
    if status:
        raise SystemExit(f"the course does not build, so nothing can be measured:\n{said}")
    return seen


def executed(seen: list[str]) -> int:
    """Pieces of the pages' code that ran."""
    return sum(line.startswith("run ") for line in seen)


def pages_run(seen: list[str]) -> int:
    """Pages whose code ran (a page that is all doctests would not be named; none is)."""
    return len({line for line in seen if line.startswith("run ") and line.endswith(".md")})


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def cost(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time in the processes that the action started and waited for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    clock = seconds(action)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cold_run(course: Checkout) -> tuple[list[Row], str]:
    """The first run, against the blocks' own times; torch's imports."""
    load = "import engine.runner; engine.runner.preload()"
    start = median(seconds(lambda: course.command("-c", load)) for _ in range(3))
    seen: list[str] = []
    wall = seconds(lambda: seen.extend(done(course.watched("engine", "run"))))
    records = [json.loads(file.read_text()) for file in (course.root / ".cache" / "pages").glob("*.json")]
    own = sum(result["seconds"] for record in records for result in record["results"] if result)
    cores = os.cpu_count() or 1
    rows = [
        Row("cold run less its start, over the blocks' own times / cores", (wall - start) / (own / cores), 1.3),
        Row(f"imports of torch in the cold run of {len(records)} pages", seen.count("import torch"), 1),
    ]
    return rows, f"Cold run {wall:.1f} s, its fixed start {start:.1f} s, the blocks' own times {own:.1f} s."


def unchanged(course: Checkout, pages: int) -> tuple[list[Row], str]:
    """A build with nothing changed, against plain MkDocs without our extension."""
    for config, plain in PLAIN.items():
        text = (course.root / config).read_text(encoding="utf-8")
        text = re.sub(r"^  engine\.extension:.*\n", "", text, flags=re.MULTILINE)
        (course.root / plain).write_text(text.replace("INHERIT: mkdocs.yml", f"INHERIT: {PLAIN['mkdocs.yml']}"))
    seen = done(course.watched("engine.build"))  # also warms what both need: formulas, jieba's dictionary
    ours, plain_times = [], []

    def build_plain() -> None:
        for config in PLAIN.values():
            status, said = course.run("mkdocs", "build", "-f", config, "-d", str(course.root / "plain"))
            if status:
                raise SystemExit(said)

    for _ in range(REPEATS):
        plain_times.append(cost(build_plain))
        ours.append(cost(lambda: course.run("engine.build")))
    clocks = [median(clock for clock, _ in times) for times in (ours, plain_times)]
    used = [median(processor for _, processor in times) for times in (ours, plain_times)]
    rows = [
        Row("blocks run by a build with nothing changed", executed(seen), 0),
        Row("imports of torch in a build with nothing changed", seen.count("import torch"), 0),
        Row("a build with nothing changed, over plain MkDocs, a page", (used[0] - used[1]) / pages, 0.15, " s"),
    ]
    return rows, (
        f"Nothing changed, {pages} pages: build {used[0]:.2f} s of processor time ({clocks[0]:.2f} s by the clock), "
        f"plain MkDocs {used[1]:.2f} s ({clocks[1]:.2f} s)."
    )


def edits(course: Checkout) -> list[Row]:
    """A change of words, and a change of one block."""
    page = min(
        (
            page
            for page in map(Page.read, page_files(course.root / "docs"))
            if page.blocks and not page.blocks[-1].fence.indent
        ),
        key=lambda page: len(page.blocks),
    )
    name = str(page.path.relative_to(course.root / "docs"))
    course.write(name, page.text + "\nMore words.\n")
    prose = executed(done(course.watched("engine.build")))
    source = page.blocks[-1].source
    course.edit(name, source, source.rstrip("\n") + "  # edited\n")
    block = pages_run(done(course.watched("engine.build")))
    course.write(name, page.text)
    return [
        Row("blocks run after an edit of prose", prose, 0),
        Row("pages run after an edit of one block", block, 1),
    ]


PARTS = {  # part of the suite -> whether it grows with the number of pages
    "docs": True,
    "tests/pages": True,
    "tests/site/test_site.py": True,
    "tests/site --ignore=tests/site/test_site.py": False,
    "tests/engine": False,
    "course_lib tests/course_lib": False,
}


def projection(course: Checkout, pages: int) -> tuple[list[Row], str]:
    """All of ``make test``, part by part in one process, projected to the planned pages on two workers.

    The verdict is on processor time, as other work on the machine stretches the clock; the clock's is noted beside it.
    pytest-xdist's ``loadfile`` gives a file to one worker, so the longest single file bounds the whole from below.
    """
    total, longest, clock, words = 0.0, 0.0, 0.0, []
    for part, grows in PARTS.items():
        said: list[str] = []
        command = ("pytest", "-q", *part.split())
        wall, used = cost(partial(lambda said, command: said.append(course.run(*command)[1]), said, command))
        times = PLANNED_PAGES / pages if grows else 1
        total += used * times
        clock += wall * times
        longest = max(longest, used * times if part.startswith(("tests/pages", "tests/site/test_site")) else 0)
        words.append(f"{part} {used:.0f} s of processor time in {wall:.0f} s, projected {used * times:.0f} s")
        print(words[-1], said[0].strip().splitlines()[-1], sep="; ", flush=True)
    minutes = max(total / CORES_OF_THE_PLAN, longest) / 60
    rows = [Row(f"make test, projected to {PLANNED_PAGES} pages on {CORES_OF_THE_PLAN} cores", minutes, 15, " min")]
    note = f"Parts of make test with {pages} pages: {'; '.join(words)}."
    return rows, f"{note} By the clock of this machine in this run: {clock / CORES_OF_THE_PLAN / 60:.0f} min."


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site", description=__doc__)
    parser.add_argument("--only", choices=("builds", "tests"))
    only = parser.parse_args().only
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        course = Checkout(Path(folder) / "course")
        pages = len(page_files(course.root / "docs"))
        if only != "tests":
            builds = Section("The site: builds", *VERSIONS)
            builds.add(*cold_run(course))
            builds.add(*unchanged(course, pages))
            builds.add(edits(course))
            missed += builds.missed
        if only != "builds":
            tests = Section("The site: make test", *VERSIONS)
            tests.add(*projection(course, pages))
            missed += tests.missed
    return missed


if __name__ == "__main__":
    sys.exit(main())
