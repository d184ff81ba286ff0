"""Real tables that come inside installed packages: nothing is downloaded.

Features are given as they were measured, not standardised: mean and deviation belong to the training part alone.
"""

from __future__ import annotations

import torch
from torch.utils.data import TensorDataset

from course_lib.datasets.installed import installed
from course_lib.datasets.table import Table


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
    data = installed("sklearn.datasets", "scikit-learn").load_digits()
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


def digit_images() -> TensorDataset:
    """The handwritten digits as pictures, as a convolution wants them.

    Returns:
        1797 samples: images (1797, 1, 8, 8), float32 from 0 (paper) to 1 (ink), one channel; labels (1797,) from 0
        to 9, int64.

    Raises:
        ImportError: scikit-learn is not installed.

    Source: as `digits`, divided by 16.

    >>> images, labels = digit_images().tensors
    >>> images.shape, images.max(), labels[:3]
    (torch.Size([1797, 1, 8, 8]), tensor(1.), tensor([0, 1, 2]))
    """
    table = digits()
    return TensorDataset(table.x.reshape(-1, 1, 8, 8) / 16, table.y)


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
    data = installed("sklearn.datasets", "scikit-learn").load_breast_cancer()
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
    data = installed("sklearn.datasets", "scikit-learn").load_diabetes(scaled=False)
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
