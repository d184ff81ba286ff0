"""Whatever an argument is, the answer is a result or an error of a fitting kind that says which argument and why."""

import datetime
import os
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from junk import JUNK

from benchmarks import loading
from course_lib.datasets import (
    FolderImages,
    Series,
    Table,
    TensorLoader,
    channel_views,
    cifar10,
    folder_images,
    k_fold,
    seattle_weather,
    small_cifar10,
    split,
    windows,
    write_insects,
    write_textures,
)

DATES = tuple(datetime.date(2024, 1, day) for day in (1, 2, 3, 4))
SERIES = Series(torch.rand(4, 1), ("a",), {"a": "m"}, DATES, "made", "CC0")
PARTS = {"feature_names": ("a",), "target_name": "t", "units": {"a": "", "t": ""}, "source": "s", "licence": "l"}
GOOD: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (channel_views, {"days": 3, "seed": 0}),
    (seattle_weather, {"days": 3}),
    (windows, {"series": SERIES, "days": 2, "target": "a"}),
    (split, {"data": 10, "fractions": (0.5, 0.5), "seed": 0, "stratify": None}),
    (k_fold, {"data": 10, "k": 2, "seed": 0}),
    (
        TensorLoader,
        {"dataset": torch.zeros(4), "batch_size": 2, "shuffle": True, "drop_last": False, "generator": None},
    ),
    (TensorLoader(torch.zeros(4)).iterate, {"start": 1}),
    (FolderImages, {"root": "no-such", "label": "ants", "transform": None}),
    (folder_images, {"root": "no-such", "transform": None}),
    (cifar10, {"root": "no-such", "train": True, "transform": None}),
    (small_cifar10, {"root": 3, "train": True, "transform": None}),
    (Table, {"x": torch.zeros(2, 1), "y": torch.zeros(2), **PARTS}),
    (Table(torch.zeros(2, 1), torch.zeros(2), **PARTS).take, {"rows": torch.tensor([1])}),
]
FITTING = (TypeError, ValueError, OSError)  # OSError: no such file, and its kin


@pytest.fixture(autouse=True, scope="module")
def _in_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with chdir(tmp_path_factory.mktemp("writes")):  # a text may be a good path, and then something is written
        yield


def argument_of(call: Callable[..., Any], names: dict[str, Any]) -> st.SearchStrategy[str]:
    shapes = ("x", "y", "values")  # the names of a table are words: what else they are is the caller's
    return st.sampled_from([name for name in names if call is not Table or name in shapes])


@pytest.mark.parametrize(("call", "good"), GOOD, ids=lambda value: getattr(value, "__qualname__", ""))
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_value_for_any_argument(call: Callable[..., Any], good: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(argument_of(call, good))
    value = data.draw(JUNK)
    try:
        call(**{**good, name: value})
    except FITTING as error:
        told = str(error)
        assert len(told) > 15 and "NoneType" not in told.split("got")[0], told
        # files are named by their paths, tensors of a data set by "tensors"
        words = {
            "root": ("root", "folder", "CIFAR-10", "null", "pictures"),
            "dataset": ("dataset", "tensors"),
            "label": ("label", "folder", "null"),
        }
        known = words.get(name, (name, "fraction", "tensor")) + (("CIFAR-10", "folder") if "root" in good else ())
        assert any(word in told for word in known), (name, told)


@pytest.mark.parametrize("write", [write_insects, write_textures])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_value_when_writing(write: Callable[..., Any], data: st.DataObject) -> None:
    here = Path(__file__).parent  # it is there already: a good value ends in FileExistsError, and nothing is written
    name = data.draw(st.sampled_from(("n", "seed", "size") if write is write_insects else ("size", "classes")))
    before = sorted(os.listdir(here.parent))
    with pytest.raises((TypeError, ValueError, FileExistsError), match=f"{name}|is there already"):
        write(here, **{name: data.draw(JUNK)})
    assert sorted(os.listdir(here.parent)) == before


@pytest.mark.parametrize("name", ["train", "download"])
def test_a_switch_is_true_or_false(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} should be True or False, got 'no'"):
        cifar10("no-such", **{name: "no"})  # type: ignore[arg-type]


def test_the_benchmark_measures_what_it_names() -> None:
    rows = loading.rows(rounds=1, samples=600)
    assert [row.at_least for row in rows] == [True, False] * 3 and all(0 < row.measured < 1000 for row in rows)


def test_the_home_of_nobody() -> None:
    with pytest.raises(ValueError, match=r"nobody here is called 'no-such-user': .* write '\./~no-such"):
        cifar10("~no-such-user/data")
