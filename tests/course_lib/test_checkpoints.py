"""Checkpoints: whole or not at all, read as data only, and the last good one found again."""

import os
import pickle
import random
import signal
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
import torture
from torch import nn

from course_lib import checkpoints as module
from course_lib.checkpoints import CheckpointError, Checkpoints, load, save
from course_lib.random_state import capture, restore
from course_lib.state_dicts import load_model, load_optimizer


def state(step: int = 0) -> dict[str, Any]:
    return {"step": step, "weights": torch.full((4,), float(step)), "nested": [{"a": (1, 2.5, None, True, "ü")}]}


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (os.system, ("echo broken in > /tmp/never",))


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    save(state(7), tmp_path / "deep" / "run.pt")
    back = load(tmp_path / "deep" / "run.pt")
    assert torch.equal(back["weights"], torch.full((4,), 7.0)) and back["nested"] == state()["nested"]
    assert back["versions"]["torch"] == str(torch.__version__)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["run.pt"], "no temporary file is left"
    assert torch.load(tmp_path / "deep" / "run.pt", weights_only=True)["step"] == 7, "an ordinary file of torch.save"


@pytest.mark.parametrize("length", [0, 1, 100, -1, -30, -200])
def test_a_truncated_file_is_told(tmp_path: Path, length: int) -> None:
    save(state(), tmp_path / "run.pt")
    content = (tmp_path / "run.pt").read_bytes()
    (tmp_path / "run.pt").write_bytes(content[:length])
    with pytest.raises(CheckpointError, match=r"run\.pt \(\d+ bytes\) is no checkpoint, or only a part of one"):
        load(tmp_path / "run.pt")


def test_no_flipped_bit_passes_as_another_value(tmp_path: Path) -> None:
    save(state(3), tmp_path / "run.pt")
    good, content = load(tmp_path / "run.pt"), (tmp_path / "run.pt").read_bytes()
    refused = 0
    for place in random.Random(0).sample(range(len(content)), 400):
        broken = bytearray(content)
        broken[place] ^= 1 << (place % 8)
        (tmp_path / "run.pt").write_bytes(broken)
        try:
            back = load(tmp_path / "run.pt")
        except CheckpointError:
            refused += 1
            continue
        # the flip was in padding or in a time stamp
        assert torch.equal(back.pop("weights"), good["weights"])
        assert back == {key: value for key, value in good.items() if key != "weights"}
    assert refused > 100


def test_a_wrong_checksum_is_told(tmp_path: Path) -> None:
    save({"weights": torch.zeros(1000)}, tmp_path / "run.pt")
    content = bytearray((tmp_path / "run.pt").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "run.pt").write_bytes(content)
    assert torch.load(tmp_path / "run.pt", weights_only=True)["weights"].count_nonzero() == 1, "torch itself is silent"
    with pytest.raises(CheckpointError, match=r"damaged: the checksum of its part .*data/0 is wrong"):
        load(tmp_path / "run.pt")


def test_foreign_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*run\.pt"):
        load(path)
    path.write_text("a text")
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "an archive")
    with pytest.raises(CheckpointError, match=r"an archive, but torch\.save did not write it"):
        load(path)
    torch.save({"weight": torch.zeros(1)}, path)
    with pytest.raises(
        CheckpointError, match=r"no checkpoint of course_lib; if it holds weights alone: model\.load_state"
    ):
        load(path)
    torch.save({"format": module.FORMAT, "format_version": 99}, path)
    with pytest.raises(CheckpointError, match=r"newer course_lib .format 99.: update it"):
        load(path)


def test_no_code_is_run(tmp_path: Path) -> None:
    torch.save({"format": module.FORMAT, "evil": Evil()}, tmp_path / "run.pt")
    with pytest.raises(CheckpointError, match="could run any program, so it is refused") as caught:
        load(tmp_path / "run.pt")
    assert isinstance(caught.value.__cause__, pickle.UnpicklingError)
    assert not Path("/tmp/never").exists()


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"schedule": {"f": [print]}}, r"state\['schedule'\]\['f'\]\[0\] is a builtins.builtin_function_or_method"),
        ({"lr": torch.zeros(1).numpy()[0]}, r"state\['lr'\] is a numpy.float32"),
        ({("a", Evil()): 1}, r"a key of state\[1\] is a .*Evil"),
    ],
)
def test_what_could_not_be_read_is_not_written(tmp_path: Path, bad: dict[Any, Any], told: str) -> None:
    with pytest.raises(CheckpointError, match=told):
        save(bad, tmp_path / "run.pt")
    with pytest.raises(CheckpointError, match=told), Checkpoints(tmp_path) as checkpoints:
        checkpoints.save({"step": 1, **bad}, wait=False)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Checkpoints(tmp_path) as checkpoints:
        checkpoints.save(state(1))

        def full(content: Any, path: Path) -> None:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(torch, "save", full)
        with pytest.raises(CheckpointError, match=r"could not be written: .*No space left.*Is the disk full"):
            checkpoints.save(state(2))
        checkpoints.save(state(3), wait=False)
        with pytest.raises(CheckpointError, match="No space left"):
            checkpoints.wait()
        assert [path.name for path in tmp_path.iterdir()] == ["step-000000001.pt"]
        latest = checkpoints.latest()
        assert latest is not None and latest["step"] == 1


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(CheckpointError, match="should be a folder for checkpoints, but is a file"):
        Checkpoints(tmp_path / "run")


