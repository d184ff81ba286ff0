"""The tables against the packages that hold them, and the window against the record."""

import csv
import dataclasses
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sklearn.datasets
import torch
import vega_datasets
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.datasets import Table, breast_cancer, diabetes, digit_images, digits, seattle_weather
from course_lib.devices import to

TABLES = (digits, breast_cancer, diabetes, seattle_weather)


@pytest.fixture(scope="module")
def record() -> list[dict[str, str]]:
    """The weather as the file has it, read without pandas."""
    with Path(vega_datasets.data.seattle_weather.filepath).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
class TestEveryTable:
    def test_it_is_complete(self, make: Callable[[], Table]) -> None:
        table = make()
        samples, features = table.x.shape
        assert len(table) == samples == len(table.y) and features == len(set(table.feature_names))
        assert table.x.dtype == torch.float32 and table.x.isfinite().all() and table.y.isfinite().all()
        assert set(table.units) == {*table.feature_names, table.target_name}
        assert table.source and table.licence
        assert all(type(name) is str for name in (*table.feature_names, *table.class_names))
        assert (table.x.std(0) > 0).sum() >= features - 3, "the digits have three pixels that are always white"

    def test_the_target_is_of_its_kind(self, make: Callable[[], Table]) -> None:
        table = make()
        if table.class_names:
            assert table.y.dtype == torch.int64
            assert table.y.unique().tolist() == list(range(len(table.class_names)))
        else:
            assert table.y.dtype == torch.float32

    def test_a_change_does_not_reach_the_next_reader(self, make: Callable[[], Table]) -> None:
        first = make()
        kept = first.x.clone(), first.y.clone()
        first.x.zero_()
        first.y.zero_()
        second = make()
        assert torch.equal(second.x, kept[0]) and torch.equal(second.y, kept[1])

    def test_it_is_frozen_and_moves(self, make: Callable[[], Table]) -> None:
        table = make()
        with pytest.raises(dataclasses.FrozenInstanceError):
            table.x = table.x * 2  # type: ignore[misc]
        moved = to(table, "meta")
        assert isinstance(moved, Table) and moved.x.is_meta and moved.y.is_meta
        assert moved.feature_names == table.feature_names


@pytest.mark.parametrize(
    ("table", "bunch"),
    [
        (digits(), sklearn.datasets.load_digits()),
        (breast_cancer(), sklearn.datasets.load_breast_cancer()),
        (diabetes(), sklearn.datasets.load_diabetes(scaled=False)),
    ],
    ids=["digits", "breast_cancer", "diabetes"],
)
def test_the_numbers_are_scikit_learns(table: Table, bunch: Any) -> None:
    assert torch.equal(table.x, torch.tensor(bunch.data).float())
    assert table.y.tolist() == bunch.target.tolist()
    assert list(table.feature_names) == list(bunch.feature_names)


def test_the_digits_as_pictures() -> None:
    images, labels = digit_images().tensors
    assert torch.equal(images[:, 0] * 16, torch.tensor(sklearn.datasets.load_digits().images).float())
    assert torch.equal(labels, digits().y) and images.max() == 1


def test_a_sample_and_some_samples() -> None:
    table = breast_cancer()
    x, y = table[3]
    assert torch.equal(x, table.x[3]) and y == table.y[3]
    some = table.take(torch.tensor([5, 3]))
    assert torch.equal(some.x[1], x) and some.y.tolist() == table.y[[5, 3]].tolist()
    assert repr(some) == "Table(2 samples, 30 features, target: diagnosis, 2 classes)"
    assert some.class_names == table.class_names and len(table.take(table.y == 1)) == 357


@pytest.mark.parametrize(
    ("rows", "error", "told"),
    [
        ([1, 2], TypeError, r"a tensor of int64 or bool, got \[1, 2\]"),
        (torch.tensor([0.5]), TypeError, "got torch.float32"),
        (torch.tensor(1), ValueError, r"shape \(n,\), or \(442,\) if bool, got \(\)"),
        (torch.tensor([True]), ValueError, r"got \(1,\)"),
        (torch.tensor([0, 442]), ValueError, "below 442.*got 442"),
        (torch.tensor([-443]), ValueError, "below 442"),
    ],
)
def test_rows_that_cannot_be_taken(rows: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        diabetes().take(rows)


def test_tables_of_no_tensors() -> None:
    with pytest.raises(TypeError, match="x should be a tensor, got list"):
        dataclasses.replace(diabetes(), x=[[1.0]])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="y should be a tensor, got NoneType"):
        dataclasses.replace(diabetes(), y=None)  # type: ignore[arg-type]


