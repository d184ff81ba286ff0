"""A model's loss and metrics on data it does not learn from, and its predictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from typing import Any

import torch
from torch import Tensor, nn

from course_lib import batches, mistakes
from course_lib.arguments import check_callable, check_model
from course_lib.devices import pick, to
from course_lib.distributed import Ranks
from course_lib.metrics import Metric
from course_lib.running_mean import RunningMean

Loss = Callable[[Any, Any], Tensor]
Metrics = Mapping[str, Metric | Callable[[Any, Any], Tensor | float]]

PRECISIONS = {"float16": torch.float16, "bfloat16": torch.bfloat16}


class FunctionMetric(Metric):
    """The mean over samples of a function that gives the mean over a batch.

    Args:
        function: of outputs and targets, to one number.

    >>> metric = FunctionMetric(lambda outputs, targets: (outputs - targets).abs().mean())
    >>> metric.update(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    >>> metric.update(torch.tensor([5.0]), torch.tensor([6.0]))
    >>> metric.compute()
    tensor(1.)
    """

    def __init__(self, function: Callable[[Any, Any], Tensor | float]) -> None:
        super().__init__()
        self.function = function

    def sums_of(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return torch.as_tensor(self.function(outputs, targets)).detach() * batches.samples(targets)

    def value(self, sums: Tensor, count: int) -> Tensor:
        return sums / count

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        sums = self.sums_of(outputs, targets)
        self.sums = sums if self.sums is None else self.sums + sums
        self.count += batches.samples(targets)


def as_metrics(metrics: Metrics | None) -> dict[str, Metric]:
    """Every metric as a `Metric`, a plain function as the mean of its values.

    Args:
        metrics: by name.

    Raises:
        TypeError: not a dict of metrics and functions.

    >>> as_metrics({"accuracy": print})["accuracy"].function
    <built-in function print>
    """
    if metrics is None:
        return {}
    if not isinstance(metrics, Mapping):
        raise TypeError(f"metrics should be a dict such as {{'accuracy': Accuracy()}}, got {metrics!r}")
    for name, metric in metrics.items():
        if not callable(metric) or isinstance(metric, type):
            raise TypeError(f"metrics[{name!r}] should be a Metric such as Accuracy(), or a function, got {metric!r}")
    # copies: what they have counted before stays with who made them
    own = {name: copy(m) if isinstance(m, Metric) else FunctionMetric(m) for name, m in metrics.items()}
    for metric in own.values():
        metric.reset()
    return own


class Batched:
    """Updates metrics with several small batches at once: on a CPU one call costs as much as a small network's step.

    Functions get every batch alone, as their mean over two batches need not be the mean of both.

    Args:
        metrics: by name.

    >>> from course_lib.metrics import Accuracy
    >>> metrics = as_metrics({"accuracy": Accuracy()})
    >>> batched = Batched(metrics)
    >>> batched.add(torch.tensor([[0.1, 2.0]]), torch.tensor([1]))
    >>> metrics["accuracy"].count
    0
    >>> batched.flush()
    >>> metrics["accuracy"].count
    1
    """

    BATCHES, NUMBERS = 50, 50_000  # no more wait together, so that memory is not felt

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self._metrics = list(metrics.values())
        self._together = not any(isinstance(metric, FunctionMetric) for metric in self._metrics)
        self._outputs: list[Tensor] = []
        self._targets: list[Tensor] = []
        self._numbers = 0

    def add(self, outputs: Any, targets: Any) -> None:
        """Take in a batch.

        >>> Batched({}).add(torch.zeros(1), torch.zeros(1))
        """
        if not self._metrics:
            return
        # on a GPU the call does not wait, and an output may be overwritten by the next batch's (CUDA graphs)
        tensors = isinstance(outputs, Tensor) and isinstance(targets, Tensor) and outputs.ndim > 0
        if not (self._together and tensors and outputs.device.type == "cpu"):
            for metric in self._metrics:
                metric.update(outputs, targets)
            return
        if self._outputs and outputs.shape[1:] != self._outputs[0].shape[1:]:
            self.flush()
        self._outputs.append(outputs.detach())
        self._targets.append(targets)
        self._numbers += outputs.numel()
        if len(self._outputs) == self.BATCHES or self._numbers > self.NUMBERS:
            self.flush()

    def flush(self) -> None:
        """Update the metrics with what waits.

        >>> Batched({}).flush()
        """
        if self._outputs:
            outputs, targets = torch.cat(self._outputs), torch.cat(self._targets)
            self._outputs, self._targets, self._numbers = [], [], 0
            for metric in self._metrics:
                metric.update(outputs, targets)


def pooled(metric: Metric, ranks: Ranks) -> tuple[Tensor | None, int]:
    """A metric's sums and count over all processes; all of them call it.

    >>> pooled(as_metrics({"f": lambda outputs, targets: 0.5})["f"], Ranks())
    (None, 0)
    """
    if ranks.size == 1:
        return metric.sums, metric.count
    parts = ranks.collect((None if metric.sums is None else metric.sums.cpu(), metric.count))
    sums = [part for part, _ in parts if part is not None]
    return (torch.stack(sums).sum(0) if sums else None), sum(count for _, count in parts)


def values(metrics: Mapping[str, Metric], ranks: Ranks) -> dict[str, float]:
    """The metrics' values over all processes, as numbers.

    Raises:
        ValueError: a metric gives several numbers, which no table of epochs can hold.

    >>> values({}, Ranks())
    {}
    """
    result = {}
    for name, metric in metrics.items():
        sums, count = pooled(metric, ranks)
        value = torch.tensor(float("nan")) if sums is None else metric.value(sums, count)
        if value.numel() != 1:
            raise ValueError(
                f"metrics[{name!r}] gives {tuple(value.shape)} numbers, one is needed here; for others call its update "
                "and compute on the outputs of predict"
            )
        result[name] = value.item()
    return result


def autocast(device: torch.device, precision: str | torch.dtype | None) -> AbstractContextManager[Any]:
    """Compute matrix products and convolutions in fewer bits; None leaves everything as it is.

    Args:
        device: where.
        precision: "bfloat16" (as wide a range as float32, three digits) or "float16" (ends at 65504), or the dtype.

    Raises:
        ValueError: another name.

    Source: https://docs.pytorch.org/docs/stable/amp.html

    >>> with autocast(torch.device("cpu"), "bfloat16"):
    ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
    torch.bfloat16
    """
    if precision is None:
        return nullcontext()
    dtype = PRECISIONS.get(str(precision).removeprefix("torch."))
    if dtype is None:
        raise ValueError(f"precision should be 'bfloat16', 'float16' or None, got {precision!r}")
    return torch.autocast(device.type, dtype)


def pair(batch: Any, device: torch.device) -> tuple[Any, Any]:
    """A batch's inputs and targets, on the device.

    Args:
        batch: (inputs, targets), a tuple or a list.
        device: where the model is.

    Raises:
        TypeError: something else.

    >>> pair(torch.zeros(2), torch.device("cpu"))
    Traceback (most recent call last):
    TypeError: a batch should be (inputs, targets), got Tensor
    """
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        got = f"{len(batch)} parts" if isinstance(batch, tuple | list) else type(batch).__name__
        raise TypeError(f"a batch should be (inputs, targets), got {got}")
    inputs, targets = batch
    for part in (inputs, targets):
        if not isinstance(part, Tensor) or part.device != device:
            return to(inputs, device), to(targets, device)
    return inputs, targets


def device_of(model: nn.Module, device: str | torch.device | None = None) -> torch.device:
    """Where the model is, after it was moved to `device` if that is given; a model without weights is on the CPU.

    >>> device_of(nn.Linear(1, 1))
    device(type='cpu')
    """
    if device is not None:
        model.to(pick(device))
    first = next(model.parameters(), None)
    return torch.device("cpu" if device is None else device) if first is None else first.device


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """No dropout, no gradients, and batch norm's means as learned; afterwards every module as it was before.

    >>> model = nn.Dropout()
    >>> with evaluating(model):
    ...     model.training
    False
    >>> model.training
    True
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


class Stopped(Exception):
    """`measure` was told to stop."""


def measure(
    model: nn.Module,
    data: Any,
    loss: Loss | None,
    metrics: Mapping[str, Metric],
    device: torch.device,
    context: AbstractContextManager[Any],
    ranks: Ranks,
    stopped: Callable[[], bool] | None = None,
) -> dict[str, float]:
    """What `evaluate` does, shared by several processes, and with a way to stop it between two batches.

    Raises:
        Stopped: `stopped()` said so.
        ValueError: there are no batches.

    >>> measure(nn.Identity(), [(torch.ones(2), torch.ones(2))], nn.functional.mse_loss, {}, torch.device("cpu"),
    ...         nullcontext(), Ranks())
    {'loss': 0.0}
    """
    mean, empty = RunningMean(ranks), True
    for metric in metrics.values():
        metric.reset()
    batched = Batched(metrics)
    with evaluating(model):
        for batch, mine, _ in batches.batches(data, ranks):
            if stopped is not None and stopped():
                raise Stopped
            inputs, targets = pair(batch, device)
            outputs = None
            try:
                with context:
                    outputs = model(inputs)
                    if loss is not None:
                        if empty:
                            mistakes.check_loss(loss, outputs, targets)
                        mean.add(loss(outputs, targets), mine)
            except (RuntimeError, ValueError, IndexError) as error:
                mistakes.explain(error, model, loss, inputs, outputs, targets)
                raise
            if mine:
                batched.add(outputs, targets)
            if mean.pending == 100:  # what waits to be read takes memory, if little
                mean.read()
            empty = False
    if empty:
        raise ValueError("data gave no batches")
    batched.flush()
    return {**({} if loss is None else {"loss": mean.mean()}), **values(metrics, ranks)}


def evaluate(
    model: nn.Module,
    data: Any,
    loss: Loss | None = None,
    metrics: Metrics | None = None,
    *,
    device: str | torch.device | None = None,
    precision: str | torch.dtype | None = None,
) -> dict[str, float]:
    """The loss and the metrics on data the model does not learn from, without dropout and gradients.

    Args:
        model: takes a batch's inputs; its modules are left in the mode they were in.
        data: gives batches (inputs, targets): a DataLoader, a TensorLoader.
        loss: of outputs and targets, the mean over a batch.
        metrics: by name: of `course_lib.metrics`, or functions that give a mean over a batch.
        device: where to compute; by default where the model is.
        precision: None, "bfloat16" or "float16".

    Returns:
        "loss", where one is given, and the metrics: means over the samples.

    Raises:
        TypeError, ValueError: data gives no batches (inputs, targets); metrics that are none.

    >>> batch = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [5.0]])
    >>> evaluate(nn.Identity(), [batch], nn.functional.mse_loss)
    {'loss': 6.5}
    """
    check_model(model)
    if loss is not None:
        check_callable("loss", loss, "nn.CrossEntropyLoss()")
    batches.check("data", data)
    place = device_of(model, device)
    return measure(model, data, loss, as_metrics(metrics), place, autocast(place, precision), Ranks())


def predict(model: nn.Module, data: Any, *, device: str | torch.device | None = None) -> Tensor:
    """The model's outputs for all samples, in order, without dropout and gradients.

    Args:
        model: takes a batch's inputs; its modules are left in the mode they were in.
        data: inputs, a tensor, taken as one batch; or a loader, whose batches are inputs, or (inputs, targets).
        device: where to compute; by default where the model is.

    Returns:
        The outputs on the CPU, shape (N, ...). A loader that shuffles gives them in its own order.

    Raises:
        TypeError: data is neither.
        ValueError: there are no batches.

    >>> predict(nn.Flatten(), torch.ones(2, 1, 3))
    tensor([[1., 1., 1.],
            [1., 1., 1.]])
    """
    check_model(model)
    if not isinstance(data, Tensor):
        batches.check("data", data)
    place, outputs = device_of(model, device), []
    with evaluating(model):
        for batch in [data] if isinstance(data, Tensor) else data:
            inputs = batch[0] if isinstance(batch, tuple | list) else batch
            if not isinstance(inputs, Tensor | Mapping):
                raise TypeError(f"data should give batches of tensors, got {type(inputs).__name__}")
            inputs = to(inputs, place)
            try:
                outputs.append(model(inputs).cpu())
            except (RuntimeError, ValueError) as error:
                mistakes.explain(error, model, None, inputs, None, None)
                raise
    if not outputs:
        raise ValueError("data gave no batches")
    return torch.cat(outputs)
