"""Real data that come inside installed packages: nothing is downloaded.

Features are given as they were measured, not standardised: mean and deviation belong to the training part alone, and
splitting is the reader's.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Samples with what is known of them.

    Attributes:
        x: features, shape (N, d), float32.
        y: target, shape (N,): int64 class numbers, or float32 numbers to regress.
        feature_names: names of the d columns of x.
        target_name: what y is.
        units: the unit of each feature and of the target, by name; "" where there is none, "not stated" where the
            source does not tell it.
        source: who measured it, and where it was published.
        licence: on what terms it may be used.
        class_names: name of each class number; empty for a regression.

    Raises:
        ValueError: the parts do not fit each other.

    >>> table = Table(torch.tensor([[3.0], [4.0]]), torch.tensor([9.0, 16.0]), ("side",), "area",
    ...               {"side": "m", "area": "m²"}, source="a ruler", licence="CC0")
    >>> table
    Table(2 samples, 1 feature, target: area in m²)
    """

    x: Tensor
    y: Tensor
    feature_names: tuple[str, ...]
    target_name: str
    units: Mapping[str, str]
    source: str
    licence: str
    class_names: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or self.y.shape != self.x.shape[:1]:
            shapes = f"x {tuple(self.x.shape)} and y {tuple(self.y.shape)}"
            raise ValueError(f"x should have shape (N, d) and y shape (N,), got {shapes}")
        if len(self.feature_names) != self.x.shape[1]:
            raise ValueError(f"x has {self.x.shape[1]} columns, but feature_names has {len(self.feature_names)}")
        missing = {*self.feature_names, self.target_name} - set(self.units)
        if missing:
            raise ValueError(f"units should name the unit of each column, missing: {', '.join(sorted(missing))}")

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        features = f"{len(self.feature_names)} feature{'s' if len(self.feature_names) != 1 else ''}"
        if self.class_names:
            kind = f", {len(self.class_names)} classes"
        else:
            kind = f" in {self.units[self.target_name]}" if self.units[self.target_name] else ""
        return f"Table({len(self)} samples, {features}, target: {self.target_name}{kind})"


def _installed(module: str, package: str) -> Any:
    # imported where it is used: `import course_lib` is to cost no more than torch
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"these data come with {package}: pip install {package}") from error


def digits() -> Table:
    """Handwritten digits, 8 × 8 pixels: which of the ten is it?

    Each pixel counts the dark ones in a block of 4 × 4 of the scan, so it is a whole number from 0 to 16. Thirteen
    people wrote them, and who wrote which is not told: after a random split the same hands are on both sides.

    Returns:
        1797 samples; x (1797, 64), row after row of pixels: `x.reshape(-1, 8, 8)` are the pictures; y from 0 to 9.

    Raises:
        ImportError: scikit-learn is not installed.

    Source: E. Alpaydin and C. Kaynak, 1998, https://archive.ics.uci.edu/dataset/80

    >>> table = digits()
    >>> table, table.x.max()
    (Table(1797 samples, 64 features, target: digit, 10 classes), tensor(16.))
    """
    data = _installed("sklearn.datasets", "scikit-learn").load_digits()
    names = tuple(str(name) for name in data.feature_names)
    return Table(
        x=torch.tensor(data.data, dtype=torch.float32),
        y=torch.tensor(data.target, dtype=torch.int64),
        feature_names=names,
        target_name="digit",
        units={**dict.fromkeys(names, "dark pixels of 16"), "digit": ""},
        source="E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits (test part), UCI, 1998; scikit-learn",
        licence="not stated in the data; shipped with scikit-learn (BSD 3-Clause)",
        class_names=tuple(str(name) for name in data.target_names),
    )


def breast_cancer() -> Table:
    """Cell nuclei of 569 breast masses under the microscope: malignant or benign?

    Ten measures of a nucleus's outline and grey values, and of each the mean over the nuclei of a picture, its standard
    error ("error") and the mean of the three largest ("worst"). Areas reach 4254, smoothness 0.16: standardise.

    Returns:
        569 samples; x (569, 30); y 0 for malignant (212 of them), 1 for benign (357).

    Raises:
        ImportError: scikit-learn is not installed.

    Source: W. N. Street, W. H. Wolberg, O. L. Mangasarian, 1993, https://archive.ics.uci.edu/dataset/17

    >>> table = breast_cancer()
    >>> table.class_names, table.y.bincount()
    (('malignant', 'benign'), tensor([212, 357]))
    """
    data = _installed("sklearn.datasets", "scikit-learn").load_breast_cancer()
    names = tuple(str(name) for name in data.feature_names)
    known = {"radius": "not stated", "perimeter": "not stated", "area": "not stated", "texture": "grey levels"}
    units = {name: next((unit for part, unit in known.items() if part in name.split()), "") for name in names}
    return Table(
        x=torch.tensor(data.data, dtype=torch.float32),
        y=torch.tensor(data.target, dtype=torch.int64),
        feature_names=names,
        target_name="diagnosis",
        units={**units, "diagnosis": ""},
        source="W. Wolberg, O. Mangasarian, N. Street: Breast Cancer Wisconsin (Diagnostic), UCI, 1995; scikit-learn",
        licence="not stated in the data; shipped with scikit-learn (BSD 3-Clause)",
        class_names=tuple(str(name) for name in data.target_names),
    )


def diabetes() -> Table:
    """442 patients with diabetes: how far has the disease come a year later?

    Returns:
        442 samples; x (442, 10): age, sex (coded 1 and 2), body mass index, blood pressure and six values of the blood,
        s1 to s6 (scikit-learn's scaled columns, as they were measured); y, a score of progression, from 25 to 346.

    Raises:
        ImportError: scikit-learn is not installed.

    Source: B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least angle regression", 2004

    >>> table = diabetes()
    >>> table.feature_names[2], table.units["bmi"], table.x[0, 2], table.y[0]
    ('bmi', 'kg/m²', tensor(32.1000), tensor(151.))
    """
    data = _installed("sklearn.datasets", "scikit-learn").load_diabetes(scaled=False)
    names = tuple(str(name) for name in data.feature_names)
    known = {"age": "years", "sex": "", "bmi": "kg/m²", "s4": "", "progression": ""}  # s4 is the ratio s1 / s3
    return Table(
        x=torch.tensor(data.data, dtype=torch.float32),
        y=torch.tensor(data.target, dtype=torch.float32),
        feature_names=names,
        target_name="progression",
        units={**dict.fromkeys(names, "not stated"), **known},
        source="B. Efron, T. Hastie, I. Johnstone, R. Tibshirani: Least Angle Regression, 2004; scikit-learn",
        licence="none stated by the authors; part of scikit-learn (BSD 3-Clause)",
    )


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
    record = _installed("vega_datasets", "vega_datasets").data.seattle_weather()
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
