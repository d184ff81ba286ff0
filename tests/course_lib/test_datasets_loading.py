"""TensorLoader beside torch's DataLoader: the same batches, the same numbers drawn."""

import copy
import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset

from course_lib.datasets import Table, TensorLoader, breast_cancer


def assert_same(ours: Any, torchs: Any) -> None:
    assert type(ours) is type(torchs)
    if isinstance(ours, Tensor):
        assert ours.dtype == torchs.dtype and torch.equal(ours, torchs)
    else:
        assert len(ours) == len(torchs)
        for mine, its in zip(ours, torchs, strict=True):
            assert_same(mine, its)


@settings(max_examples=150, deadline=None)
@given(
    samples=st.integers(1, 40),
    batch_size=st.integers(1, 45),
    shuffle=st.booleans(),
    drop_last=st.booleans(),
    own_generator=st.booleans(),
    seed=st.integers(0, 2**40),
    stops=st.lists(st.integers(0, 50), min_size=1, max_size=4),
)
def test_the_batches_and_the_random_numbers_are_dataloaders(
    samples: int, batch_size: int, shuffle: bool, drop_last: bool, own_generator: bool, seed: int, stops: list[int]
) -> None:
    data = TensorDataset(torch.randn(samples, 3), torch.arange(samples))
    loaders: list[Any] = []
    for kind in (TensorLoader, DataLoader):
        generator = torch.Generator().manual_seed(seed) if own_generator else None
        loaders.append(kind(data, batch_size, shuffle, drop_last=drop_last, generator=generator))
    ours, torchs = loaders
    assert len(ours) == len(torchs)
    with torch.random.fork_rng():
        states = [torch.manual_seed(seed).get_state()] * 2
        for stop in stops:  # an epoch that is broken off, or goes to its end
            epochs = []
            for turn, loader in enumerate(loaders):
                torch.set_rng_state(states[turn])
                # dropout between the batches draws from the global generator too
                epochs.append([(batch, torch.rand(1)) for batch in itertools.islice(loader, stop)])
                states[turn] = torch.get_rng_state()
            assert_same(
                [[*batch, noise] for batch, noise in epochs[0]], [[*batch, noise] for batch, noise in epochs[1]]
            )
            assert torch.equal(*states)
            if own_generator:
                assert torch.equal(ours.generator.get_state(), torchs.generator.get_state())


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize(
    "data",
    [
        torch.arange(7),
        torch.rand(7, 1, 2, 2, dtype=torch.float64),
        TensorDataset(torch.rand(7, 2)),
        TensorDataset(torch.rand(7, 2), torch.arange(7), torch.rand(7) > 0.5),
        Table(torch.rand(7, 1), torch.rand(7), ("a",), "t", {"a": "m", "t": "s"}, "s", "l"),
        Subset(torch.arange(9), [3, -1, 8, 0, 3, 1, 2]),
        Subset(Subset(TensorDataset(torch.arange(9)), [8, 7, 6, 5, 4]), [0, 4, -2]),
    ],
    ids=["tensor", "images", "one tensor", "three tensors", "table", "subset", "subset of a subset"],
)
def test_each_kind_of_data(data: Any, shuffle: bool) -> None:
    ours, torchs = (
        kind(data, 3, shuffle, generator=torch.Generator().manual_seed(5)) for kind in (TensorLoader, DataLoader)
    )
    for _ in range(2):
        assert_same(list(ours), list(torchs))


def test_a_tuple_of_tensors_is_a_tensor_dataset() -> None:
    x, y = torch.rand(5, 2), torch.arange(5)
    assert_same(list(TensorLoader((x, y), 2)), list(DataLoader(TensorDataset(x, y), 2)))
    assert_same(list(TensorLoader([x], 2)), list(DataLoader(TensorDataset(x), 2)))


@pytest.mark.parametrize("samples", [8, 9])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("drop_last", [False, True])
def test_going_on_in_the_middle_of_an_epoch(samples: int, shuffle: bool, drop_last: bool) -> None:
    generator = torch.Generator().manual_seed(1)
    loader = TensorLoader(torch.arange(samples), 4, shuffle, drop_last=drop_last, generator=generator)
    before = generator.get_state()
    whole = list(loader)
    after = generator.get_state()
    for start in range(len(loader) + 1):
        generator.set_state(before)
        assert_same(list(loader.iterate(start)), whole[start:])
        assert torch.equal(generator.get_state(), after)


def test_what_is_left_out_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[int] = []
    take = TensorLoader._take
    monkeypatch.setattr(
        TensorLoader, "_take", lambda self, batch, chunks: (loaded.append(batch), take(self, batch, chunks))
    )
    list(TensorLoader(torch.arange(10), 2, True).iterate(start=3))
    assert loaded == [3, 4]


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_changed_batch_leaves_the_data_as_they_are(shuffle: bool) -> None:
    x = torch.ones(4, 2)
    for batch in TensorLoader(x, 2, shuffle):
        batch.zero_()
    assert torch.equal(x, torch.ones(4, 2))


