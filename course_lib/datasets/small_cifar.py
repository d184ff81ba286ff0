"""A stand-in for CIFAR-10 that needs no network: fewer pictures, in the same files."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from course_lib.arguments import check_switch, check_transform, path_of
from course_lib.datasets.installed import installed
from course_lib.datasets.whole_folder import whole_folder
from course_lib.vision import torchvision

_FOLDER = "cifar-10-batches-py"
_TRAIN = [f"data_batch_{number}" for number in range(1, 6)]
_TEST = "test_batch"
_EACH = 300  # pictures in a training file; the test file has the 297 that are left
_CHECKSUMS = "checksums.json"  # the published files have none, so it also tells that they are ours


def _pictures() -> tuple[Any, Any]:
    """Each digit in front of a piece of a photograph, as (N, 32, 32, 3) uint8, and the labels."""
    kept = installed("sklearn.datasets", "scikit-learn")
    photographs = [kept.load_sample_image(name) for name in ("china.jpg", "flower.jpg")]
    digits = kept.load_digits()
    # |photograph - ink| as in MNIST-M: black on what is bright, bright on what is dark
    ink = np.rint(digits.images * (255 / 16)).astype(np.int16).repeat(4, axis=1).repeat(4, axis=2)
    rng = np.random.default_rng(0)
    pictures = np.empty((len(ink), 32, 32, 3), dtype=np.uint8)
    for picture, digit in zip(pictures, ink, strict=True):
        photograph = photographs[rng.integers(len(photographs))]
        top, left = (int(rng.integers(side - 32)) for side in photograph.shape[:2])
        piece = photograph[top : top + 32, left : left + 32].astype(np.int16)
        picture[:] = np.abs(piece - digit[:, :, None])
    return pictures, digits.target.tolist()


def _write(root: Path) -> None:
    pictures, labels = _pictures()
    contents: dict[str, dict[str, Any]] = {
        "batches.meta": {"label_names": [str(digit) for digit in range(10)], "num_vis": 3072}
    }
    for number, name in enumerate([*_TRAIN, _TEST]):
        rows = slice(number * _EACH, None if name == _TEST else (number + 1) * _EACH)
        # all red values of a picture, row by row, then all green, then all blue
        data = np.ascontiguousarray(pictures[rows].transpose(0, 3, 1, 2)).reshape(-1, 3072)
        contents[name] = {"batch_label": name, "labels": labels[rows], "data": data}
    with whole_folder(root / _FOLDER) as folder:
        checksums = {}
        for name, content in contents.items():
            written = pickle.dumps(content, protocol=2)
            (folder / name).write_bytes(written)
            checksums[name] = hashlib.md5(written).hexdigest()
        (folder / _CHECKSUMS).write_text(json.dumps(checksums), encoding="utf-8")


def small_cifar10(
    root: str | os.PathLike[str], train: bool = True, transform: Callable[[Any], Any] | None = None
) -> Dataset[tuple[Any, int]]:
    """1797 colour pictures of ten classes, 32 × 32 pixels, in CIFAR-10's own files: made here, not downloaded.

    Handwritten digits in front of pieces of two photographs, 1500 to train on and 297 to test. They are read by
    torchvision's own class, so what works here works with `cifar10`, whose pictures are forty times as many.

    Args:
        root: the folder that holds the folder cifar-10-batches-py; the files are written there at the first call.
        train: the 1500 (True) or the 297 (False).
        transform: what to do with each PIL picture, such as `torchvision.transforms.ToTensor()`.

    Returns:
        `torchvision.datasets.CIFAR10`, as of `cifar10`; `.classes` are '0' to '9'.

    Raises:
        FileExistsError: there is a folder cifar-10-batches-py that this function has not written.
        RuntimeError: a file was changed or removed since.
        TypeError: an argument is of the wrong kind.
        ImportError: torchvision or scikit-learn is not installed.

    Licence: digits CC BY 4.0 (as `digits`), photographs CC BY 2.0 (as scikit-learn's `load_sample_images` credits
    them). Source: the digits of `digits`; the way to join both is that of MNIST-M, Y. Ganin and V. Lempitsky,
    "Unsupervised Domain Adaptation by Backpropagation", 2015, https://arxiv.org/abs/1409.7495

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     train, test = small_cifar10(folder), small_cifar10(folder, train=False)
    >>> len(train), len(test), train[4][0].size, train[4][1]
    (1500, 297, (32, 32), 4)
    """
    place = path_of(root)
    check_transform(transform)
    check_switch("train", train)
    kind = torchvision().datasets.CIFAR10
    note = place / _FOLDER / _CHECKSUMS
    if not note.exists():
        _write(place)
    checksums = json.loads(note.read_text(encoding="utf-8"))
    # torchvision's class compares the files with the published checksums; this one object is given those of ours
    data: Any = kind.__new__(kind)
    data.train_list = [[name, checksums[name]] for name in _TRAIN]
    data.test_list = [[_TEST, checksums[_TEST]]]
    data.meta = {**kind.meta, "md5": checksums["batches.meta"]}
    try:
        data.__init__(place, train=train, transform=transform)
    except RuntimeError as error:
        raise RuntimeError(f"{place / _FOLDER} is damaged: remove it, it will be written again ({error})") from error
    made: Dataset[tuple[Any, int]] = data
    return made
