"""Choosing a device, on machines that this one is not (torch told so), and with the real GPU where there is one."""

from __future__ import annotations

import dataclasses
import re
from collections import OrderedDict, namedtuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_sequence

from course_lib import devices

Pair = namedtuple("Pair", "x y")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")


@dataclasses.dataclass(frozen=True)
class Sample:
    x: Tensor
    label: str
    size: int = dataclasses.field(init=False, default=3)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that makes torch believe in a machine."""

    def make(gpus: int = 0, mps: bool = False, built: bool = True) -> None:
        monkeypatch.delenv("COURSE_DEVICE", raising=False)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
        monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: built)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return make


@pytest.mark.parametrize(
    ("gpus", "mps", "best"), [(2, True, "cuda"), (1, False, "cuda"), (0, True, "mps"), (0, False, "cpu")]
)
def test_the_best_device_is_picked(machine: Any, gpus: int, mps: bool, best: str) -> None:
    machine(gpus, mps)
    assert devices.pick() == torch.device(best)


def test_a_wish_is_followed_and_the_environment_overrides_it(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(gpus=2)
    assert devices.pick("cpu") == torch.device("cpu")
    assert devices.pick(torch.device("cuda", 1)) == torch.device("cuda:1")
    monkeypatch.setenv("COURSE_DEVICE", "cuda:1")
    assert devices.pick("cpu") == devices.pick() == torch.device("cuda:1")
    monkeypatch.setenv("COURSE_DEVICE", "")
    assert devices.pick("cpu") == torch.device("cpu")


@pytest.mark.parametrize(
    ("wish", "gpus", "built", "told"),
    [
        ("cuda", 0, False, "prefer is 'cuda', but torch .* is built without CUDA: install"),
        ("cuda", 0, True, "prefer is 'cuda', but no GPU is visible: look at nvidia-smi"),
        ("cuda:2", 2, True, "prefer is 'cuda:2', but the last GPU of this machine is 'cuda:1'"),
        ("mps", 2, True, "prefer is 'mps', but that needs a Mac"),
    ],
)
def test_a_missing_device_is_explained(machine: Any, wish: str, gpus: int, built: bool, told: str) -> None:
    machine(gpus, built=built)
    with pytest.raises(RuntimeError, match=told):
        devices.pick(wish)


def test_the_environments_wish_is_checked_too(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine()
    monkeypatch.setenv("COURSE_DEVICE", "cuda")
    with pytest.raises(RuntimeError, match="COURSE_DEVICE is 'cuda', but"):
        devices.pick("cpu")
    monkeypatch.setenv("COURSE_DEVICE", "gpu")
    with pytest.raises(ValueError, match="COURSE_DEVICE is 'gpu'; expected 'cpu', 'mps', 'cuda'"):
        devices.pick()


@pytest.mark.parametrize("wish", [0, 1.5, ["cuda"]])
def test_a_wish_of_a_wrong_type(machine: Any, wish: Any) -> None:
    machine()
    with pytest.raises(
        TypeError, match=re.escape(f"prefer should be a string such as 'cuda', or a torch.device, got {wish!r}")
    ):
        devices.pick(wish)
    with pytest.raises(TypeError, match="device should be"):
        devices.to(torch.zeros(1), wish)


def test_the_description_of_two_gpus(machine: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine(gpus=2)
    properties = [
        SimpleNamespace(name="Tesla T4", total_memory=15 * 2**30),
        SimpleNamespace(name="L4", total_memory=2**34),
    ]
    monkeypatch.setattr(torch.cuda, "get_device_properties", properties.__getitem__)
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setenv("PATH", str(tmp_path))
    gpus, build = ["cuda:0 Tesla T4, 15.0 GiB", "cuda:1 L4, 16.0 GiB"], f"torch {torch.__version__} (CUDA 12.8)"
    assert devices.describe().splitlines() == [*gpus, "driver unknown", build]
    for script, driver in [("echo 550.54.15; echo 550.54.15", "550.54.15"), ("exit 9", "unknown"), ("true", "unknown")]:
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
        assert devices.describe().splitlines() == [*gpus, f"driver {driver}", build]


def test_the_description_of_a_mac_and_of_no_gpu(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(mps=True)
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 2**34)
    monkeypatch.setattr(torch.version, "cuda", None)
    assert devices.describe().startswith("mps Apple GPU, up to 16.0 GiB of the shared memory\ntorch ")
    machine(built=False)
    assert devices.describe().startswith("no GPU: torch ")
    assert devices.describe().endswith(f"\ntorch {torch.__version__} (no CUDA)")


def test_every_tensor_of_a_nested_batch_moves() -> None:
    x = torch.zeros(2)
    batch = {
        "x": [x, (x, "ant", 3)],
        "pair": Pair(x, None),
        "sample": Sample(x, "bee"),
        "more": OrderedDict(a=x),
        5: set(),
    }
    moved = devices.to(batch, "meta")
    elsewhere = moved["x"][0], moved["x"][1][0], moved["pair"].x, moved["sample"].x, moved["more"]["a"]
    assert all(tensor.is_meta and tensor.shape == (2,) for tensor in elsewhere)
    assert moved["x"][1][1:] == ("ant", 3) and moved["pair"].y is None and moved[5] == set()
    assert isinstance(moved["pair"], Pair) and isinstance(moved["sample"], Sample) and moved["sample"].label == "bee"
    assert list(moved) == list(batch) and not x.is_meta


def test_what_is_there_is_not_copied() -> None:
    x = torch.zeros(2)
    assert devices.to([x], "cpu")[0] is x
    assert devices.to(Sample, "cpu") is Sample


def test_a_packed_sequence_moves() -> None:
    moved = devices.to(pack_sequence([torch.zeros(3), torch.zeros(2)]), "meta")
    assert isinstance(moved, PackedSequence) and moved.data.is_meta


@pytest.mark.parametrize("pinned", [True, False])
def test_only_a_copy_from_pinned_memory_does_not_wait(monkeypatch: pytest.MonkeyPatch, pinned: bool) -> None:
    asked: list[tuple[str, bool]] = []
    monkeypatch.setattr(Tensor, "is_pinned", lambda self: pinned)
    monkeypatch.setattr(Tensor, "to", lambda self, device, non_blocking: asked.append((str(device), non_blocking)))
    devices.to([torch.zeros(1)], "meta")
    assert asked == [("meta", pinned)]


def test_moving_to_a_missing_device_is_explained(machine: Any) -> None:
    machine()
    with pytest.raises(RuntimeError, match="device is 'cuda', but no GPU is visible"):
        devices.to(torch.zeros(1), "cuda")


@needs_cuda
def test_the_real_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    assert devices.pick().type == "cuda"
    assert torch.cuda.get_device_name(0) in devices.describe()
    moved = devices.to({"x": torch.arange(5.0).pin_memory()}, devices.pick())
    assert moved["x"].is_cuda and moved["x"].sum().item() == 10
