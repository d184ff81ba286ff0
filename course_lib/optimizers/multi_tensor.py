"""What all optimizers of this course share: many tensors at a time for their formula, and checks of what they get."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim.optimizer import (
    Optimizer,
    ParamsT,
    StateDict,
    _global_optimizer_post_hooks,
    _global_optimizer_pre_hooks,
)

from course_lib.optimizers.ranges import check_number
from course_lib.optimizers.run import Run

# On a CPU what one operation of a formula wrote should still be in the cache for the next, so a formula with many of
# them takes only so many numbers at a time: 2**15 to 2**17 took 0.8 to 0.9 of the time that a million at once took, for
# Adagrad, RMSProp and Adam. GradientDescent and Momentum do little with each number: the fewer runs the faster.
CACHED_NUMBERS = 2**16


class MultiTensorOptimizer(Optimizer):
    """The frame around a formula; a subclass says what it remembers, which numbers it takes, and how it updates.

    >>> import math
    >>> class SignDescent(MultiTensorOptimizer):
    ...     ranges = {"lr": math.inf}
    ...     def update(self, run):
    ...         torch._foreach_add_(run.weights, torch._foreach_sign(run.gradients), alpha=-run.group["lr"])
    >>> theta = torch.tensor([2.0, -3.0], requires_grad=True)
    >>> (theta**2).sum().backward()
    >>> SignDescent([theta], {"lr": 0.5}).step()
    >>> theta.detach()
    tensor([ 1.5000, -2.5000])
    """

    def __init__(self, params: ParamsT, defaults: dict[str, Any]) -> None:
        if not isinstance(params, Iterable) or isinstance(params, str | bytes | type):
            raise TypeError(f"params should be parameters, such as model.parameters(), got {params!r}")
        super().__init__(params, defaults)

    # what is kept of each parameter between steps: tensors of its shape, zero before the first step
    memories: ClassVar[tuple[str, ...]] = ()
    # how many numbers one run takes, on a CPU
    numbers_a_run: ClassVar[float] = math.inf
    # each number that a group has is at least 0 and below this bound
    ranges: ClassVar[dict[str, float]] = {}

    def update(self, run: Run) -> None:
        """Change weights and memories in place by the formula; the gradients are only read."""
        raise NotImplementedError(f"{type(self).__name__} should define update")

    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Change every parameter that has a gradient by the formula, in place.

        Args:
            closure: computes the loss anew, with its gradients, and returns it; not needed by any of these formulas.

        Returns:
            The closure's loss, or None without a closure.

        Raises:
            RuntimeError: a gradient is sparse; no parameter has been changed.

        Where no parameter has a gradient, as before `loss.backward()`, nothing changes, and a warning says so.
        """
        watched = (
            self._optimizer_step_pre_hooks
            or self._optimizer_step_post_hooks
            or _global_optimizer_pre_hooks
            or _global_optimizer_post_hooks
            or torch.autograd._profiler_enabled()  # type: ignore[attr-defined]
        )
        return self._watched_step(closure) if watched else self._step(closure)

    # torch would wrap step in hooks and profiling, which take longer than a small network's step: here only when wanted
    step.hooked = True  # type: ignore[attr-defined]

    def _step(self, closure: Callable[[], float] | None = None) -> float | None:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        with torch.no_grad():  # the step itself is no part of the function whose gradient we want
            runs = self._runs()  # all are gathered, and so checked, before the first is changed
            if not runs:  # no error: who only looks at a schedule steps like this too
                warnings.warn(
                    "no parameter of this optimizer has a gradient, so step() changed nothing: call loss.backward() "
                    "before it, and make the optimizer of the parameters that the loss depends on",
                    stacklevel=3,
                )
            for run in runs:
                self.update(run)
                for state in run.states:
                    state["step"] = run.step
        return loss

    _watched_step = Optimizer.profile_hook_step(_step)

    def _runs(self) -> list[Run]:
        runs = []
        for group in self.param_groups:
            latest: dict[tuple[torch.device, torch.dtype, int], Run] = {}
            for weight in group["params"]:
                gradient = weight.grad
                if gradient is None:  # took no part in the loss: it stays, and does not even decay
                    continue
                if gradient.layout is not torch.strided:
                    raise RuntimeError(
                        f"the gradient of a parameter of shape {tuple(weight.shape)} is sparse, and "
                        f"{type(self).__name__}, which changes every weight at every step, takes dense ones only: make "
                        "the layer with sparse=False, or use torch.optim.SGD or torch.optim.SparseAdam"
                    )
                state = self.state[weight] if self.memories else {"step": 0}  # nothing to remember, no need to count
                if "step" not in state:
                    for name in self.memories:
                        state.setdefault(name, torch.zeros_like(weight))
                    state["step"] = 0  # a Python number: reading one off a GPU would wait for the GPU
                key = (weight.device, weight.dtype, state["step"])
                run = latest.get(key)
                if run is None or (run.numbers > self.numbers_a_run and weight.is_cpu):
                    run = latest[key] = Run(group, state["step"] + 1, [], [], [])
                    runs.append(run)
                run.weights.append(weight)
                run.gradients.append(gradient)
                run.states.append(state)
                run.numbers += weight.numel()
        return runs

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take care of further parameters too, such as a layer that is unfrozen later.

        Args:
            param_group: "params", and where they differ from the constructor's, numbers such as "lr".

        Raises:
            ValueError, TypeError: as the constructor.
        """
        if isinstance(param_group, dict):  # else the base class says so
            self._check({**self.defaults, **param_group})
        super().add_param_group(param_group)
        for weight in param_group["params"]:
            if not weight.is_floating_point():
                del self.param_groups[-1]
                raise TypeError(
                    f"{type(self).__name__} takes parameters of real numbers such as torch.float32, got one of "
                    f"{weight.dtype} and shape {tuple(weight.shape)}: hold real and imaginary parts as two parameters, "
                    "and whole numbers as buffers"
                )

    def _check(self, group: dict[str, Any]) -> None:
        for name, bound in self.ranges.items():
            check_number(name, group[name], bound)

    def load_state_dict(self, state_dict: StateDict) -> None:
        """Go on from what `state_dict()` gave, with copies of it.

        Args:
            state_dict: from an optimizer of the same kind over parameters of the same shapes; `torch.optim`'s twin of
                the same formula will do where its groups hold the same numbers.

        Raises:
            ValueError: it is of other parameters or another kind of optimizer; this optimizer is as it was before.
        """
        before = self.state, self.param_groups
        super().load_state_dict(state_dict)
        try:
            for group in self.param_groups:
                # torch's base class adds "differentiable" to the defaults of its own accord
                if missing := self.defaults.keys() - group.keys() - {"differentiable"}:
                    raise ValueError(
                        f"the loaded state has no {', '.join(sorted(missing))}: it is of another kind of optimizer "
                        f"than {type(self).__name__}"
                    )
                self._check(group)
                for place, weight in enumerate(group["params"]):
                    if weight in self.state:
                        self.state[weight] = self._checked(self.state[weight], weight, place)
        except (ValueError, TypeError):
            self.state, self.param_groups = before
            raise

    def _checked(self, state: dict[str, Any], weight: Tensor, place: int) -> dict[str, Any]:
        copied: dict[str, Any] = {"step": int(state.get("step", 0))}  # torch.optim keeps it in a tensor
        for name in self.memories:
            kept = state.get(name)
            if not isinstance(kept, Tensor):
                raise ValueError(
                    f"the loaded state of parameter {place} has no {name}, only {sorted(state)}: it is of another kind "
                    f"of optimizer than {type(self).__name__}"
                )
            if kept.shape != weight.shape:
                raise ValueError(
                    f"the loaded {name} of parameter {place} has shape {tuple(kept.shape)}, the parameter "
                    f"{tuple(weight.shape)}: make the model as wide as the one whose optimizer was saved"
                )
            copied[name] = kept.clone()  # else two optimizers would write into one memory
        return copied
