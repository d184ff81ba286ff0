"""examples/train.py as a learner runs it: through a pipe, killed, resumed, by two processes, with wrong arguments."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from engine import ROOT

from course_lib.checkpoints import Checkpoints, load
from course_lib.datasets import write_insects

SCRIPT = ROOT / "examples" / "train.py"


@pytest.fixture(scope="module")
def train() -> ModuleType:
    spec = importlib.util.spec_from_file_location("train", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}


def test_digits_and_on(train: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--logdir", str(tmp_path), "--device", "cpu"]
    assert train.main([*command, "--epochs", "1"]) == 0
    assert train.main([*command, "--epochs", "3", "--resume"]) == 0
    shown = capsys.readouterr().out
    assert "going on from step 45: 1 epochs and 0 batches are done" in shown and "epoch 3/3  loss" in shown
    accuracy = float(shown.splitlines()[-1].split()[-1])
    assert accuracy > 0.9, "it learns the digits"
    assert len((tmp_path / "epochs.csv").read_text().splitlines()) == 4
    assert Checkpoints(tmp_path / "checkpoints").steps() == [45, 90, 135]
    assert len(list(tmp_path.glob("events.out.tfevents.*"))) == 2
    assert train.main([*command, "--epochs", "3"]) == 1
    assert "train.py: " in (told := capsys.readouterr().err) and "go on from it with resume=True" in told


@pytest.mark.parametrize("apart", [True, False])
def test_a_folder_of_pictures(train: ModuleType, tmp_path: Path, apart: bool) -> None:
    root = write_insects(tmp_path / "insects", n=6)
    data = root if apart else root / "train"
    assert train.main(["--data_root", str(data), "--logdir", str(tmp_path / "log"), "--epochs", "1"]) == 0


def test_folders_of_other_classes(train: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_insects(tmp_path / "insects", n=3)
    (root / "val" / "ants").rename(root / "val" / "aphids")
    assert train.main(["--data-root", str(root), "--logdir", str(tmp_path / "log")]) == 1
    assert "holds the classes ['ants', 'bees']" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["--epochs", "0"], "argument --epochs: should be at least 1, got 0"),
        (["--lr", "-1"], "argument --lr: should be a number above 0, got -1"),
        (["--lr", "fast"], "argument --lr: invalid _positive value"),
        (["--precision", "half"], "argument --precision: invalid choice"),
    ],
)
def test_a_wrong_command(train: ModuleType, command: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        train.main(["--logdir", "nowhere", *command])
    assert caught.value.code == 2 and told in capsys.readouterr().err


def test_what_is_missing(train: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--logdir", str(tmp_path), "--data-root", str(tmp_path / "none")]) == 1
    assert "none" in capsys.readouterr().err
    assert train.main(["--logdir", str(tmp_path), "--device", "cuda:99"]) == 1
    assert "train.py: prefer is 'cuda:99'" in capsys.readouterr().err


def test_control_c(train: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*given: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "fit", stop)
    assert train.main(["--logdir", str(tmp_path)]) == 130


def test_through_tee_and_killed_and_on(tmp_path: Path) -> None:
    command = f"{sys.executable} {SCRIPT} --logdir {tmp_path}/run --device cpu --save-every 5"
    folder = Checkpoints(tmp_path / "run" / "checkpoints")
    for number, status in ((signal.SIGKILL, -9), (signal.SIGTERM, 143)):
        before = max(folder.steps(), default=0)
        process = subprocess.Popen([*command.split(), "--epochs", "500", "--resume"], env=environment())
        deadline = time.monotonic() + 60
        while max(folder.steps(), default=0) < before + 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(60) == status
        assert max(folder.steps()) >= before + 20
    reached = load(folder.path(folder.steps()[-1]))["epoch"]
    shell = f"set -o pipefail; {command} --resume --epochs {reached + 2} | tee -a {tmp_path}/log"
    done = subprocess.run(["bash", "-c", shell], env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "log").read_text().splitlines()
    assert done.stdout.splitlines() == lines
    assert any(line.startswith("going on from step ") for line in lines) and lines[-1].startswith(
        "done: validation loss"
    )


def test_under_torchrun(tmp_path: Path) -> None:
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(SCRIPT), "--device", "cpu"]
    options = ["--logdir", str(tmp_path), "--epochs", "1"]
    done = subprocess.run(
        [sys.executable, *command, *options], env=environment(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("epoch 1/1  loss") == done.stdout.count("done: ") == 1, "one process speaks"
    assert Checkpoints(tmp_path / "checkpoints").steps() == [45], "each batch is one step of both"
    state = load(Checkpoints(tmp_path / "checkpoints").path(45))
    assert len(state["generators"]) == 2 and not any(key.startswith("module.") for key in state["model"])
    assert all(isinstance(value, torch.Tensor) for value in state["model"].values())
