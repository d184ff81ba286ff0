"""CIFAR-10, read by torchvision from the files as its makers publish them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch.utils.data import Dataset

from course_lib.arguments import check_transform, path_of
from course_lib.vision import torchvision


def _what_is_wrong(kind: Any, root: Path) -> str:
    folder = root / kind.base_folder
    files = [*kind.train_list, *kind.test_list, [kind.meta["filename"], kind.meta["md5"]]]
    missing = [name for name, _ in files if not (folder / name).is_file()]
    if len(missing) == len(files) and (root / kind.filename).is_file():
        return f"{root / kind.filename} is not unpacked yet (tar -xzf {kind.filename}, in that folder)"
    if missing:
        return f"{folder} lacks {', '.join(missing)}"
    check = torchvision().datasets.utils.check_integrity
    damaged = [name for name, checksum in files if not check(folder / name, checksum)]
    return f"{folder} holds damaged files, whose checksums are not the published ones: {', '.join(damaged)}"


def cifar10(
    root: str | os.PathLike[str],
    train: bool = True,
    transform: Callable[[Any], Any] | None = None,
    download: bool = False,
) -> Dataset[tuple[Any, int]]:
    """60 000 colour photographs, 32 × 32 pixels, of ten kinds of thing: 50 000 to train on, 10 000 to test.

    Args:
        root: the folder that holds, or is to hold, the folder cifar-10-batches-py.
        train: the 50 000 (True) or the 10 000 (False).
        transform: what to do with each PIL picture, such as `torchvision.transforms.ToTensor()`.
        download: fetch what is missing first: 170 MB.

    Returns:
        `torchvision.datasets.CIFAR10`: samples (picture, label), label from 0 to 9; `.classes` are the names,
        `.data` all pictures as an array (N, 32, 32, 3), uint8.

    Raises:
        FileNotFoundError: the files are not there, or damaged; the message says which, and what to run.
        ConnectionError: they could not be downloaded.
        TypeError: an argument is of the wrong kind.
        ImportError: torchvision is not installed.

    Licence: none stated by the authors. Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
    2009, https://www.cs.toronto.edu/~kriz/cifar.html

    >>> cifar10("no-such-folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FileNotFoundError: CIFAR-10 is not ready: no-such-folder/cifar-10-batches-py lacks data_batch_1, ...
    """
    root = path_of(root)
    check_transform(transform)
    for name, value in (("train", train), ("download", download)):
        if not isinstance(value, bool):
            raise TypeError(f"{name} should be True or False, got {value!r}")
    kind = torchvision().datasets.CIFAR10
    try:
        with warnings.catch_warnings():
            # NumPy 2.4.0 to 2.4.4 remark on the way an older NumPy pickled the published files
            warnings.filterwarnings("ignore", message=r"dtype\(\): align should be passed")
            data: Dataset[tuple[Any, int]] = kind(root, train=train, transform=transform, download=download)
        return data
    except (RuntimeError, OSError) as error:
        where = f"{kind.url} (MD5 {kind.tgz_md5})"
        if download:
            raise ConnectionError(
                f"CIFAR-10 could not be downloaded to {root}: {error}. "
                f"Try again, or fetch {where} in another way and unpack it there"
            ) from error
        raise FileNotFoundError(
            f"CIFAR-10 is not ready: {_what_is_wrong(kind, root)}. Run once, with a network (170 MB): "
            f'python -c "from course_lib.datasets import cifar10; cifar10({str(root)!r}, download=True)"; '
            f"or unpack {where} there"
        ) from error
