"""Runs pages in processes of their own: one process imports torch, then forks a child a page, a core each."""

from __future__ import annotations

import json
import multiprocessing as mp
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from engine import ROOT, cache, page_files
from engine.errors import PageError
from engine.page import Page
from engine.sandbox import PATIENCE, code_used

GRACE = 5.0  # seconds between the limit that Python sees and the kill for code that Python cannot interrupt
VERIFIED = ("torch", "numpy", "matplotlib")


def versions() -> dict[str, str]:
    """What a page was verified with."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    return found | {name: metadata.version(name) for name in VERIFIED}


def preload() -> None:
    """Import what nearly every page imports; children inherit it."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot
    import torch

    torch.set_num_threads(1)
    # The first optimizer imports a second half of torch (torch._dynamo), about as long as the first.
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)


def record_of(results: list[dict[str, Any] | None]) -> dict[str, Any]:
    """What is stored of a page whose blocks have run; None is a block that was skipped."""
    used = cache.digests_of(code_used())
    return {"results": results, "used": used, "versions": versions(), "date": date.today().isoformat()}


def run_page(page: Page, tell: Callable[[int], None] = lambda number: None) -> dict[str, Any]:
    """Execute every block of a page here and now; the record holds a result a block (None: skipped)."""
    from engine.execute import session

    results: list[dict[str, Any] | None] = []
    with session(page) as running:
        for block in page.blocks:
            tell(block.number)
            skipped = "skip" in block.settings
            results.append(None if skipped else running.run(block).as_json())
    return record_of(results)


def _child(path: Path, text: str, out: Connection) -> None:
    try:
        record = run_page(Page(path, text), lambda number: out.send(("block", number)))
        out.send(("done", record))
    except PageError as error:
        out.send(("error", error))
    except BaseException:
        out.send(("error", PageError(path, 1, "the engine failed on this page", traceback.format_exc())))
    out.close()
    os._exit(0)  # torch's and the page's own exit handlers have nothing to do here


@dataclass
class _Running:
    page: Page
    process: BaseProcess
    inbox: Connection
    started: float
    block: int = 0
    since: float = 0.0


@dataclass
class Outcome:
    """What became of one page."""

    page: Page
    record: dict[str, Any] | None
    error: PageError | None
    seconds: float


def _receive(running: _Running) -> Outcome | None:
    seconds = time.monotonic() - running.started
    try:
        kind, value = running.inbox.recv()
    except EOFError:
        running.process.join()
        where = running.page.blocks[max(running.block - 1, 0)] if running.page.blocks else None
        line = where.fence.line if where else 1
        error = PageError(
            running.page.path, line,
            f"block {running.block}: ended the process (exit code {running.process.exitcode})",
            where.source if where else "",
        )  # fmt: skip
        return Outcome(running.page, None, error, seconds)
    if kind == "block":
        running.block, running.since = value, time.monotonic()
        return None
    running.process.join()
    if kind == "done":
        return Outcome(running.page, value, None, seconds)
    return Outcome(running.page, None, value, seconds)


def _overdue(running: _Running) -> Outcome | None:
    if time.monotonic() - running.since < PATIENCE * running.page.timeout + GRACE or not running.block:
        return None
    running.process.kill()
    running.process.join()
    block = running.page.blocks[running.block - 1]
    error = PageError(
        running.page.path, block.fence.line,
        f"block {block.number}: the block ran longer than its {running.page.timeout:g} seconds",
        block.source,
    )  # fmt: skip
    return Outcome(running.page, None, error, time.monotonic() - running.started)


def run_pages(
    pages: Iterable[Page], cores: int | None = None, report: Callable[[Outcome], None] = lambda _: None
) -> list[Outcome]:
    """Execute pages in forked children, ``cores`` at a time; an outcome a page, in the order they end."""
    waiting = sorted(pages, key=lambda page: -len(page.blocks))
    if not waiting:
        return []
    preload()
    context = mp.get_context("fork")
    active: list[_Running] = []
    outcomes: list[Outcome] = []
    try:
        while waiting or active:
            while waiting and len(active) < (cores or os.cpu_count() or 1):
                page = waiting.pop(0)
                inbox, outbox = context.Pipe(duplex=False)
                process = context.Process(target=_child, args=(page.path, page.text, outbox))
                process.start()
                outbox.close()
                now = time.monotonic()
                active.append(_Running(page, process, inbox, now, since=now))
            ready = wait([running.inbox for running in active], timeout=0.5)
            for running in list(active):
                outcome = _receive(running) if running.inbox in ready else _overdue(running)
                if outcome:
                    active.remove(running)
                    running.inbox.close()
                    outcomes.append(outcome)
                    report(outcome)
    finally:
        for running in active:
            running.process.kill()
    return outcomes


def records_for(
    pages: Iterable[Page], cores: int | None = None, report: Callable[[str], None] = lambda _: None
) -> dict[Path, dict[str, Any]]:
    """Results of pages, from the cache where nothing changed; a fresh run is stored.

    Raises:
        PageError: the first page that failed (all are run, and each failure is reported).
    """
    records: dict[Path, dict[str, Any]] = {}
    stale: list[Page] = []
    for page in pages:
        if not page.blocks:
            continue
        stored = cache.load(page)
        if stored is None:
            stale.append(page)
        else:
            records[page.path] = stored
            report(f"cached  {page.language}/{page.slug} ({len(page.blocks)} blocks)")
    failures: list[PageError] = []

    def ended(outcome: Outcome) -> None:
        name = f"{outcome.page.language}/{outcome.page.slug}"
        if outcome.error:
            failures.append(outcome.error)
            report(f"FAILED  {name}\n{outcome.error}")
        elif outcome.record:
            cache.store(outcome.page, outcome.record)
            records[outcome.page.path] = outcome.record
            report(f"ran     {name} ({len(outcome.page.blocks)} blocks, {outcome.seconds:.1f} s)")

    run_pages(stale, cores, ended)
    if failures:
        raise failures[0]
    return records


def in_subprocess(path: Path) -> None:
    """Fill the cache for a page from a process that must not import torch itself (MkDocs, Zensical).

    The other stale pages of its language are run along with it, as they will be asked for next: one start, not one
    a page.

    Raises:
        PageError: the page failed, or another page of its language.
    """
    import subprocess

    # not sys.path: a program that a block starts would find our packages, too
    searched = [str(Path(__file__).parents[1]), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    pages = page_files()
    together = [p for p in pages if Page(p, "").language == Page(path, "").language] if path in pages else [path]
    done = subprocess.run(
        [sys.executable, "-m", "engine", "run", "--json", *map(str, together)],
        capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(searched)},
    )  # fmt: skip
    if done.returncode:
        try:
            where, line, what, detail = json.loads(done.stdout.strip().splitlines()[-1])
        except (ValueError, IndexError):
            where, line, what, detail = path, 1, "the engine failed on this page", done.stderr
        raise PageError(where, line, what, detail)
