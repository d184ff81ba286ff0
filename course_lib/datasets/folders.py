"""Pictures that lie in folders: the folder's name is the label."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch.utils.data import Dataset

from course_lib.arguments import check_transform, path_of
from course_lib.datasets.installed import installed
from course_lib.vision import torchvision

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


def _folder(path: Path) -> Path:
    """The folder, or an error that tells what lies beside it."""
    if path.is_dir():
        return path
    if path.exists():
        raise NotADirectoryError(f"{path} should be a folder of pictures, but it is a file")
    nearest = next(parent for parent in path.absolute().parents if parent.is_dir())
    there = sorted(entry.name for entry in nearest.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    raise FileNotFoundError(f"there is no folder {path}; the folders in {nearest} are: {', '.join(there) or 'none'}")


def _pictures(folder: Path) -> tuple[Path, ...]:
    # os.listdir's order differs from disk to disk, and hidden files are no pictures: ".DS_Store", "._ant.jpg"
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.name[0] != ".")
    if not files:
        raise FileNotFoundError(f"{folder} holds no pictures ({', '.join(ENDINGS)})")
    image = installed("PIL.Image", "pillow")
    for file in files:
        try:
            with image.open(file):  # reads the header alone
                pass
        except OSError as error:
            raise ValueError(f"{file} is no picture that can be read: mend or remove it ({error})") from error
    return tuple(files)


class FolderImages(Dataset[tuple[Any, str]]):
    """The pictures of one folder, each with the folder's name as its label.

    Two of them add up to a data set of both: `FolderImages(root, "ants") + FolderImages(root, "bees")`.

    Args:
        root: the folder that holds the label's folder.
        label: the name of the folder with the pictures, and their label.
        transform: what to do with each PIL picture, such as `torchvision.transforms.ToTensor()`.

    Attributes:
        files: the paths of the pictures, in order of their names.

    A sample is (picture, label): what `transform` makes of the picture, without one a PIL picture in RGB.

    Raises:
        FileNotFoundError: there is no such folder, or no picture in it; NotADirectoryError: it is a file.
        ValueError: a file with a picture's ending is none, or the label leads out of `root`.
        TypeError: an argument is of the wrong kind.
        ImportError: Pillow is not installed.

    Source: https://pytorch.org/tutorials/beginner/basics/data_tutorial.html

    >>> import tempfile
    >>> from course_lib.datasets import write_insects
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     train = write_insects(f"{folder}/insects", n=3) / "train"
    ...     insects = FolderImages(train, "ants") + FolderImages(train, "bees")
    ...     picture, label = insects[4]
    >>> len(insects), picture.size, label
    (6, (96, 96), 'bees')
    """

    def __init__(self, root: str | os.PathLike[str], label: str, transform: Callable[[Any], Any] | None = None) -> None:
        place = path_of(root)
        check_transform(transform)
        if not isinstance(label, str):
            raise TypeError(f"label should be the name of a folder in {place}, got {label!r}")
        if not label or Path(label).is_absolute() or ".." in Path(label).parts:
            raise ValueError(f"label should be the name of a folder in {place}, got {label!r}")
        self.label = label
        self.transform = transform
        self.files = _pictures(_folder(place / label))

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[Any, str]:
        file = self.files[index]
        try:
            with installed("PIL.Image", "pillow").open(file) as opened:
                # grey pictures and palettes too become three channels, so that they fit in a batch
                picture = opened.convert("RGB")
        except OSError as error:
            raise ValueError(f"{file} cannot be read to its end: mend or remove it ({error})") from error
        return (picture if self.transform is None else self.transform(picture)), self.label


def folder_images(
    root: str | os.PathLike[str], transform: Callable[[Any], Any] | None = None
) -> Dataset[tuple[Any, int]]:
    """A folder for each class: torchvision's `ImageFolder`, each file checked first.

    Args:
        root: the folder that holds a folder of pictures for each class.
        transform: as in `FolderImages`.

    Returns:
        `torchvision.datasets.ImageFolder`: samples (picture, number of the class); `.classes` are the folders' names
        in alphabetic order.

    Raises:
        FileNotFoundError, NotADirectoryError, ValueError: as `FolderImages`; also for a hidden folder.
        ImportError: torchvision is not installed.

    Source: https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html

    >>> import tempfile
    >>> from course_lib.datasets import write_insects
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     insects = folder_images(write_insects(f"{folder}/insects", n=3) / "train")
    >>> insects.classes, insects.targets
    (['ants', 'bees'], [0, 0, 0, 1, 1, 1])
    """
    check_transform(transform)
    whole = _folder(path_of(root))
    classes = sorted(entry for entry in whole.iterdir() if entry.is_dir())
    if not classes:
        raise FileNotFoundError(f"{whole} holds no folders: there should be one for each class")
    for folder in classes:
        if folder.name[0] == ".":
            raise ValueError(f"{folder} is hidden, but would count as a class: remove it (notebooks make such folders)")
        _pictures(folder)
    data: Dataset[tuple[Any, int]] = torchvision().datasets.ImageFolder(whole, transform)
    return data
