"""Metrics for classes: how many are right, which are taken for which, and whether a probability is one."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lib.metrics.metric import Metric, check_tensors, wide


def predicted_classes(outputs: Tensor, targets: Tensor) -> Tensor:
    """The class that the scores speak for: the largest score, or for two classes the sign of the only one.

    Args:
        outputs: scores or probabilities of each class, shape (N, C, ...); or the logit of class 1, the shape of
            targets, where above 0 means class 1, as σ(0) = 1/2.
        targets: class numbers, shape (N, ...).

    Returns:
        Class numbers, the shape of targets.

    Raises:
        ValueError: shapes of neither kind, a single class, or outputs that are not floating point.

    >>> predicted_classes(torch.tensor([[0.1, 2.0, 0.3], [5.0, 1.0, 1.0]]), torch.tensor([1, 0]))
    tensor([1, 0])
    >>> predicted_classes(torch.tensor([-3.0, 0.2]), torch.tensor([0.0, 1.0]))
    tensor([0, 1])
    """
    check_tensors(outputs=outputs, targets=targets)
    if outputs.is_floating_point():
        scored = outputs.ndim == targets.ndim + 1 and outputs.shape[:1] + outputs.shape[2:] == targets.shape
        if scored and outputs.shape[1] > 1:
            return outputs.argmax(1)
        if outputs.shape == targets.shape:
            return (outputs > 0).long()
    raise ValueError(
        f"outputs should be scores of shape (N, C), C ≥ 2, or one logit for each target, got {tuple(outputs.shape)} of "
        f"{outputs.dtype} for targets of shape {tuple(targets.shape)}; (N, 1) loses its 1 by squeeze(1), "
        "one-hot targets become numbers by argmax(1)"
    )


class Accuracy(Metric):
    """The share of samples whose class is the one with the largest score.

    Takes outputs and targets as `predicted_classes` does.

    >>> Accuracy()(torch.tensor([[0.1, 2.0], [5.0, 1.0], [0.0, 1.0]]), torch.tensor([1, 0, 0]))
    tensor(0.6667)
    """

    def sums_of(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (predicted_classes(outputs, targets) == targets).sum()

    def value(self, sums: Tensor, count: int) -> Tensor:
        return sums / count


class ConfusionMatrix(Metric):
    """How many samples of class i (row) were taken for class j (column).

    Args:
        classes: number of classes C.

    Raises:
        ValueError: `classes` is not a whole number ≥ 2; scores of another number of classes; a label that is not one
            of 0 to C - 1 (found on the CPU only: on a GPU, looking would make it wait).

    >>> ConfusionMatrix(2)(torch.tensor([[0.1, 2.0], [5.0, 1.0], [0.0, 1.0]]), torch.tensor([1, 0, 0]))
    tensor([[1, 1],
            [0, 1]])
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        if isinstance(classes, bool) or not isinstance(classes, int) or classes < 2:
            raise ValueError(f"classes should be a whole number of at least 2, got {classes!r}")
        self.classes = classes

    def sums_of(self, outputs: Tensor, targets: Tensor) -> Tensor:
        predicted = predicted_classes(outputs, targets)
        given = outputs.shape[1] if outputs.ndim > targets.ndim else 2
        if given != self.classes:
            raise ValueError(
                f"outputs tell {given} classes apart, this matrix has {self.classes}: ConfusionMatrix({given})"
            )
        if targets.device.type == "cpu" and not bool(((targets >= 0) & (targets < self.classes)).all()):
            span = f"{targets.min().item()} to {targets.max().item()}"
            raise ValueError(f"targets should be class numbers from 0 to {self.classes - 1}, got {span}")
        cells = (targets.long() * self.classes + predicted).flatten()
        # not bincount: it reads the largest value first, and a GPU would have to wait
        counts = torch.zeros(self.classes**2, dtype=torch.int64, device=cells.device)
        return counts.scatter_add_(0, cells, torch.ones_like(cells)).reshape(self.classes, self.classes)

    def value(self, sums: Tensor, count: int) -> Tensor:
        return sums


class Calibration(Metric):
    """Is a probability of 0.8 right in 80 of 100 cases? One column for each bin of probabilities.

    For scores of several classes: the probability of the predicted class, and how often it was the true one. For one
    logit per sample: the probability of class 1, and how often it was class 1.

    Args:
        bins: number of bins of equal width from 0 to 1.

    Returns:
        By `compute`, shape (3, bins): mean probability, share that came true, number of samples. The first two are NaN
        in an empty bin. `table[:2]` against each other is the reliability diagram.

    Raises:
        ValueError: `bins` is not a whole number ≥ 1.

    Source: C. Guo et al., "On calibration of modern neural networks", 2017, https://arxiv.org/abs/1706.04599

    >>> logits = torch.tensor([0.9, 0.9, 0.8, 0.3]).logit()
    >>> Calibration(bins=2)(logits, torch.tensor([1.0, 1.0, 0.0, 0.0]))
    tensor([[0.3000, 0.8667],
            [0.0000, 0.6667],
            [1.0000, 3.0000]], dtype=torch.float64)
    """

    def __init__(self, bins: int = 10) -> None:
        super().__init__()
        if isinstance(bins, bool) or not isinstance(bins, int) or bins < 1:
            raise ValueError(f"bins should be a whole number of at least 1, got {bins!r}")
        self.bins = bins

    def sums_of(self, outputs: Tensor, targets: Tensor) -> Tensor:
        predicted = predicted_classes(outputs, targets)
        if outputs.ndim > targets.ndim:
            probability, came_true = outputs.softmax(1).amax(1), predicted == targets
        else:
            probability, came_true = outputs.sigmoid(), targets > 0.5
        probability = wide(probability).flatten()
        rows = torch.stack((probability, came_true.flatten().to(probability), torch.ones_like(probability)))
        places = (probability * self.bins).long().clamp(max=self.bins - 1).expand(3, -1)
        return torch.zeros(3, self.bins, dtype=rows.dtype, device=rows.device).scatter_add_(1, places, rows)

    def value(self, sums: Tensor, count: int) -> Tensor:
        return torch.cat((sums[:2] / sums[2], sums[2:]))
