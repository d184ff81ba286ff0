"""torchvision is imported as it is; where its operators are missing, they are declared and stay."""

import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from course_lib import vision

MISSING = RuntimeError("operator torchvision::nms does not exist")


class Installation:
    """Stands for the imports of a machine: each call answers with the next of `answers`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: ModuleType | Exception) -> None:
        self.answers = list(answers)
        self.declared: list[str] = []
        half_made = {"torchvision": 0, "torchvision.ops": 0, "torchvision_of_another": 0, "torch": 0}
        self.modules: dict[str, Any] = half_made
        monkeypatch.setattr(vision, "importlib", SimpleNamespace(import_module=self.answer))
        monkeypatch.setattr(vision, "sys", SimpleNamespace(modules=self.modules))
        monkeypatch.setattr(vision, "_kept", [])
        monkeypatch.setattr(torch.library, "Library", self.library)

    def answer(self, name: str) -> ModuleType:
        if name == "torchvision.transforms.v2":
            return ModuleType(name)
        assert name == "torchvision"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def library(self, name: str, kind: str) -> Any:
        assert (name, kind) == ("torchvision", "FRAGMENT")
        return SimpleNamespace(define=self.declared.append)


def test_an_ordinary_installation_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("torchvision")
    machine = Installation(monkeypatch, module)
    assert vision.torchvision() is module
    assert not machine.declared and not vision._kept and "torchvision.ops" in machine.modules


def test_missing_operators_are_declared_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("torchvision")
    machine = Installation(monkeypatch, MISSING, module)
    assert vision.torchvision() is module
    signature = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    assert machine.declared == [f"nms{signature}", f"qnms{signature}"] and len(vision._kept) == 1
    assert set(machine.modules) == {"torchvision_of_another", "torch"}, "what was half made is dropped, and no more"


@pytest.mark.parametrize(
    "error", [RuntimeError("CUDA is too old"), ModuleNotFoundError("No module named 'PIL'", name="PIL")]
)
def test_other_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    machine = Installation(monkeypatch, error)
    with pytest.raises(type(error), match=str(error)):
        vision.torchvision()
    assert not machine.declared


def test_declaring_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    Installation(monkeypatch, MISSING, MISSING, MISSING)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="operator torchvision::nms"):
            vision.torchvision()
    assert len(vision._kept) == 1


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Installation(monkeypatch, ModuleNotFoundError("No module named 'torchvision'", name="torchvision"))
    with pytest.raises(ImportError, match="pip install torchvision"):
        vision.torchvision()


def test_a_fresh_program_gets_a_torchvision_that_works() -> None:
    code = """
import gc
from course_lib.vision import torchvision
module = torchvision()
gc.collect()
assert torchvision() is module
import torch, torchvision.models, torchvision.transforms.v2 as v2
assert torchvision.models.resnet18(weights=None).eval()(torch.zeros(1, 3, 32, 32)).shape == (1, 1000)
assert v2.Resize(4)(torch.zeros(3, 8, 8)).shape == (3, 4, 4)
assert torchvision.utils.make_grid(torch.zeros(4, 3, 8, 8), nrow=2).shape == (3, 22, 22)
torch.ops.torchvision.nms, torch.ops.torchvision.qnms
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")
