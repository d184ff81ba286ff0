"""Series in order of time, and windows that slide over them."""

from __future__ import annotations

import torch

from course_lib.datasets.installed import installed
from course_lib.datasets.table import Table


def seattle_weather(days: int = 1) -> Table:
    """The weather of Seattle, day by day from 2012 to 2015: how warm will tomorrow be?

    A window of so many days slides over the record; from its measurements the highest temperature of the next day is
    to be told. Samples are in order of time, and neighbours share days: split by time, never at random.

    Args:
        days: length d of the window, 1 to 1460.

    Returns:
        1461 - d samples; x (1461 - d, 4 d): precipitation, temp_max, temp_min, wind of the oldest day, then of the
        next, up to "1 day before"; y in °C.

    Raises:
        ValueError: `days` is out of range.
        TypeError: `days` is not a whole number.
        ImportError: vega_datasets is not installed.

    Source: NOAA, https://www.ncei.noaa.gov, as vega_datasets holds it.

    >>> table = seattle_weather(days=7)
    >>> table, table.feature_names[-3]
    (Table(1454 samples, 28 features, target: temp_max in °C), 'temp_max, 1 day before')
    """
    if isinstance(days, bool) or not isinstance(days, int):
        raise TypeError(f"days should be a whole number, got {days!r}")
    record = installed("vega_datasets", "vega_datasets").data.seattle_weather()
    if not 1 <= days < len(record):
        raise ValueError(f"days should be 1 to {len(record) - 1}, one less than the record has, got {days}")
    units = {"precipitation": "mm", "temp_max": "°C", "temp_min": "°C", "wind": "m/s"}
    values = torch.tensor(record[list(units)].to_numpy(), dtype=torch.float32)
    # unfold gives (windows, 4, days); the last window has no day after it
    x = values.unfold(0, days, 1)[:-1].transpose(1, 2).flatten(1)
    before = [f"{day} day{'s' if day > 1 else ''} before" for day in range(days, 0, -1)]
    named = {f"{name}, {when}": unit for when in before for name, unit in units.items()}
    return Table(
        x=x,
        y=values[days:, 1].clone(),
        feature_names=tuple(named),
        target_name="temp_max",
        units={**named, "temp_max": units["temp_max"]},
        source="NOAA (National Oceanic and Atmospheric Administration), Seattle 2012 to 2015; vega_datasets",
        licence="public domain",
    )