@pytest.mark.parametrize(("name", "value"), [("keep", 0), ("keep", True), ("every", 0), ("every", 2.0)])
def test_numbers_that_make_no_sense(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} should be a whole number of at least 1, got {value}"):
        Checkpoints("run", **{name: value})


def test_windows_opens_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    save(state(1), tmp_path / "run.pt")
    assert load(tmp_path / "run.pt")["step"] == 1


def test_the_last_k_stay_and_other_files_are_let_be(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "later").steps() == []
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / ".step-000000001.pt.1.writing").write_text("of a process that was killed")
    with Checkpoints(tmp_path, keep=2) as checkpoints:
        assert checkpoints.latest() is None
        for step in (5, 10, 15, 10**10):
            assert checkpoints.save(state(step))
        assert checkpoints.steps() == [15, 10**10]
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"notes.txt", "step-000000015.pt", "step-10000000000.pt"}


def test_a_later_step_is_not_replaced_by_an_earlier_one(tmp_path: Path) -> None:
    with Checkpoints(tmp_path) as checkpoints:
        checkpoints.save(state(20))
        for wait in (True, False):
            with pytest.raises(
                CheckpointError, match=r"holds step 20 already, and step 10 would take its place: resume"
            ):
                checkpoints.save(state(10), wait=wait)
        checkpoints.save({**state(20), "more": 1})
        assert load(checkpoints.path(20))["more"] == 1, "the same step may be written again"


def test_the_previous_good_one_is_found(tmp_path: Path) -> None:
    with Checkpoints(tmp_path) as checkpoints:
        for step in (1, 2, 3):
            checkpoints.save(state(step))
        for step, content in ((3, b"half"), (2, checkpoints.path(2).read_bytes()[:-5])):
            checkpoints.path(step).write_bytes(content)
        with pytest.warns(UserWarning, match=r"is no checkpoint.*Going on from step 1; it is now .*\.damaged") as told:
            latest = checkpoints.latest()
        assert latest is not None and latest["step"] == 1 and len(told) == 2
        assert checkpoints.steps() == [1]
        checkpoints.save(state(2))
        assert checkpoints.steps() == [1, 2], "the damaged ones are not in the way"


def test_all_damaged_is_an_error_every_time(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2):
        checkpoints.path(step).write_bytes(b"half")
    for _ in range(2):
        with pytest.raises(CheckpointError, match=r"none of the 2 checkpoints in .* can be read"):
            checkpoints.latest()
    assert checkpoints.steps() == [1, 2]


def test_the_thread_writes_what_was_there_when_it_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, slow = save, [True]

    def waiting(content: Any, path: Path) -> None:
        while slow[0]:
            time.sleep(0.001)
        real(content, path)

    monkeypatch.setattr(module, "save", waiting)
    with Checkpoints(tmp_path) as checkpoints:
        live = {"step": 1, "weights": torch.ones(3), "loss": torch.tensor(1.0), "list": [torch.ones(2)]}
        assert checkpoints.save(live, wait=False)
        live["weights"].zero_()
        assert not checkpoints.save({**live, "step": 2}, wait=False), "busy: this one is left out"
        slow[0] = False
        checkpoints.wait()
        memory = checkpoints._memory["weights"].data_ptr()
        assert checkpoints.save({**live, "step": 3}, wait=False)
        assert checkpoints._memory["weights"].data_ptr() == memory, "the copy's memory is used again"
        assert checkpoints.save({**live, "step": 4, "list": []})
    assert torch.equal(load(checkpoints.path(1))["weights"], torch.ones(3))
    assert torch.equal(load(checkpoints.path(3))["weights"], torch.zeros(3))
    assert checkpoints.steps() == [1, 3, 4]


