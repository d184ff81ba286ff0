"""The metrics, fed batch by batch, against scikit-learn's on everything at once."""

import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, confusion_matrix, mean_absolute_error, r2_score
from torch import Tensor

from course_lib.metrics import R2, Accuracy, Calibration, ConfusionMatrix, MeanAbsoluteError, Metric, predicted_classes


def in_batches(metric: Metric, outputs: Tensor, targets: Tensor, size: int) -> Tensor:
    for start in range(0, len(targets), size):
        metric.update(outputs[start : start + size], targets[start : start + size])
    assert metric.count == len(targets)
    return metric.compute()


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 60), classes=st.integers(2, 6), size=st.integers(1, 60), seed=st.integers(0, 1000))
def test_classes_against_scikit_learn(rows: int, classes: int, size: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(rows, classes, generator=generator)
    labels = torch.randint(classes, (rows,), generator=generator)
    guess = scores.argmax(1)
    assert in_batches(Accuracy(), scores, labels, size).item() == pytest.approx(accuracy_score(labels, guess))
    ours = in_batches(ConfusionMatrix(classes), scores, labels, size)
    assert np.array_equal(ours, confusion_matrix(labels, guess, labels=range(classes)))


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(2, 60), size=st.integers(1, 60), bins=st.integers(1, 12), seed=st.integers(0, 1000))
def test_two_classes_by_one_logit_and_their_calibration(rows: int, size: int, bins: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(rows, generator=generator, dtype=torch.float64)
    labels = torch.randint(2, (rows,), generator=generator).double()
    assert in_batches(Accuracy(), logits, labels, size) == pytest.approx(accuracy_score(labels, logits > 0))
    mean, share, count = in_batches(Calibration(bins), logits, labels, size)
    assert count.sum() == rows
    if 0 < labels.sum() < rows:  # scikit-learn refuses a single class
        true, predicted = calibration_curve(labels, logits.sigmoid(), n_bins=bins)
        filled = count > 0
        assert np.allclose(share[filled], true) and np.allclose(mean[filled], predicted)
        assert mean[~filled].isnan().all()


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(2, 60), size=st.integers(1, 60), mean=st.floats(-1e4, 1e4), seed=st.integers(0, 1000))
def test_regression_against_scikit_learn(rows: int, size: int, mean: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    y = mean + torch.randn(rows, generator=generator)
    guess = y + 0.3 * torch.randn(rows, generator=generator)
    exact = guess.double(), y.double()
    assert in_batches(MeanAbsoluteError(), guess, y, size) == pytest.approx(mean_absolute_error(*exact))
    assert in_batches(R2(), guess, y, size).item() == pytest.approx(r2_score(exact[1], exact[0]), abs=1e-4)


def test_confident_and_wrong_shows_in_the_calibration_of_several_classes() -> None:
    scores = torch.tensor([[9.0, 0.0, 0.0], [9.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    mean, share, count = Calibration(bins=2)(scores, torch.tensor([0, 1, 0]))
    assert count.tolist() == [1, 2] and share.tolist() == [1, 0.5]
    assert mean[0] == pytest.approx(1 / 3) and mean[1] > 0.99


def test_one_pixel_one_target() -> None:
    scores, labels = torch.randn(2, 3, 4, 5), torch.randint(3, (2, 4, 5))
    metric = Accuracy()
    assert metric(scores, labels) == (scores.argmax(1) == labels).float().mean()
    metric.update(scores, labels)
    assert metric.count == 40


def test_two_processes_agree_by_adding_sums_and_counts() -> None:
    scores, labels = torch.randn(30, 4), torch.randint(4, (30,))
    for make in (Accuracy, Calibration, lambda: ConfusionMatrix(4)):
        first, second, both = make(), make(), make()
        first.update(scores[:7], labels[:7])
        second.update(scores[7:], labels[7:])
        both.update(scores, labels)
        assert first.sums is not None and second.sums is not None
        joined = both.value(first.sums + second.sums, first.count + second.count)
        assert torch.allclose(joined, both.compute(), equal_nan=True)


def test_calling_leaves_what_was_counted() -> None:
    metric = Accuracy()
    metric.update(torch.tensor([[0.0, 1.0]]), torch.tensor([1]))
    assert metric(torch.tensor([[0.0, 1.0]]), torch.tensor([0])) == 0
    with pytest.raises(ValueError, match="empty batch"):
        metric(torch.zeros(0, 2), torch.zeros(0, dtype=torch.int64))
    assert metric.compute() == 1 and metric.count == 1
    metric.reset()
    with pytest.raises(ValueError, match=r"Accuracy has seen no batch: call update"):
        metric.compute()


def test_nothing_travels_to_the_host_and_no_graph_is_kept() -> None:
    # the meta device has shapes and no values: whatever read one would raise
    scores, labels = torch.empty(8, 3, device="meta"), torch.empty(8, dtype=torch.int64, device="meta")
    for metric in (Accuracy(), ConfusionMatrix(3), Calibration()):
        metric.update(scores, labels)
        metric.update(scores, labels)
        assert metric.compute().is_meta
    for metric in (MeanAbsoluteError(), R2()):
        metric.update(scores[:, 0], torch.empty(8, device="meta"))
        assert metric.compute().is_meta
    weights = torch.randn(8, 3, requires_grad=True)
    metric = Calibration()
    metric.update(weights, torch.zeros(8, dtype=torch.int64))
    assert metric.sums is not None and not metric.sums.requires_grad


@pytest.mark.parametrize("labels", [[-1, 0], [-100, -100], [0, 3]])
def test_a_label_out_of_range_is_named(labels: list[int]) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 2, got {min(labels)} to {max(labels)}"):
        ConfusionMatrix(3).update(torch.randn(2, 3), torch.tensor(labels))


def test_wrong_shapes_are_named() -> None:
    with pytest.raises(ValueError, match=re.escape("got outputs (4, 1) and targets (4,)")):
        MeanAbsoluteError().update(torch.zeros(4, 1), torch.zeros(4))
    with pytest.raises(ValueError, match="same shape"):
        R2().update(torch.zeros(4), torch.zeros(4, 1))
    with pytest.raises(ValueError, match=r"one-hot targets become numbers by argmax\(1\)"):
        predicted_classes(torch.zeros(4, 3), torch.zeros(3))
    with pytest.raises(ValueError, match=r"got \(4, 1\) of .*loses its 1 by squeeze\(1\)"):
        Accuracy().update(torch.zeros(4, 1), torch.zeros(4))  # class 0 for everyone, if it were taken
    with pytest.raises(ValueError, match=r"of torch\.int64"):
        Accuracy().update(torch.tensor([1, 0]), torch.tensor([1, 0]))
    with pytest.raises(ValueError, match=r"4 classes apart, this matrix has 3: ConfusionMatrix\(4\)"):
        ConfusionMatrix(3).update(torch.zeros(2, 4), torch.tensor([0, 1]))
    with pytest.raises(ValueError, match="2 classes apart"):
        ConfusionMatrix(3).update(torch.zeros(2), torch.tensor([0, 1]))


def test_wrong_types_are_named() -> None:
    with pytest.raises(TypeError, match="outputs should be a tensor, got list"):
        Accuracy().update([[0.0, 1.0]], torch.tensor([1]))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="targets should be a tensor, got int"):
        Accuracy().update(torch.zeros(1, 2), 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [0, -1, 2.0, "2", None, True])
def test_wrong_sizes_are_named(number: int) -> None:
    with pytest.raises(ValueError, match=re.escape(f"classes should be a whole number of at least 2, got {number!r}")):
        ConfusionMatrix(number)
    with pytest.raises(ValueError, match=re.escape(f"bins should be a whole number of at least 1, got {number!r}")):
        Calibration(number)


SOME_SHAPE = st.lists(st.integers(0, 4), max_size=3).map(tuple)
DTYPES = st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.bool])


@settings(max_examples=200, deadline=None)
@given(
    make=st.sampled_from([Accuracy, Calibration, MeanAbsoluteError, R2, lambda: ConfusionMatrix(3)]),
    shapes=st.tuples(SOME_SHAPE, SOME_SHAPE),
    dtypes=st.tuples(DTYPES, DTYPES),
    fill=st.sampled_from([0, 1, 5, -1]),
)
def test_whatever_comes_in_is_counted_or_refused_by_name(
    make: Callable[[], Metric], shapes: tuple[tuple[int, ...], ...], dtypes: tuple[torch.dtype, ...], fill: int
) -> None:
    metric = make()
    outputs, targets = torch.zeros(shapes[0]).to(dtypes[0]), torch.full(shapes[1], fill).to(dtypes[1])
    try:
        metric.update(outputs, targets)
    except (TypeError, ValueError) as error:
        assert re.search("outputs|targets", str(error)) and metric.count == 0 and metric.sums is None
    else:
        assert metric.count == targets.numel() and metric.compute() is not None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
def test_an_update_never_waits_for_the_gpu() -> None:
    scores, labels = torch.randn(64, 3, device="cuda"), torch.randint(3, (64,), device="cuda")
    torch.cuda.set_sync_debug_mode("error")
    try:
        for metric in (Accuracy(), ConfusionMatrix(3), Calibration()):
            metric.update(scores, labels)
            metric.update(scores, labels)
        for metric in (MeanAbsoluteError(), R2()):
            metric.update(scores[:, 0], scores[:, 1])
    finally:
        torch.cuda.set_sync_debug_mode("default")