def test_the_attributes_can_be_read_and_set() -> None:
    table = breast_cancer()
    loader = TensorLoader(table, 64, True, drop_last=True)
    assert (loader.dataset, loader.batch_size, loader.shuffle, loader.drop_last) == (table, 64, True, True)
    assert loader.generator is None
    loader.generator = torch.Generator().manual_seed(3)
    first = next(iter(loader))
    loader.generator.manual_seed(3)
    assert_same(next(iter(loader)), first)


def test_two_epochs_at_once_do_not_disturb_each_other() -> None:
    loader = TensorLoader(torch.arange(6), 2)
    assert [(a.tolist(), b.tolist()) for a, b in zip(loader, loader, strict=True)][2] == ([4, 5], [4, 5])


def test_the_order_is_drawn_on_the_cpu_wherever_the_data_are() -> None:
    loader = TensorLoader((torch.empty(10, 2, device="meta"), torch.empty(10, device="meta")), 4, True)
    assert [(x.device.type, tuple(x.shape), tuple(y.shape)) for x, y in loader] == [
        ("meta", (4, 2), (4,)),
        ("meta", (4, 2), (4,)),
        ("meta", (2, 2), (2,)),
    ]
    with torch.device("meta"):  # a default device is not where a generator of the CPU can draw
        assert len(list(loader)) == 3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu() -> None:
    x = torch.arange(100)
    ours = TensorLoader(x.cuda(), 32, True, generator=torch.Generator().manual_seed(2))
    torchs = DataLoader(x, 32, True, generator=torch.Generator().manual_seed(2))
    assert [batch.tolist() for batch in ours] == [batch.tolist() for batch in torchs]
    assert all(batch.is_cuda for batch in ours)
    with pytest.raises(ValueError, match="generator should be on the CPU"):
        TensorLoader(x, generator=torch.Generator("cuda"))


class Doubled(TensorDataset):
    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        return tuple(2 * tensor for tensor in super().__getitem__(index))


class Squares(Dataset[int]):
    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> int:
        return index * index


@pytest.mark.parametrize(
    "data", [Squares(), Doubled(torch.arange(3)), Subset(Squares(), [0]), [1, 2], (), "x", None, {}]
)
def test_data_that_are_no_tensors(data: Any) -> None:
    with pytest.raises(TypeError, match=r"dataset should be a Table.*take torch.utils.data.DataLoader"):
        TensorLoader(data)


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: TensorLoader(torch.tensor(3)), ValueError, r"as many rows each.*got shapes \(\)"),
        (lambda: TensorLoader((torch.zeros(3), torch.zeros(2, 3))), ValueError, r"got shapes \(3,\), \(2, 3\)"),
        (
            lambda: TensorLoader((torch.zeros(3), torch.zeros(3, device="meta"))),
            ValueError,
            "one device, got cpu, meta",
        ),
        (lambda: TensorLoader(torch.zeros(0, 3)), ValueError, "at least one sample, it is empty"),
        (lambda: TensorLoader(Subset(torch.zeros(3), [])), ValueError, "at least one sample, it is empty"),
        (lambda: TensorLoader(Subset(torch.zeros(3), [3])), ValueError, "should be below 3"),
        (lambda: TensorLoader(Subset(torch.zeros(3), [-4])), ValueError, "should be below 3"),
        (lambda: TensorLoader(torch.zeros(3), 0), ValueError, "batch_size should be at least 1, got 0"),
        (lambda: TensorLoader(torch.zeros(3), None), TypeError, "batch_size should be a whole number, got None"),
        (lambda: TensorLoader(torch.zeros(3), True), TypeError, "batch_size should be a whole number, got True"),
        (lambda: TensorLoader(torch.zeros(3), 2.0), TypeError, "batch_size should be a whole number, got 2.0"),
        (lambda: TensorLoader(torch.zeros(3), 1, 1), TypeError, "shuffle should be True or False, got 1"),
        (
            lambda: TensorLoader(torch.zeros(3), drop_last="no"),
            TypeError,
            "drop_last should be True or False, got 'no'",
        ),
        (lambda: TensorLoader(torch.zeros(3), generator=7), TypeError, "generator should be a torch.Generator, got 7"),
        (lambda: TensorLoader(torch.zeros(3)).iterate(4), ValueError, "start should be 0 to 3.*got 4"),
        (lambda: TensorLoader(torch.zeros(3)).iterate(-1), ValueError, "start should be 0 to 3.*got -1"),
        (lambda: TensorLoader(torch.zeros(3)).iterate(1.0), TypeError, "start should be a whole number, got 1.0"),
    ],
)
def test_what_cannot_be(call: Callable[[], Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        call()


def test_a_generator_that_is_not_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(torch.Generator):
        device = torch.device("cuda", 0)  # type: ignore[assignment] # a machine without a GPU cannot make a real one

    with pytest.raises(ValueError, match="generator should be on the CPU, got one on cuda:0"):
        TensorLoader(torch.zeros(3), generator=Elsewhere())


def test_it_is_copied_and_pickled_with_its_data() -> None:
    loader = TensorLoader(torch.arange(5), 2)
    assert_same(list(copy.deepcopy(loader)), list(loader))