def _write_for_ever(folder: Path) -> None:
    checkpoints, step = Checkpoints(folder, keep=2), 0
    latest = checkpoints.latest()
    if latest is not None:
        step = latest["step"]
    while True:
        step += 1
        checkpoints.save({"step": step, "weights": torch.full((300_000,), float(step))}, wait=step % 2 == 0)


def test_a_kill_in_the_middle_of_writing_loses_nothing(tmp_path: Path) -> None:
    forks = torture.context()
    generator, before, halves = random.Random(0), 0, 0
    for _ in range(10):
        process = forks.Process(target=_write_for_ever, args=(tmp_path,))
        process.start()
        while max(Checkpoints(tmp_path).steps(), default=0) < before + 5:
            time.sleep(0.001)
        time.sleep(generator.random() / 50)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        halves += len(list(tmp_path.glob("*.writing")))
        steps = Checkpoints(tmp_path).steps()
        assert steps[-1] >= before and len(steps) >= min(2, before)
        before = steps[-1]
        for step in steps:  # every file with a checkpoint's name is whole
            assert torch.equal(load(Checkpoints(tmp_path).path(step))["weights"], torch.full((300_000,), float(step)))
    assert halves > 0, "no kill came in the middle of writing: the test has shown nothing"
    assert before > 10


def test_the_generators_go_on_where_they_were() -> None:
    import numpy as np

    random.gauss(0, 1), np.random.randn()  # each keeps the second number of a pair
    saved = capture()

    def draw() -> tuple[Any, ...]:
        return random.gauss(0, 1), random.random(), np.random.randn(3).tolist(), torch.randn(3).tolist()

    first = draw()
    restore(saved)
    assert draw() == first


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_gpus_generator_is_held_too(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(getattr(torch, kind), "get_rng_state", lambda *device: torch.ones(1))
    monkeypatch.setattr(getattr(torch, kind), "set_rng_state", lambda state, *device: seen.append(state))
    saved = capture(kind)
    restore(saved, "cpu")
    assert not seen, "a run that goes on elsewhere leaves it out"
    restore(saved, kind)
    assert seen == [torch.ones(1)]


class TestStateDicts:
    def test_wrappers_names_do_not_matter(self) -> None:
        model, other = nn.Linear(2, 2), nn.Linear(2, 2)
        load_model(other, {f"module._orig_mod.{key}": value for key, value in model.state_dict().items()})
        assert torch.equal(model.weight, other.weight)
        wrapped = nn.Sequential()
        wrapped.add_module("module", nn.Linear(2, 2))
        load_model(wrapped, model.state_dict())
        assert torch.equal(wrapped.state_dict()["module.weight"], model.weight)
        load_model(wrapped, wrapped.state_dict())

    def test_another_model_is_told_and_nothing_is_changed(self) -> None:
        model = nn.Sequential(*(nn.Linear(1, 1) for _ in range(4)))
        before = {key: value.clone() for key, value in model.state_dict().items()}
        with pytest.raises(CheckpointError, match=r"0.weight has shape \(2, 1\) there, \(1, 1\) here"):
            load_model(model, {**before, "0.weight": torch.zeros(2, 1)})
        with pytest.raises(CheckpointError, match=r"0.weight is missing there; .* and 4 more"):
            load_model(model, {"x": torch.zeros(1)})
        assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())

    @pytest.mark.parametrize("make", [torch.optim.Adam, torch.optim.Adafactor, torch.optim.SGD])
    def test_an_optimizers_state(self, make: Any) -> None:
        def stepped(width: int) -> torch.optim.Optimizer:
            optimizer: torch.optim.Optimizer = make(nn.Linear(width, 3).parameters(), lr=0.1)
            for p in optimizer.param_groups[0]["params"]:
                p.grad = torch.ones_like(p)
            optimizer.step()
            return optimizer

        first, second = stepped(4), stepped(4)
        second.state.clear()
        load_optimizer(second, first.state_dict())
        assert str(second.state_dict()) == str(first.state_dict())
        if make is torch.optim.Adam:
            with pytest.raises(
                CheckpointError, match=r"exp_avg of parameter 0 has shape \(3, 4\), the parameter \(3, 1\)"
            ):
                load_optimizer(stepped(1), first.state_dict())
        groups = torch.optim.Adam([{"params": [torch.zeros(1, requires_grad=True)]} for _ in range(2)])
        with pytest.raises(CheckpointError, match=r"for groups of \[2\] parameters, this Adam has \[1, 1\]"):
            load_optimizer(groups, first.state_dict())