def test_units_where_they_are_known() -> None:
    cells, patients = breast_cancer(), diabetes()
    assert (cells.units["worst texture"], cells.units["mean area"]) == ("grey levels", "not stated")
    assert cells.units["mean fractal dimension"] == "" and cells.class_names == ("malignant", "benign")
    assert (patients.units["age"], patients.units["bmi"], patients.units["s1"]) == ("years", "kg/m²", "not stated")
    ratio = patients.x[:, patients.feature_names.index("s1")] / patients.x[:, patients.feature_names.index("s3")]
    assert (ratio - patients.x[:, patients.feature_names.index("s4")]).abs().median() < 0.6, "s4 is the ratio s1 / s3"


@settings(max_examples=20, deadline=None)
@given(days=st.integers(1, 1460), data=st.data())
def test_a_window_holds_the_days_before_its_target(
    record: list[dict[str, str]], days: int, data: st.DataObject
) -> None:
    table = seattle_weather(days)
    assert table.x.shape == (1461 - days, 4 * days)
    row = data.draw(st.integers(0, len(table) - 1))
    column = data.draw(st.integers(0, 4 * days - 1))
    name, when = table.feature_names[column].split(", ")
    back = int(when.split()[0])
    target = row + days
    assert table.y[row].item() == pytest.approx(float(record[target]["temp_max"]))
    assert table.x[row, column].item() == pytest.approx(float(record[target - back][name]))
    assert table.units[table.feature_names[column]] == {"precipitation": "mm", "wind": "m/s"}.get(name, "°C")


def test_the_names_go_from_the_oldest_day_to_the_last() -> None:
    names = seattle_weather(2).feature_names
    assert names[:2] == ("precipitation, 2 days before", "temp_max, 2 days before")
    assert names[-1] == "wind, 1 day before"


def test_yesterday_tells_of_today() -> None:
    table = seattle_weather()
    yesterday = table.x[:, table.feature_names.index("temp_max, 1 day before")]
    assert torch.corrcoef(torch.stack([yesterday, table.y]))[0, 1] > 0.9


@pytest.mark.parametrize("days", [0, -1, 1461])
def test_a_window_out_of_range(days: int) -> None:
    with pytest.raises(ValueError, match=f"days should be 1 to 1460.*got {days}"):
        seattle_weather(days)


@pytest.mark.parametrize("days", [1.0, "7", None, True])
def test_a_window_that_is_no_number(days: Any) -> None:
    with pytest.raises(TypeError, match=re.escape(f"days should be a whole number, got {days!r}")):
        seattle_weather(days)


@pytest.mark.parametrize(
    ("make", "module", "package"),
    [(make, "sklearn.datasets", "scikit-learn") for make in TABLES[:3]]
    + [(seattle_weather, "vega_datasets", "vega_datasets")],
)
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[], Table], module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=f"pip install {package}"):
        make()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"x": torch.zeros(2)}, r"got x \(2,\) and y \(2,\)"),
        ({"y": torch.zeros(2, 1)}, r"x should have shape \(N, d\) and y shape \(N,\).*y \(2, 1\)"),
        ({"y": torch.zeros(3)}, r"y \(3,\)"),
        ({"feature_names": ("a", "b")}, "x has 1 columns, but feature_names has 2"),
        ({"units": {"a": "m"}}, "missing: t"),
    ],
)
def test_parts_that_do_not_fit(change: dict[str, Any], told: str) -> None:
    parts = {"x": torch.zeros(2, 1), "y": torch.zeros(2), "feature_names": ("a",), "units": {"a": "m", "t": ""}}
    rest = {"target_name": "t", "source": "s", "licence": "l"}
    assert repr(Table(**parts, **rest)) == "Table(2 samples, 1 feature, target: t)"
    with pytest.raises(ValueError, match=told):
        Table(**{**parts, **change}, **rest)
