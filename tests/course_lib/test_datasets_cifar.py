"""torchvision's own loading code on a small archive in the format of the published one."""

import functools
import hashlib
import pickle
import re
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from course_lib.datasets import cifar10
from course_lib.vision import torchvision

NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
FILES = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """No lines about requests among the test's output."""


class OldPickler(pickle.Pickler):
    """Pickles arrays as the NumPy of 2009 did, whose dtype holds align as a number, 0.

    The files have a third argument, copy; without it NumPy after 2.4.4 too remarks on it.
    """

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, np.dtype):
            return (np.dtype, ("u1", 0), thing.__reduce__()[2])
        return NotImplemented


def batch(number: int) -> dict[str, Any]:
    """Three pictures: picture i of file f is red 10 f + i; green tells the row, blue the column."""
    row, column = np.meshgrid(np.arange(32), np.arange(32), indexing="ij")
    pictures = [np.stack([np.full((32, 32), 10 * number + i), row, column]).reshape(-1) for i in range(3)]
    labels = [(number + i) % 10 for i in range(3)]
    return {
        "batch_label": "made",
        "labels": labels,
        "data": np.stack(pictures).astype(np.uint8),
        "filenames": ["x"] * 3,
    }


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with cifar-10-python.tar.gz alone; torchvision takes its checksums for the published ones."""
    folder = tmp_path / "made" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    meta = {"label_names": NAMES, "num_cases_per_batch": 3, "num_vis": 3072}
    for name, content in [*((name, batch(number)) for number, name in enumerate(FILES)), ("batches.meta", meta)]:
        with (folder / name).open("wb") as file:
            OldPickler(file, protocol=2).dump(content)
    packed = tmp_path / "server" / "cifar-10-python.tar.gz"
    packed.parent.mkdir()
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(folder, folder.name)

    def md5(path: Path) -> str:
        return hashlib.md5(path.read_bytes()).hexdigest()

    kind = torchvision().datasets.CIFAR10
    # these pictures are not the published ones, so neither can be their checksums
    monkeypatch.setattr(kind, "train_list", [[name, md5(folder / name)] for name in FILES[:5]])
    monkeypatch.setattr(kind, "test_list", [[name, md5(folder / name)] for name in FILES[5:]])
    monkeypatch.setattr(kind, "meta", {**kind.meta, "md5": md5(folder / "batches.meta")})
    monkeypatch.setattr(kind, "tgz_md5", md5(packed))
    handler = functools.partial(Quiet, directory=packed.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setattr(kind, "url", f"http://127.0.0.1:{server.server_port}/{packed.name}")
        yield packed
        server.shutdown()
        thread.join()


@pytest.fixture
def root(archive: Path, tmp_path: Path) -> Path:
    """The archive, unpacked."""
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "data", filter="data")
    return tmp_path / "data"


def test_the_pictures_and_labels(root: Path) -> None:
    train: Any = cifar10(root)
    assert (len(train), train.classes) == (15, NAMES)
    picture, label = train[7]  # the second of the third file
    assert picture.size == (32, 32) and label == 3
    assert picture.getpixel((5, 9)) == (21, 9, 5), "red: the file and the picture; green: the row; blue: the column"
    test: Any = cifar10(str(root), train=False)
    assert len(test) == 3 and test.targets == [5, 6, 7] and test.data.shape == (3, 32, 32, 3)


def test_a_transform_and_a_loader(root: Path) -> None:
    from torchvision.transforms import ToTensor

    images, labels = next(iter(DataLoader(cifar10(root, transform=ToTensor()), batch_size=4)))
    assert images.shape == (4, 3, 32, 32) and labels.tolist() == [0, 1, 2, 1]
    assert torch.equal(images[3, 0], torch.full((32, 32), 10 / 255))


def test_downloading_fetches_checks_and_unpacks(archive: Path, tmp_path: Path) -> None:
    place = tmp_path / "new"
    assert len(cifar10(place, download=True)) == 15  # type: ignore[arg-type]
    archive.unlink()
    assert len(cifar10(place, train=False, download=True)) == 3, "what is there is not fetched again"  # type: ignore[arg-type]


def test_a_download_that_fails(archive: Path, tmp_path: Path) -> None:
    archive.unlink()
    with pytest.raises(ConnectionError, match=r"could not be downloaded to .*new.*Try again, or fetch http://127.*MD5"):
        cifar10(tmp_path / "new", download=True)


def test_nothing_there_says_what_to_run(tmp_path: Path) -> None:
    command = re.escape(f"from course_lib.datasets import cifar10; cifar10('{tmp_path}', download=True)")
    with pytest.raises(FileNotFoundError, match=rf"lacks data_batch_1, .*batches.meta.*{command}.*https://www.cs"):
        cifar10(tmp_path)


def test_a_part_is_missing(root: Path) -> None:
    (root / "cifar-10-batches-py" / "data_batch_4").unlink()
    with pytest.raises(FileNotFoundError, match=r"lacks data_batch_4\."):
        cifar10(root)


@pytest.mark.parametrize("name", ["data_batch_2", "batches.meta"])
def test_a_part_is_damaged(root: Path, name: str) -> None:
    file = root / "cifar-10-batches-py" / name
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(FileNotFoundError, match=rf"damaged files, whose checksums are not the published ones: {name}"):
        cifar10(root)


def test_the_archive_is_not_unpacked(archive: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"cifar-10-python.tar.gz is not unpacked yet \(tar -xzf"):
        cifar10(archive.parent)


def test_a_place_below_the_home_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root.parent))
    monkeypatch.setenv("USERPROFILE", str(root.parent))
    assert len(cifar10("~/data")) == 15  # type: ignore[arg-type]


@pytest.mark.parametrize("root", [None, 3, ["data"]])
def test_a_root_that_is_no_path(root: Any) -> None:
    with pytest.raises(TypeError, match="root should be the path of a folder"):
        cifar10(root)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(ImportError, match="pip install torchvision"):
        cifar10(tmp_path)
