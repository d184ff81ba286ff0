"""Folders of pictures: read, drawn and cut."""

import os
import socket
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch.utils.data import DataLoader

from course_lib.datasets import FolderImages, TensorLoader, folder_images, insects, write_insects, write_textures
from course_lib.datasets.whole_folder import whole_folder
from course_lib.vision import torchvision


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_insects(tmp_path_factory.mktemp("drawn") / "insects", n=4, seed=1, size=32)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder as readers have it: pictures of all modes, and files that are none."""
    folder = tmp_path / "ants"
    folder.mkdir()
    for number, mode in enumerate(("RGB", "L", "P", "RGBA", "1", "CMYK")):
        ending = "jpg" if mode in ("RGB", "L", "CMYK") else "PNG"
        Image.new(mode, (4, 3), 1).save(folder / f"{9 - number}.{ending}")
    for name in (".DS_Store", "._1.jpg", "notes.txt", "Thumbs.db"):
        (folder / name).write_text("no picture")
    (folder / "more").mkdir()
    return tmp_path


class TestFolderImages:
    def test_ants_and_bees_add_up(self, drawn: Path) -> None:
        ants, bees = (FolderImages(drawn / "train", label) for label in ("ants", "bees"))
        both = ants + bees
        assert (len(ants), len(bees), len(both)) == (4, 4, 8)
        assert [both[index][1] for index in range(8)] == ["ants"] * 4 + ["bees"] * 4
        with Image.open(drawn / "train" / "bees" / "0001.png") as picture:
            assert np.array_equal(np.asarray(both[5][0]), np.asarray(picture))

    def test_sorted_all_in_rgb_and_nothing_else(self, mixed: Path) -> None:
        data = FolderImages(mixed, "ants")
        assert [file.name for file in data.files] == ["4.jpg", "5.PNG", "6.PNG", "7.PNG", "8.jpg", "9.jpg"]
        assert {(picture.mode, picture.size) for picture, _ in (data[index] for index in range(6))} == {("RGB", (4, 3))}

    def test_the_order_is_not_the_disks(self, mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        listed = sorted((mixed / "ants").iterdir(), reverse=True)
        monkeypatch.setattr(Path, "iterdir", lambda self: iter(listed))
        assert FolderImages(mixed, "ants").files[0].name == "4.jpg"

    def test_batches(self, drawn: Path) -> None:
        to_tensor = torchvision().transforms.ToTensor()
        data = FolderImages(str(drawn / "val"), "bees", to_tensor)
        images, labels = next(iter(DataLoader(data, batch_size=2)))
        assert images.shape == (2, 3, 32, 32) and list(labels) == ["bees", "bees"]
        assert torch.equal(data[-1][0], images[1])
        with pytest.raises(IndexError):
            data[2]

    def test_no_such_folder(self, drawn: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"no folder .*wasps; the folders in .*train are: ants, bees"):
            FolderImages(drawn / "train", "wasps")
        with pytest.raises(FileNotFoundError, match=r"the folders in .*insects are: train, val"):
            FolderImages(drawn / "tarin", "ants")
        with pytest.raises(FileNotFoundError, match="are: none"):
            FolderImages(drawn / "train" / "ants", "x")

    def test_a_file_where_a_folder_should_be(self, drawn: Path) -> None:
        with pytest.raises(NotADirectoryError, match=r"0000\.png should be a folder of pictures, but it is a file"):
            FolderImages(drawn / "train" / "ants", "0000.png")

    def test_no_pictures(self, tmp_path: Path) -> None:
        (tmp_path / "ants").mkdir()
        with pytest.raises(FileNotFoundError, match=r"holds no pictures \(.jpg, .jpeg, .png"):
            FolderImages(tmp_path, "ants")

    def test_a_file_that_is_no_picture(self, mixed: Path) -> None:
        (mixed / "ants" / "5.jpg").write_text("404 not found")
        with pytest.raises(ValueError, match=r"5.jpg is no picture that can be read: mend or remove it"):
            FolderImages(mixed, "ants")

    def test_a_picture_that_ends_early(self, drawn: Path, tmp_path: Path) -> None:
        whole = (drawn / "train" / "ants" / "0000.png").read_bytes()
        (tmp_path / "ants").mkdir()
        (tmp_path / "ants" / "0.png").write_bytes(whole[: len(whole) // 2])
        data = FolderImages(tmp_path, "ants")
        with pytest.raises(ValueError, match=r"0.png cannot be read to its end: mend or remove it"):
            data[0]

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ((None, "ants"), "root should be the path of a folder, got None"),
            ((".", None), "label should be the name of a folder in ., got None"),
            ((".", "ants", 3), "transform should be a function of a picture, or None, got 3"),
        ],
    )
    def test_the_wrong_kind(self, arguments: tuple[Any, ...], told: str) -> None:
        with pytest.raises(TypeError, match=told):
            FolderImages(*arguments)

    @pytest.mark.parametrize("label", ["", "..", "../train/ants", "/etc"])
    def test_a_label_that_leads_out(self, drawn: Path, label: str) -> None:
        with pytest.raises(ValueError, match=f"label should be the name of a folder in .*train, got '{label}'"):
            FolderImages(drawn / "train", label)

    def test_a_missing_package_is_named(self, drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "PIL.Image", None)
        with pytest.raises(ImportError, match="pip install pillow"):
            FolderImages(drawn / "train", "ants")


class TestFolderForEachClass:
    def test_numbers_for_names(self, drawn: Path) -> None:
        data: Any = folder_images(drawn / "train", torchvision().transforms.ToTensor())
        assert (data.classes, data.targets) == (["ants", "bees"], [0] * 4 + [1] * 4)
        bees = FolderImages(drawn / "train", "bees", data.transform)
        assert torch.equal(data[6][0], bees[2][0])

    def test_what_cannot_be(self, drawn: Path, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="holds no folders: there should be one for each class"):
            folder_images(drawn / "train" / "ants")
        with pytest.raises(FileNotFoundError, match="there is no folder"):
            folder_images(tmp_path / "x")
        with pytest.raises(FileNotFoundError, match=r"val holds no pictures|train holds no pictures"):
            folder_images(drawn)
        write_insects(tmp_path / "insects", n=1, size=16)
        (tmp_path / "insects" / "train" / ".ipynb_checkpoints").mkdir()
        with pytest.raises(ValueError, match=r".ipynb_checkpoints is hidden, but would count as a class: remove it"):
            folder_images(tmp_path / "insects" / "train")
        with pytest.raises(ValueError, match=r"got ''; this folder is '.'"):
            folder_images("")
        with pytest.raises(TypeError, match="root should be the path of a folder, got 3"):
            folder_images(3)  # type: ignore[arg-type]


def read(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.png")}


class TestInsects:
    def test_the_layout(self, drawn: Path) -> None:
        counts = Counter(path.rpartition("/")[0] for path in read(drawn))
        assert counts == {"train/ants": 4, "train/bees": 4, "val/ants": 2, "val/bees": 2}
        pictures = read(drawn)
        assert len(set(pictures.values())) == len(pictures), "no two are alike"

    def test_the_same_seed_draws_the_same(self, drawn: Path, tmp_path: Path) -> None:
        few = read(write_insects(str(tmp_path / "deep" / "few"), n=1, seed=1, size=32))
        assert len(few) == 4 and few.items() <= read(drawn).items()
        other = read(write_insects(tmp_path / "other", n=1, seed=2, size=32))
        assert not set(other.values()) & set(few.values())

    def test_the_colour_of_the_ground_does_not_tell_the_class(self, tmp_path: Path) -> None:
        root = write_insects(tmp_path / "many", n=40, size=16)
        corners = {}
        for label in ("ants", "bees"):
            data = FolderImages(root / "train", label)
            corners[label] = torch.tensor([[*data[index][0].getpixel((0, 0))] for index in range(40)]).float()
        spread = torch.cat([*corners.values()]).std(0)
        assert ((corners["ants"].mean(0) - corners["bees"].mean(0)).abs() < spread).all()

    def test_nothing_is_left_behind_by_an_error(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        drawn: list[int] = []

        def full_disk(draw: Any, size: int, rng: Any) -> Any:
            drawn.append(size)
            if len(drawn) == 3:
                raise OSError("No space left on device")
            return Image.new("RGB", (size, size))

        monkeypatch.setattr(insects, "_picture", full_disk)
        with pytest.raises(OSError, match="No space left"):
            write_insects(tmp_path / "insects")
        assert list(tmp_path.iterdir()) == []

    @settings(max_examples=40, deadline=None)
    @given(
        values=st.fixed_dictionaries(
            {}, optional={name: st.none() | st.booleans() | st.text() | st.floats() for name in ("n", "seed", "size")}
        ).filter(bool)
    )
    def test_the_wrong_kind(self, values: dict[str, Any]) -> None:
        with pytest.raises(TypeError, match="should be a whole number, got"):
            write_insects("never-made", **values)
        assert not Path("never-made").exists()

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"n": 0}, "n should be 1 to 100000, got 0"),
            ({"n": -3}, "got -3"),
            ({"size": 15}, "size should be 16 to 1024 pixels, got 15"),
            ({"size": 1025}, "got 1025"),
        ],
    )
    def test_out_of_range(self, values: dict[str, int], told: str, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=told):
            write_insects(tmp_path / "insects", **values)


class TestWholeFolder:
    def test_what_is_there_is_not_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "thesis.txt").write_text("years of work")
        for taken in (tmp_path / "mine", tmp_path / "mine" / "thesis.txt"):
            with pytest.raises(FileExistsError, match="is there already: remove it, or choose another folder"):
                write_insects(taken)
        assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"

    def test_an_empty_folder_is_filled(self, tmp_path: Path) -> None:
        (tmp_path / "new").mkdir()
        with whole_folder(tmp_path / "new") as folder:
            assert folder.parent == tmp_path, "on the same disk"
            (folder / "a").touch()
            assert not list((tmp_path / "new").iterdir()), "nobody sees it half done"
        assert os.listdir(tmp_path) == ["new"] and os.listdir(tmp_path / "new") == ["a"]

    def test_an_interrupt_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "new") as folder:
            (folder / "a").touch()
            raise KeyboardInterrupt
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("root", [None, 3, b"x"])
    def test_no_path(self, root: Any) -> None:
        with pytest.raises(TypeError, match="root should be the path of a folder, got"):
            write_insects(root)
        with pytest.raises(TypeError, match="root should be the path of a folder, got"):
            write_textures(root)


@pytest.mark.parametrize("size", [8, 50, 64, 128])
def test_no_piece_of_validation_touches_a_piece_of_training(size: int, tmp_path: Path) -> None:
    root = write_textures(tmp_path / "textures", size, ("brick", "grass", "gravel"))
    for name in ("brick", "grass", "gravel"):
        texture = getattr(skimage.data, name)()
        seen = {part: np.zeros(texture.shape, int) for part in ("train", "val")}
        for part, count in seen.items():
            for path in (root / part / name).iterdir():
                row, column = (int("".join(filter(str.isdigit, word))) * size for word in path.stem.split("-"))
                with Image.open(path) as picture:
                    assert np.array_equal(np.asarray(picture), texture[row : row + size, column : column + size])
                count[row : row + size, column : column + size] += 1
        assert max(count.max() for count in seen.values()) == 1, "no two pieces overlap"
        rows = {part: np.flatnonzero(count.any(1)) for part, count in seen.items()}
        assert rows["val"].min() - rows["train"].max() > size, "a whole row of pieces lies between"
        assert seen["train"].sum() >= seen["val"].sum() > 0


def test_a_small_network_learns_the_textures(tmp_path: Path) -> None:
    root = write_textures(tmp_path / "textures")
    to_tensor = torchvision().transforms.ToTensor()
    parts = []
    for part in ("train", "val"):
        images, labels = zip(*folder_images(root / part, to_tensor), strict=True)
        parts.append((torch.stack(images), torch.tensor(labels)))
    (x, y), (unseen, truth) = parts
    mean, deviation = x.mean(), x.std()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = torch.nn.Sequential(
            *(torch.nn.Conv2d(3, 8, 5, 2), torch.nn.ReLU(), torch.nn.Conv2d(8, 16, 5, 2), torch.nn.ReLU()),
            *(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(16, 2)),
        )
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(15):
            for images, labels in TensorLoader(((x - mean) / deviation, y), 16, shuffle=True):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(images), labels).backward()
                optimizer.step()
    right = (model((unseen - mean) / deviation).argmax(1) == truth).float().mean()
    assert right >= 0.8, "half would be chance"


def test_textures_are_cut_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> None:
        raise AssertionError("the textures should be inside scikit-image")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    root = write_textures(tmp_path / "textures")
    data: Any = folder_images(root / "val")
    assert (data.classes, len(data)) == (["grass", "gravel"], 32)
    assert len(folder_images(root / "train")) == 80  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "error", "told"),
    [
        ({"size": 7}, ValueError, "size should be 8 to 128 pixels, got 7"),
        ({"size": 129}, ValueError, "got 129"),
        ({"size": 64.0}, TypeError, "size should be a whole number, got 64.0"),
        ({"classes": "grass"}, TypeError, "classes should be names such as .*, got 'grass'"),
        ({"classes": ("grass",)}, ValueError, "two or three of brick, grass, gravel"),
        ({"classes": ("grass", "grass")}, ValueError, "two or three of"),
        ({"classes": ("grass", "sand")}, ValueError, r"got \('grass', 'sand'\)"),
    ],
)
def test_textures_that_cannot_be(values: Any, error: type[Exception], told: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=told):
        write_textures(tmp_path / "textures", **values)
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "skimage.data", None)
    with pytest.raises(ImportError, match="pip install scikit-image"):
        write_textures(tmp_path / "textures")
    assert not list(tmp_path.iterdir())
