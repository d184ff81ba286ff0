"""Series in order of time, and the windows that slide over them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from course_lib.arguments import whole_number
from course_lib.datasets.table import Table


@dataclass(frozen=True, eq=False, repr=False)
class Series:
    """What was measured day by day.

    Attributes:
        values: shape (T, c), float32: T days, oldest first, of c measurements.
        names: what the c columns are.
        units: the unit of each, by name.
        dates: the T days; each is the day after the one before.
        source: who measured it, and where it was published.
        licence: on what terms it may be used.

    Raises:
        ValueError: the parts do not fit each other, or a day is missing.
        TypeError: `values` is no tensor.

    >>> import torch
    >>> days = (datetime.date(2024, 2, 28), datetime.date(2024, 2, 29), datetime.date(2024, 3, 1))
    >>> Series(torch.tensor([[3.0], [5.0], [4.0]]), ("rain",), {"rain": "mm"}, days, "a bucket", "CC0")
    Series(3 days from 2024-02-28 to 2024-03-01: rain in mm)
    """

    values: Tensor
    names: tuple[str, ...]
    units: Mapping[str, str]
    dates: tuple[datetime.date, ...]
    source: str
    licence: str

    def __post_init__(self) -> None:
        if not isinstance(self.values, Tensor):
            raise TypeError(f"values should be a tensor, got {type(self.values).__name__}")
        shape = tuple(self.values.shape)
        if shape != (len(self.dates), len(self.names)) or 0 in shape:
            expected = f"({len(self.dates)}, {len(self.names)}), the days and the names"
            raise ValueError(f"values should have shape {expected}, and at least one of each, got {shape}")
        if set(self.names) != set(self.units):
            raise ValueError(f"units should name {', '.join(self.names)}, got {', '.join(self.units)}")
        for before, after in zip(self.dates, self.dates[1:], strict=False):
            if after - before != datetime.timedelta(days=1):
                raise ValueError(f"dates should be one day apart, got {after} after {before}")

    def __len__(self) -> int:
        return len(self.dates)

    def __repr__(self) -> str:
        columns = ", ".join(f"{name} in {self.units[name]}" if self.units[name] else name for name in self.names)
        return f"Series({len(self)} days from {self.dates[0]} to {self.dates[-1]}: {columns})"


def windows(series: Series, days: int, target: str | None = None) -> Table:
    """From the past days the next: a window of so many days slides over the series.

    Sample i has the days i to i + d - 1 as its features and day i + d as its target: nothing of the target's day or
    after it is among the features. The samples are in order of time and neighbours share days, so split them in time
    (`split(table, ..., seed=None)`): shuffled first, a target of the test part would be a feature of the training part.

    Args:
        series: T days of c measurements.
        days: length d of the window, 1 to T - 1.
        target: the measurement to tell, one of the series's names; may be left out if there is only one.

    Returns:
        T - d samples; x (T - d, d c): the c measurements of the oldest day, then of the next, up to "1 day before".

    Raises:
        ValueError: `days` is out of range, or `target` is no name of the series.
        TypeError: `series` is no Series, or `days` no whole number.

    >>> import torch
    >>> dates = tuple(datetime.date(2024, 5, day) for day in (1, 2, 3, 4))
    >>> rain = Series(torch.tensor([[3.0], [5.0], [4.0], [0.0]]), ("rain",), {"rain": "mm"}, dates, "a bucket", "CC0")
    >>> table = windows(rain, days=2)
    >>> table.x, table.y, table.feature_names
    (tensor([[3., 5.],
            [5., 4.]]), tensor([4., 0.]), ('rain, 2 days before', 'rain, 1 day before'))
    """
    if not isinstance(series, Series):
        raise TypeError(f"series should be a course_lib.datasets.Series, got {type(series).__name__}")
    whole_number("days", days, 1, len(series) - 1, ", one less than the series has")
    if target is None and len(series.names) == 1:
        target = series.names[0]
    if target is None or target not in series.names:
        raise ValueError(f"target should be one of {', '.join(series.names)}, got {target!r}")
    # unfold gives (windows, c, days); the last window has no day after it
    x = series.values.unfold(0, days, 1)[:-1].transpose(1, 2).flatten(1)
    before = [f"{day} day{'s' if day > 1 else ''} before" for day in range(days, 0, -1)]
    named = {f"{name}, {when}": series.units[name] for when in before for name in series.names}
    return Table(
        x=x.contiguous(),
        y=series.values[days:, series.names.index(target)].clone(),
        feature_names=tuple(named),
        target_name=target,
        units={**named, target: series.units[target]},
        source=series.source,
        licence=series.licence,
    )
