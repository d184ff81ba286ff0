"""The stand-in for CIFAR-10, read by torchvision's own class."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from course_lib.datasets import digits, small_cifar10
from course_lib.vision import torchvision

FILES = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small")
    small_cifar10(root)
    return root


@pytest.fixture
def root(written: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy that a test may damage."""
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for file in (written / folder.name).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    yield tmp_path


def test_torchvision_reads_it(written: Path) -> None:
    train: Any = small_cifar10(written)
    test: Any = small_cifar10(str(written), train=False)
    assert type(train) is torchvision().datasets.CIFAR10
    assert (len(train), len(test), train.classes) == (1500, 297, [str(digit) for digit in range(10)])
    assert train.targets + test.targets == digits().y.tolist()
    picture, label = test[296]
    assert (picture.size, picture.mode, label) == ((32, 32), "RGB", 8)
    assert np.array_equal(np.asarray(picture), test.data[296])


def test_the_classes_list_of_the_type_is_left_alone(written: Path) -> None:
    before = list(torchvision().datasets.CIFAR10.train_list)
    small_cifar10(written)
    assert torchvision().datasets.CIFAR10.train_list == before


def test_a_digit_can_be_told_from_the_photograph(written: Path) -> None:
    data: Any = small_cifar10(written)
    ink = digits().x[:1500].reshape(-1, 8, 8) / 16 * 255
    corners = ink[:, 0, 0] == 0  # where there is no ink, the photograph is as it was
    assert corners.all() and len({tuple(pixel) for pixel in data.data[:, 0, 0].tolist()}) > 500
    # where the ink is full, |photograph - 255|: bright on dark, so differences of neighbours are large there
    edges = np.abs(np.diff(data.data.astype(int), axis=2)).mean(axis=(0, 3))
    assert edges[:, 3::4].mean() > 1.5 * edges[:, 1::4].mean(), "a digit's pixels are 4 wide"


def test_it_works_as_the_published_ones(written: Path) -> None:
    to_tensor = torchvision().transforms.ToTensor()

    data: Any = small_cifar10(written, transform=to_tensor)
    images, labels = next(iter(DataLoader(data, batch_size=4)))
    assert images.shape == (4, 3, 32, 32) and labels.tolist() == [0, 1, 2, 3]
    again = pickle.loads(pickle.dumps(data))  # as a worker process gets it
    assert torch.equal(again[3][0], images[3])


def test_the_files_are_those_of_the_published_archive(written: Path) -> None:
    folder = written / "cifar-10-batches-py"
    assert sorted(file.name for file in folder.iterdir()) == sorted([*FILES, "checksums.json"])
    content = pickle.loads((folder / "data_batch_5").read_bytes())
    assert content["data"].shape == (300, 3072) and content["data"].dtype == np.uint8 and len(content["labels"]) == 300


def test_it_is_written_once_and_alike(written: Path, root: Path) -> None:
    file = written / "cifar-10-batches-py" / "test_batch"
    before = file.stat().st_mtime_ns
    small_cifar10(written, train=False)
    assert file.stat().st_mtime_ns == before
    small_cifar10(root / "again")
    assert (root / "again" / "cifar-10-batches-py" / "test_batch").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("name", ["data_batch_2", "test_batch", "batches.meta"])
def test_a_damaged_file_is_noticed(root: Path, name: str) -> None:
    file = root / "cifar-10-batches-py" / name
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(RuntimeError, match="cifar-10-batches-py is damaged: remove it, it will be written again"):
        small_cifar10(root)


def test_the_real_ones_are_not_written_over(root: Path) -> None:
    (root / "cifar-10-batches-py" / "checksums.json").unlink()
    with pytest.raises(FileExistsError, match="is there already"):
        small_cifar10(root)


@pytest.mark.parametrize(("name", "value"), [("root", None), ("train", "yes"), ("transform", "ToTensor")])
def test_arguments_of_the_wrong_kind(tmp_path: Path, name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=name):
        small_cifar10(**{"root": tmp_path, name: value})
    assert list(tmp_path.iterdir()) == []
