"""What importing course_lib, and every module of it, costs beside `import torch`: processes in turn.

`python -m benchmarks.imports` prints the ratios beside their limits, writes them to RESULTS.md, and fails where one
is missed. Verdicts are on processor time.
"""

from __future__ import annotations

import pkgutil
import resource
import subprocess
import sys
from functools import partial

import course_lib
from benchmarks.report import Row, Section
from benchmarks.timing import interleaved, ratio

ROUNDS = 9


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _modules() -> str:
    return ", ".join(module.name for module in pkgutil.walk_packages(course_lib.__path__, "course_lib."))


def _import(what: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {what}"], check=True)


def main() -> int:
    imports = {"torch": "torch", "course_lib": "course_lib", "every module": _modules()}
    times = interleaved({name: partial(_import, what) for name, what in imports.items()}, ROUNDS, _processor)
    section = Section("Imports", "torch")
    section.add(
        [
            Row("import course_lib / import torch", ratio(times["course_lib"], times["torch"]), 1.05),
            Row("import every module of course_lib / import torch", ratio(times["every module"], times["torch"])),
        ]
    )
    return section.missed


if __name__ == "__main__":
    raise SystemExit(main())
