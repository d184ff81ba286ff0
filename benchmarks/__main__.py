"""All benchmarks, each in a process of its own: `python -m benchmarks`, or some of them by name.

Each writes its section of RESULTS.md; the exit status is 1 where a promise was not kept.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

BENCHMARKS = ("imports", "loading", "optimizers", "training", "rivals", "site")  # the short ones first


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(BENCHMARKS)}; all unless given")
    names = parser.parse_args().names or BENCHMARKS
    if unknown := set(names).difference(BENCHMARKS):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    missed = [name for name in names if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode]
    print(f"not as promised, or broken: {', '.join(missed)}" if missed else "all as promised")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
