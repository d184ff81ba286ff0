"""What a library's training loop costs beside one written by hand: `python -m benchmarks.rivals`.

The libraries are installed into an environment of their own, .venv-rivals, which sees the course's packages and so its
torch; one that does not install or run beside this torch is named with the reason. Each is measured in a process of
its own, in turn with the hand-written loop, by processor time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import torch

from benchmarks.report import Row, Section
from benchmarks.rivals import loops
from benchmarks.timing import interleaved, ratio

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".venv-rivals"
SAMPLES, ROUNDS = 6400, 7
PINS = ("torch", "torchvision", "numpy")  # a rival that wants others is not installed


def environment() -> Path:
    """The Python of the rivals' environment, made where it is missing."""
    python = HOME / "bin" / "python"
    if not python.exists():
        venv.create(HOME, with_pip=True)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        (HOME / "lib" / version / "site-packages" / "course.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def installed(python: Path, package: str) -> str:
    """Install a package; what stood in its way, or nothing."""
    pins = HOME / "pins.txt"
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins.write_text("\n".join(line for line in lines if line.split("==")[0] in PINS))
    command = [str(python), "-m", "pip", "install", "--quiet", "--constraint", str(pins), package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "" if done.returncode == 0 else (errors or ["it could not be installed"])[-1]


def measure(name: str) -> None:
    """In the rivals' environment: print the ratio of one library to the loop by hand."""
    loops.prepare()
    torch.set_num_threads(1)
    epochs = {
        which: function(*loops.problem(SAMPLES))
        for which, function in {"library": loops.LIBRARIES[name][1], "by hand": loops.by_hand}.items()
    }
    times = interleaved(epochs, ROUNDS, time.process_time)
    print(ratio(times["library"], times["by hand"]))


def main() -> int:
    python, missing = environment(), []
    section = Section("Training loops of other libraries", "torch")
    for name, (package, _) in loops.LIBRARIES.items():
        if package and (reason := installed(python, package)):
            missing.append(f"{name}: {reason}")
            continue
        command = [str(python), "-m", "benchmarks.rivals", name]
        surroundings = os.environ | {"KERAS_BACKEND": "torch", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
        if done.returncode:
            missing.append(f"{name}: {done.stderr.strip().splitlines()[-1]}")
            continue
        what = f"an epoch by {name} / by hand, both over a DataLoader"
        section.add([Row(what, float(done.stdout.splitlines()[-1]))])
    section.add([], "Not measured: " + "; ".join(missing) if missing else "")
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 2:
        measure(sys.argv[1])
    else:
        raise SystemExit(main())
