"""The decision chart on small models that are really trained, each with one trouble planted; then on bad input."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from course_lib.datasets import digits
from course_lib.diagnose import Diagnosis, Trouble, diagnose
from course_lib.losses import cross_entropy
from course_lib.models import MLP

CHANCE = math.log(10)
Set = tuple[Tensor, Tensor]


def pictures(change: Callable[[Tensor], Tensor] = lambda x: x) -> tuple[Set, Set]:
    """Training and validation digits, 0 to 1 a pixel; `change` makes the validation digits something else."""
    table = digits()
    order = torch.randperm(len(table), generator=torch.Generator().manual_seed(0))
    x, y = table.x[order] / 16, table.y[order]
    return (x[:1000], y[:1000]), (change(x[1000:]), y[1000:])


def curves(
    model: nn.Module, train: Set, validation: Set, *, lr: float, epochs: int = 40
) -> tuple[list[float], list[float]]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    shuffle = torch.Generator().manual_seed(0)
    losses: tuple[list[float], list[float]] = ([], [])
    for _ in range(epochs):
        for batch in torch.randperm(len(train[0]), generator=shuffle).split(50):
            optimizer.zero_grad()
            cross_entropy(model(train[0][batch]), train[1][batch]).backward()
            optimizer.step()
        for record, (x, y) in zip(losses, (train, validation), strict=True):
            with torch.no_grad():
                record.append(cross_entropy(model(x), y).item())
    return losses


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


class TestPlantedTroubles:
    def test_none(self) -> None:
        train, validation = curves(MLP((64, 64, 10)), *pictures(), lr=0.05)
        found = diagnose(train, validation, chance=CHANCE, lang="en")
        assert found.trouble == "fine" and validation[-1] < 0.3

    def test_too_small_a_model(self) -> None:
        # everything has to pass through a single neuron
        train, validation = curves(MLP((64, 1, 10), activation=nn.Tanh), *pictures(), lr=0.05, epochs=60)
        # smaller still: a single pixel
        baseline, _ = curves(MLP((1, 10)), *((x[:, [20]], y) for x, y in pictures()), lr=0.05, epochs=20)
        assert diagnose(train, validation, baseline, chance=CHANCE).trouble == "model bias"
        assert diagnose(train, validation, chance=CHANCE).trouble == "model bias or optimisation"

    def test_an_optimiser_that_is_stuck(self) -> None:
        # eight layers of sigmoids: gradients vanish on their way back, the loss stays at chance
        deep = MLP((64, *[64] * 8, 10), activation=nn.Sigmoid)
        train, validation = curves(deep, *pictures(), lr=0.05)
        baseline, _ = curves(MLP((64, 64, 10)), *pictures(), lr=0.05)
        found = diagnose(train, validation, baseline, chance=CHANCE, lang="en")
        assert found.trouble == "optimisation" and f"a smaller model reaches {baseline[-1]:.4g}" in found.reasons[1]
        assert diagnose(train, validation, chance=CHANCE).trouble == "model bias or optimisation"

    def test_a_neuron_that_died(self) -> None:
        # the same small model with ReLU: it stops at chance, although a smaller one does better
        dead, validation = curves(MLP((64, 1, 10)), *pictures(), lr=0.05, epochs=20)
        baseline, _ = curves(MLP((1, 10)), *((x[:, [20]], y) for x, y in pictures()), lr=0.05, epochs=20)
        assert diagnose(dead, validation, baseline, chance=CHANCE).trouble == "optimisation"

    def test_an_optimiser_that_is_stopped_early_or_jumps(self) -> None:
        short, validation = curves(MLP((64, 64, 10)), *pictures(), lr=5e-3, epochs=10)
        found = diagnose(short, validation, chance=CHANCE, lang="en")
        assert found.trouble == "optimisation" and "still falling" in found.reasons[-1]
        wild, validation = curves(MLP((64, 64, 10)), *pictures(), lr=20.0, epochs=5)
        found = diagnose(wild, validation, chance=CHANCE, lang="en")
        assert found.trouble == "optimisation" and "grown" in found.reasons[-1]

    def test_overfitting(self) -> None:
        train, validation = pictures()
        few = train[0][:40], train[1][:40]
        losses = curves(MLP((64, 256, 256, 10)), few, validation, lr=0.1, epochs=150)
        found = diagnose(*losses, chance=CHANCE, lang="en")
        assert found.trouble == "overfitting" and losses[0][-1] < 0.01
        assert any("stop early" in remedy for remedy in found.remedies)
        assert diagnose(losses[0][-1], losses[1][-1], chance=CHANCE).trouble == "overfitting or mismatch"

    def test_mismatch(self) -> None:
        train, negatives = pictures(lambda x: 1 - x)
        losses = curves(MLP((64, 64, 10)), train, negatives, lr=0.05)
        assert diagnose(*losses, chance=CHANCE).trouble == "mismatch"

    def test_mismatch_that_a_test_set_shows(self) -> None:
        train, validation = pictures()
        model = MLP((64, 64, 10))
        losses = curves(model, train, validation, lr=0.05)
        elsewhere = cross_entropy(model(1 - validation[0]), validation[1]).item()
        here = cross_entropy(model(validation[0]), validation[1]).item()
        found = diagnose(*losses, test=elsewhere, chance=CHANCE, lang="en")
        assert found.trouble == "mismatch" and f"the test loss {elsewhere:.4g}" in found.reasons[0]
        assert diagnose(*losses, test=here, chance=CHANCE).trouble == "fine"
        # with data from elsewhere at hand, a gap on validation data can only be overfitting
        assert diagnose(losses[0], 2.0, test=2.0, chance=CHANCE).trouble == "overfitting"


@pytest.mark.parametrize(
    ("losses", "trouble"),
    [
        ({"train": [2.0, math.nan, math.nan]}, "optimisation"),
        ({"train": [math.inf, 1.0]}, "optimisation"),
        ({"train": [2.0, 2.5]}, "optimisation"),
        ({"train": [2.0, 1.8, 1.6, 1.4, 1.2]}, "optimisation"),
        ({"train": [2.0, 1.2, 1.2, 1.2, 1.2]}, "model bias or optimisation"),
        ({"train": [2.0, 1.2, 1.2, 1.2, 1.2], "baseline": 1.15}, "model bias"),
        ({"train": [2.0, 1.2, 1.2, 1.2, 1.2], "baseline": 1.0}, "optimisation"),
        ({"train": [2.0, 1.2], "validation": [2.0, 1.2], "possible": 1.1}, "fine"),
        ({"train": [2.0, 0.3], "validation": [2.0, 0.65]}, "fine"),
        ({"train": [2.0, 0.3], "validation": [2.0, 0.75]}, "overfitting"),
        ({"train": [2.0, 0.3], "validation": [2.0, 0.75], "gap": 0.3}, "fine"),
        ({"train": [2.0, 0.3], "validation": [2.0, 1.8]}, "mismatch"),
        ({"train": [2.0, 0.3], "validation": [2.0, 1.8], "shared": 0.05}, "overfitting"),
        ({"train": [2.0, 0.3], "validation": [2.0, 0.3], "enough": 0.9}, "model bias or optimisation"),
        # a loss may be below 0, as a log-density is
        ({"train": [-1.0, -4.9], "validation": [-1.0, -4.8], "possible": -5.0}, "fine"),
    ],
)
def test_the_chart(losses: dict[str, Any], trouble: Trouble) -> None:
    assert diagnose(**losses).trouble == trouble


@settings(max_examples=200, deadline=None)
@given(
    train=st.lists(st.floats(0.0, 5.0), min_size=2, max_size=12).filter(lambda losses: losses[0] > 0.01),
    validation=st.lists(st.floats(0.0, 5.0), min_size=1, max_size=12),
    extra=st.dictionaries(st.sampled_from(["baseline", "test"]), st.floats(0.0, 5.0)),
    factor=st.sampled_from([0.25, 1.0, 8.0]),
)
def test_another_unit_is_no_other_diagnosis(
    train: list[float], validation: list[float], extra: dict[str, float], factor: float
) -> None:
    found = diagnose(train, validation, **extra)  # type: ignore[arg-type]
    scaled = {name: factor * loss for name, loss in extra.items()}
    again = diagnose([factor * x for x in train], [factor * x for x in validation], **scaled)  # type: ignore[arg-type]
    assert again.trouble == found.trouble
    assert found.reasons and found.remedies


def test_both_languages() -> None:
    for losses in ({"train": [2.0, 1.9]}, {"train": [2.0, 0.1], "validation": [2.0, 1.9]}, {"train": [2.0, math.nan]},
                   {"train": [2, 3.0]}, {"train": [2, 0.1], "validation": 0.1, "test": 2}):  # fmt: skip
        english, chinese = diagnose(**losses, lang="en"), diagnose(**losses, lang="zh")  # type: ignore[arg-type]
        assert english.trouble == chinese.trouble
        assert repr(english).startswith(english.trouble) and "\n  because " in repr(english)
        assert "\n  原因：" in repr(chinese) and "\n  可以试：" in repr(chinese)
        assert not re.search("[\u4e00-\u9fff]", repr(english))
        for said in (english, chinese):
            assert len(said.reasons) == len(repr(said).split("原因：" if said.lang == "zh" else "because ")) - 1
    for trouble in Trouble.__args__:  # type: ignore[attr-defined]
        english, chinese = Diagnosis(trouble, (), "en"), Diagnosis(trouble, (), "zh")
        assert len(english.remedies) == len(chinese.remedies) > 0
        assert all(re.search("[\u4e00-\u9fff]", remedy) for remedy in chinese.remedies)


def test_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LANG", "zh")
    assert diagnose([2.0, 0.1], 0.1).lang == "zh"
    with pytest.raises(ValueError, match="'fr'"):
        diagnose([2.0, 0.1], 0.1, lang="fr")


TABLE = "epoch,train,validation\n1,2.0,2.0\n2,0.5,1.1\n3,0.1,1.5\n"


class TestForms:
    expected = diagnose([2.0, 0.5, 0.1], [2.0, 1.1, 1.5], lang="en")

    @pytest.mark.parametrize(
        "text",
        [
            TABLE,
            TABLE.replace(",", ";"),
            TABLE.replace(",", "\t"),
            TABLE.replace("train,validation", "loss,val_loss").replace(",", " , "),
            "\ufeff" + TABLE,
            TABLE.split("\n", 1)[1],
            "2.0,2.0\n0.5,1.1\n0.1,1.5\n",
            "epoch,step,loss,validate_loss,lr\n1,9,2.0,2.0,0.1\n\n2,18,0.5,,0.1\n3,27,0.1,1.1,0.1\n4,36,0.1,1.5,0.1",
        ],
    )
    def test_csv_text(self, text: str) -> None:
        found = diagnose(text.removeprefix("\ufeff"), lang="en")
        assert (found.trouble, found.reasons) == ("overfitting", self.expected.reasons)

    def test_csv_file(self, tmp_path: Path) -> None:
        path = tmp_path / "losses.csv"
        path.write_text("\ufeff" + TABLE, encoding="utf-8")  # as spreadsheets save it
        assert diagnose(path, lang="en") == diagnose(str(path), lang="en") == self.expected

    def test_mapping_history_and_tensors(self) -> None:
        train, validation = [2.0, 0.5, 0.1], [2.0, 1.1, 1.5]
        assert diagnose({"train": train, "validation": validation}, lang="en") == self.expected
        rows = [{"epoch": 1, "loss": a, "validate_loss": b} for a, b in zip(train, validation, strict=True)]
        assert diagnose(SimpleNamespace(epochs=rows), lang="en") == self.expected
        exact = {"dtype": torch.float64}
        assert diagnose(torch.tensor(train, **exact), torch.tensor(validation, **exact), lang="en") == self.expected
        assert diagnose(0.1, torch.tensor(1.5), chance=2.0).trouble == "overfitting or mismatch"

    def test_columns_for_baseline_and_test(self) -> None:
        assert diagnose({"loss": [2.0, 1.9], "baseline": [2.0, 0.3]}).trouble == "optimisation"
        assert diagnose({"loss": [2.0, 0.1], "val": [2.0, 0.1], "test_loss": [1.9]}).trouble == "mismatch"
        assert diagnose(TABLE, validation=[0.2]).trouble == "fine"


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (([],), ValueError, "train should hold at least one loss"),
        ((None,), TypeError, "train should be a loss, or a sequence"),
        ((True,), TypeError, "train should be a loss"),
        (({"train": "2.0"},), TypeError, "train should be a loss"),
        ((["2.0"],), TypeError, r"train should hold numbers, got '2.0'"),
        (([torch.tensor(2.0)],), TypeError, r"by \.item\(\)"),
        (([2.0, 0.1],), ValueError, "validation is missing: the training loss, 0.1, is small"),
        (([2.0, 0.1], math.nan), ValueError, "validation should hold finite losses"),
        (([2.0, 0.1], []), ValueError, "validation should hold at least one"),
        ((0.1, 0.1), ValueError, r"train is a single loss, 0\.1, neither large nor small: give the curve, or chance="),
        (([0.0, 0.0], 0.1), ValueError, "chance should be a loss worse than possible, 0, got 0"),
        ((["epoch"],), TypeError, "numbers, got 'epoch'"),
        (("no/such/losses.csv",), FileNotFoundError, "there is no file 'no/such/losses.csv'"),
        (("epoch,accuracy\n1,0.5\n",), ValueError, "a column called train.*got columns epoch, accuracy"),
        (("epoch,train\n1,big\n",), ValueError, "row 1 of the losses should hold numbers, got 'big' in column 'train'"),
        (("\n\n",), ValueError, "a column called train"),
    ],
)
def test_bad_losses(arguments: tuple[Any, ...], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        diagnose(*arguments)


@pytest.mark.parametrize("name", ["enough", "gap", "tolerance", "shared"])
@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_bad_thresholds(name: str, share: float) -> None:
    with pytest.raises(ValueError, match=f"{name} should be a number from 0 to 1, got {share}"):
        diagnose([2.0, 0.1], 0.1, **{name: share})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "levels", [{"chance": math.inf}, {"chance": math.nan}, {"possible": math.nan}, {"possible": 3.0}]
)
def test_bad_levels(levels: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"chance should be a|possible should be a finite number"):
        diagnose([2.0, 0.1], 0.1, **levels)  # type: ignore[arg-type]


def test_a_file_that_holds_no_text_is_named(tmp_path: Path) -> None:
    picture = tmp_path / "losses.png"
    picture.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ValueError, match=r"train should be a CSV file, but .*losses\.png' holds no text"):
        diagnose(picture)
