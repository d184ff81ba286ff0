"""``python -m engine run`` executes the pages whose results are not stored; ``update-outputs`` rewrites doctests."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from engine import page_files
from engine.errors import PageError
from engine.page import Page
from engine.runner import records_for


def run(paths: list[Path], as_json: bool, cores: int | None) -> int:
    """Run what is stale, with progress; the exit status says whether every page ran."""
    started = time.monotonic()
    counts = {"cached": 0, "ran": 0}

    def report(line: str) -> None:
        counts[line.split()[0]] = counts.get(line.split()[0], 0) + 1
        if not as_json:
            print(line, flush=True)

    try:
        records_for([Page.read(path) for path in paths], cores, report)
    except PageError as error:
        if as_json:
            print(json.dumps([str(error.path), error.line, error.what, error.detail]))
        else:
            print(f"\nA page failed, so nothing is built:\n{error}", file=sys.stderr)
        return 1
    if not as_json:
        seconds = time.monotonic() - started
        print(f"{counts['ran']} pages ran, {counts['cached']} came from the cache, {seconds:.1f} s")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m engine", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "update-outputs", "scripts"):
        command = commands.add_parser(name)
        command.add_argument("pages", nargs="*", type=Path)
        if name == "run":
            command.add_argument("--json", action="store_true", help="report an error as JSON")
            command.add_argument("--cores", type=int)
    chosen = parser.parse_args()
    paths = chosen.pages or page_files()
    if chosen.command == "run":
        return run(paths, chosen.json, chosen.cores)
    if chosen.command == "scripts":
        from engine.needs import scripts_of

        for path in paths:
            for number, script in scripts_of(Page.read(path)).items():
                print(f"# ---- {path} block {number}\n{script}")
        return 0
    from engine.outputs import update

    for path in paths:
        if update(path):
            print(f"rewrote outputs in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
