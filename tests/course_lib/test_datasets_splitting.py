"""Parts: each sample once, the same each time, each class with its share."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils.data import Dataset, Subset, TensorDataset

from course_lib.datasets import Table, TensorLoader, breast_cancer, digits, k_fold, split

SEEDS = st.none() | st.integers(0, 2**64 - 1)


@st.composite
def fractions(draw: st.DrawFn) -> list[float]:
    shares = draw(st.lists(st.integers(1, 20), min_size=1, max_size=5))
    return [share / sum(shares) for share in shares]


@settings(deadline=None)
@given(size=st.integers(100, 300), shares=fractions(), seed=SEEDS)
def test_each_sample_is_in_one_part(size: int, shares: list[float], seed: int | None) -> None:
    parts = split(size, shares, seed)
    assert sorted(torch.cat(parts).tolist()) == list(range(size))
    for part, share in zip(parts, shares, strict=True):
        assert abs(len(part) - size * share) <= 1 and torch.equal(part, part.sort().values)
    again = split(size, shares, seed)
    assert all(torch.equal(one, other) for one, other in zip(parts, again, strict=True))


@settings(deadline=None)
@given(labels=st.lists(st.integers(-1, 3), min_size=60, max_size=150), shares=fractions(), seed=SEEDS)
def test_each_class_has_its_share(labels: list[int], shares: list[float], seed: int | None) -> None:
    classes = torch.tensor(labels)
    try:
        parts = split(len(labels), shares, seed, stratify=classes)
    except ValueError as error:  # many small classes and a small share can leave nothing over
        assert "is none" in str(error) and min(shares) * len(labels) < 5
        return
    assert sorted(torch.cat(parts).tolist()) == list(range(len(labels)))
    for part, share in zip(parts, shares, strict=True):
        for label in classes.unique():
            assert abs(int((classes[part] == label).sum()) - int((classes == label).sum()) * share) <= 1


@settings(deadline=None)
@given(size=st.integers(2, 60), data=st.data(), seed=SEEDS)
def test_each_sample_is_validated_once(size: int, data: st.DataObject, seed: int | None) -> None:
    k = data.draw(st.integers(2, size))
    pairs = k_fold(size, k, seed)
    assert len(pairs) == k
    assert sorted(torch.cat([validation for _, validation in pairs]).tolist()) == list(range(size))
    sizes = {len(validation) for _, validation in pairs}
    assert max(sizes) - min(sizes) <= 1
    for training, validation in pairs:
        assert sorted([*training.tolist(), *validation.tolist()]) == list(range(size))


def test_seeds_differ_and_none_keeps_the_order() -> None:
    assert not torch.equal(split(100, (0.5, 0.5), seed=0)[0], split(100, (0.5, 0.5), seed=1)[0])
    assert [part.tolist() for part in split(5, (0.6, 0.4), seed=None)] == [[0, 1, 2], [3, 4]]
    assert k_fold(4, 2, seed=None)[0][1].tolist() == [0, 1]
    assert split(7, (1,))[0].tolist() == list(range(7))


def test_a_split_leaves_the_global_random_numbers_alone() -> None:
    state = torch.get_rng_state()
    split(10, (0.5, 0.5))
    assert torch.equal(torch.get_rng_state(), state)


class Letters(Dataset[str]):
    def __len__(self) -> int:
        return 26

    def __getitem__(self, index: int) -> str:
        return "abcdefghijklmnopqrstuvwxyz"[index]


def test_the_parts_are_of_the_datas_kind() -> None:
    table = breast_cancer()
    training, validation = split(table, (0.8, 0.2), stratify=True)
    assert isinstance(training, Table) and training.feature_names == table.feature_names
    assert validation.y.bincount().tolist() == [42, 71], "212 and 357, a fifth each"

    x = torch.arange(20).reshape(10, 2)
    half, other = split(x, (0.5, 0.5))
    assert isinstance(half, Tensor) and sorted(torch.cat([half, other]).tolist()) == x.tolist()

    (first, _), _ = k_fold(TensorDataset(x, x[:, 0]), 2)
    assert isinstance(first, TensorDataset) and torch.equal(first.tensors[0][:, 0], first.tensors[1])

    some, _ = split(Letters(), (0.5, 0.5), seed=None)
    assert isinstance(some, Subset) and "".join(some[index] for index in range(13)) == "abcdefghijklm"
    again, _ = split(Subset(x, [1, 3, 5, 7]), (0.5, 0.5), seed=None)
    assert next(iter(TensorLoader(again, 2))).tolist() == [[2, 3], [6, 7]]
    assert "".join(split(list("abcd"), (0.5, 0.5), seed=None)[1]) == "cd"


def test_labels_of_a_tensor_dataset() -> None:
    labels = torch.tensor([0] * 90 + [1] * 10)
    parts = split(TensorDataset(torch.rand(100, 1), labels), (0.9, 0.1), stratify=True)
    assert [part.tensors[1].sum().item() for part in parts] == [9, 1]


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: split(True, (1,)), TypeError, "data should be a number of samples.*got bool"),
        (lambda: split("abc", (1,)), TypeError, "got str"),
        (lambda: split(None, (1,)), TypeError, "got NoneType"),
        (lambda: split(1.0, (1,)), TypeError, "got float"),
        (lambda: split(1, (1,)), ValueError, "data should be 2 to 100000000 samples, to be split, got 1"),
        (lambda: split(-3, (1,)), ValueError, "got -3"),
        (lambda: split(9, 0.8), TypeError, r"numbers such as \(0.8, 0.2\), got 0.8"),  # type: ignore[arg-type]
        (lambda: split(9, "ab"), TypeError, "got 'ab'"),  # type: ignore[arg-type]
        (lambda: split(9, (0.5, None)), TypeError, r"got \(0.5, None\)"),  # type: ignore[arg-type]
        (lambda: split(9, ()), ValueError, r"be 1 together, got \(\)"),
        (lambda: split(9, (0.5, 0.4)), ValueError, r"be 1 together, got \(0.5, 0.4\)"),
        (lambda: split(9, (1.5, -0.5)), ValueError, "each be above 0"),
        (lambda: split(9, (0.5, float("nan"))), ValueError, "each be above 0"),
        (lambda: split(9, (8, 1)), ValueError, r"be 1 together, got \(8, 1\)"),
        (lambda: split(9, (0.99, 0.01)), ValueError, "share of 0.01 of 9 samples is none"),
        (lambda: split(9, (0.5, 0.5), seed="x"), TypeError, "seed should be a whole number, got 'x'"),  # type: ignore[arg-type]
        (lambda: split(9, (0.5, 0.5), stratify=True), TypeError, "needs a Table or a TensorDataset, got int"),
        (lambda: split(9, (0.5, 0.5), stratify="y"), ValueError, r"whole and of shape \(9,\), got 'y'"),
        (lambda: split(9, (0.5, 0.5), stratify=torch.zeros(9)), ValueError, "got torch.float32"),
        (lambda: split(9, (0.5, 0.5), stratify=torch.arange(8)), ValueError, r"got torch.int64 \(8,\)"),
        (lambda: k_fold(9, 1), ValueError, "k should be 2 to 9.*got 1"),
        (lambda: k_fold(9, 10), ValueError, "k should be 2 to 9.*got 10"),
        (lambda: k_fold(9, 3.0), TypeError, "k should be a whole number, got 3.0"),  # type: ignore[arg-type]
        (lambda: k_fold({}, 3), TypeError, "got dict"),
    ],
)
def test_what_cannot_be(call: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        call()


def test_ten_digits_in_ten_folds() -> None:
    pairs = k_fold(digits(), 10)
    assert sum(len(validation) for _, validation in pairs) == 1797
    assert {len(validation) for _, validation in pairs} == {179, 180}
