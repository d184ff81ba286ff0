"""Every public name of course_lib, given every wrong kind of value for every argument.

The answer is a result, or an error of a fitting type that names the argument and says what to do.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from junk import JUNK
from torch import Tensor, nn

matplotlib.use("Agg")
from matplotlib import pyplot as plt

import course_lib
from course_lib import (
    autograd,
    checkpoints,
    devices,
    diagnose,
    evaluation,
    exercises,
    history,
    landscape,
    losses,
    metrics,
    models,
    optimizers,
    plotting,
    random_state,
    schedules,
    state_dicts,
    training,
)
from course_lib.checkpoints import CheckpointError

ROOT = Path(course_lib.__file__).parent
FITTING = (TypeError, ValueError, OSError, CheckpointError, FloatingPointError)

MODEL = nn.Linear(2, 1)
X, Y = torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.tensor([[1.0], [0.0]])
LABELS = torch.tensor([0, 1])
CLASSIFIER = models.SoftmaxRegression(2, 2)
SADDLE = torch.tensor([0.0, 0.0])
HISTORY = history.History([1.0], [{"epoch": 1, "step": 1, "loss": 1.0, "validate_loss": 1.0}])
STATE = {"step": 1, "weights": torch.zeros(2)}


def weight() -> list[Tensor]:
    return [torch.zeros(2, requires_grad=True)]


def fitted(**options: Any) -> None:
    """`fit` on a copy: a good value trains."""
    model = nn.Linear(2, 1)
    good = {"model": model, "data": [(X, Y)], "loss": nn.MSELoss(), "epochs": 1, "progress": False, "device": "cpu"}
    good["optimizer"] = torch.optim.SGD(model.parameters(), lr=0.1)
    arguments = {**good, **options}
    training.fit(arguments.pop("model"), arguments.pop("data"), **arguments)


def optimizer_of(kind: Any) -> Callable[..., Any]:
    return lambda params=None, **numbers: kind(weight() if params is None else params, **numbers)


class Case:
    """A call that works, and for each argument the words of which a refusal has one; its name, unless others are."""

    def __init__(self, call: Callable[..., Any], *also: str, **good: Any) -> None:
        self.call, self.also, self.good = call, also, good


# what a reader calls, by where it is defined
CASES: dict[str, Case] = {
    "autograd.Value": Case(autograd.Value, "Value", data=1.0),
    "autograd.mermaid": Case(autograd.mermaid, "Value", value=autograd.Value(1.0)),
    "checkpoints.save": Case(checkpoints.save, "written", state=STATE, path="/dev/null/never"),
    "checkpoints.load": Case(checkpoints.load, "checkpoint", path="no-such"),
    "checkpoints.Checkpoints": Case(checkpoints.Checkpoints, folder="no-such", keep=3, every=None),
    "devices.pick": Case(devices.pick, prefer="cpu"),
    "devices.to": Case(devices.to, batch=X, device="cpu"),
    "diagnose.chart.diagnose": Case(
        diagnose.diagnose, "train", "losses", train=[2.0, 0.1], validation=[2.0, 0.1], baseline=[1.0], test=[0.2],
        chance=2.0, possible=0.0, enough=0.8, gap=0.2, tolerance=0.05, shared=0.25, lang="en",
    ),
    "evaluation.evaluate": Case(
        evaluation.evaluate, "batch", "prefer", model=MODEL, data=[(X, Y)], loss=nn.MSELoss(), metrics={}, device="cpu",
        precision=None,
    ),
    "evaluation.predict": Case(evaluation.predict, "inputs", "prefer", model=MODEL, data=X, device="cpu"),
    "exercises.check": Case(
        exercises.check, "exercise", exercise_id="gradient-descent/first-step", answer=1.0, lang="en"
    ),
    "exercises.find": Case(exercises.find, "exercise", exercise_id="gradient-descent/first-step"),
    "exercises.language_of_reader": Case(exercises.language_of_reader, lang="en"),
    "history.History.best": Case(HISTORY.best, "epoch", name="loss"),
    "history.History.plot": Case(HISTORY.plot, lang="en"),
    "history.History.save_csv": Case(HISTORY.save_csv, path="/dev/null/never"),
    "landscape.curvature.gradient": Case(landscape.gradient, function=landscape.saddle, point=SADDLE),
    "landscape.curvature.hessian": Case(landscape.hessian, function=landscape.saddle, point=SADDLE),
    "landscape.curvature.hessian_vector_product": Case(
        landscape.hessian_vector_product, function=landscape.saddle, point=SADDLE, vector=SADDLE
    ),
    "landscape.curvature.eigenvalues": Case(landscape.eigenvalues, function=landscape.saddle, point=SADDLE),
    "landscape.curvature.classify": Case(landscape.classify, function=landscape.saddle, point=SADDLE, tolerance=1e-6),
    "landscape.curvature.escape": Case(landscape.escape, function=landscape.saddle, point=SADDLE, step=0.1),
    "landscape.networks.flat_parameters": Case(landscape.flat_parameters, model=MODEL),
    "landscape.networks.flat_loss": Case(
        landscape.flat_loss, model=MODEL, criterion=nn.MSELoss(), inputs=X, targets=Y
    ),
    "landscape.noise.in_batches": Case(landscape.in_batches, surface=landscape.bowl, batch_size=8, noise=1.0),
    "landscape.surfaces.Surface": Case(landscape.bowl, "bowl", points=SADDLE),
    "landscape.walks.descend": Case(
        landscape.descend, "start", "point", function=landscape.bowl,
        optimizer=lambda params: torch.optim.SGD(params, lr=0.1), start=(1.0, 1.0), steps=2,
    ),
    "losses.classification.binary_cross_entropy": Case(
        losses.binary_cross_entropy, logits=Y, target=Y, reduction="mean"
    ),
    "losses.classification.cross_entropy": Case(
        losses.cross_entropy, "target", logits=3 * X, target=LABELS, reduction="mean", label_smoothing=0.1
    ),
    "losses.regression.mse": Case(losses.mse, prediction=Y, target=Y, reduction="mean"),
    "losses.regression.mae": Case(losses.mae, prediction=Y, target=Y, reduction="mean"),
    "metrics.classification.predicted_classes": Case(metrics.predicted_classes, outputs=X, targets=LABELS),
    "metrics.classification.Accuracy": Case(metrics.Accuracy(), outputs=X, targets=LABELS),
    "metrics.classification.ConfusionMatrix": Case(metrics.ConfusionMatrix, classes=2),
    "metrics.classification.Calibration": Case(metrics.Calibration, bins=2),
    "metrics.regression.MeanAbsoluteError": Case(metrics.MeanAbsoluteError(), outputs=Y, targets=Y),
    "metrics.regression.R2": Case(metrics.R2(), outputs=Y, targets=Y),
    "models.curves.SigmoidSum": Case(models.SigmoidSum, features=1, sigmoids=2),
    "models.curves.ReLUSum": Case(models.ReLUSum, features=1, relus=2),
    "models.gan.Generator": Case(models.Generator, noise=2, hidden=2, features=2),
    "models.gan.Discriminator": Case(models.Discriminator, features=2, hidden=2),
    "models.linear.Linear": Case(models.Linear, features=2),
    "models.linear.LogisticRegression": Case(models.LogisticRegression, features=2),
    "models.linear.SoftmaxRegression": Case(models.SoftmaxRegression, features=2, classes=2),
    "models.networks.MLP": Case(models.MLP, sizes=(2, 1), activation=nn.ReLU),
    "models.networks.ConvNet": Case(models.ConvNet, channels=1, classes=2, side=16),
    "optimizers.adagrad.Adagrad": Case(
        optimizer_of(optimizers.Adagrad), "optimizer", params=None, lr=0.1, form="sum", eps=0.0, weight_decay=0.0
    ),
    "optimizers.adam.Adam": Case(
        optimizer_of(optimizers.Adam), "optimizer", params=None, lr=0.1, betas=(0.9, 0.9), eps=0.0, weight_decay=0.0
    ),
    "optimizers.adam.AdamW": Case(
        optimizer_of(optimizers.AdamW), "optimizer", params=None, lr=0.1, betas=(0.9, 0.9), eps=0.0, weight_decay=0.0
    ),
    "optimizers.gradient_descent.GradientDescent": Case(
        optimizer_of(optimizers.GradientDescent), "optimizer", params=None, lr=0.1, weight_decay=0.0
    ),
    "optimizers.momentum.Momentum": Case(
        optimizer_of(optimizers.Momentum), "optimizer", params=None, lr=0.1, momentum=0.9, weight_decay=0.0
    ),
    "optimizers.rmsprop.RMSProp": Case(
        optimizer_of(optimizers.RMSProp), "optimizer", params=None, lr=0.1, alpha=0.9, eps=0.0, weight_decay=0.0
    ),
    "plotting.learning_curves": Case(plotting.learning_curves, curves={"a": [1.0]}),
    "plotting.contours": Case(plotting.contours, "domain", function=landscape.bowl, paths=None, domain=None, levels=2),
    "plotting.confusion": Case(plotting.confusion, matrix=torch.eye(2), names=["a", "b"]),
    "plotting.images": Case(plotting.images, pictures=torch.zeros(1, 2, 2), titles=None, columns=1, size=1.0),
    "random_state.capture": Case(random_state.capture, device="cpu"),
    "random_state.restore": Case(random_state.restore, "device", state=random_state.capture(), device="cpu"),
    "schedules.step_decay": Case(schedules.step_decay, every=2, gamma=0.5),
    "schedules.exponential": Case(schedules.exponential, gamma=0.5),
    "schedules.constant": Case(schedules.constant(), step=1),
    "schedules.cosine": Case(schedules.cosine, steps=2, floor=0.0),
    "schedules.inverse_square_root": Case(schedules.inverse_square_root, timescale=1.0),
    "schedules.warm_up": Case(schedules.warm_up, steps=2, then=schedules.constant(), start=0.1),
    "state_dicts.load_model": Case(state_dicts.load_model, model=MODEL, state=MODEL.state_dict()),
    "state_dicts.load_optimizer": Case(
        state_dicts.load_optimizer, optimizer=torch.optim.SGD(MODEL.parameters()),
        state=torch.optim.SGD(MODEL.parameters()).state_dict(),
    ),
    "training.deterministic": Case(training.deterministic, on=False),
    "training.fit": Case(
        fitted, "batch", "prefer", "parameter",
        model=None, data=None, loss=None, optimizer=None, epochs=1, validate=None, metrics=None, schedule=None,
        device="cpu", precision=None, clip=None, accumulate=1, patience=None, checkpoint=None, resume=False,
        logdir=None, progress=False, seed=0,
    ),
}  # fmt: skip


# elsewhere given every wrong kind of value, by the same strategy or one of its own: the test that does
ELSEWHERE = {
    "datasets": "test_datasets_bad_input.py::test_any_value_for_any_argument",
    "datasets.insects": "test_datasets_bad_input.py::test_any_value_when_writing",
    "datasets.textures": "test_datasets_bad_input.py::test_any_value_when_writing",
    "exercises": "test_exercises.py::test_what_is_no_number_is_refused_in_the_readers_language",
    "history.History": "test_training.py::test_history",
    "mistakes": "test_beginners_mistakes.py::test_whole_numbers_to_regress",
    "metrics.metric": "test_metrics.py::test_wrong_types_are_named",
    "distributed.join": "test_devices.py::test_a_wish_of_a_wrong_type",
    "vision": "test_vision.py::test_a_missing_package_is_named",
}
FOR_AS_LONG_AS_ASKED = {("training.fit", "epochs"), ("landscape.walks.descend", "steps")}
NO_ARGUMENTS = {
    "devices.describe", "evaluation.Stopped", "interrupts.Interrupts", "landscape.noise.example_slopes",
    "vision.torchvision",
}  # fmt: skip
# parts of the above that get what those have checked, so that a second check would only be slower
INSIDE = {
    "arguments": "the checks themselves",
    "batches": "of fit and evaluate, which give it loaders that `batches.check` has seen",
    "checkpoints.CheckpointError": "an exception",
    "diagnose.curves": "of diagnose",
    "diagnose.findings": "what diagnose returns",
    "diagnose.questions": "of diagnose",
    "distributed.Ranks": "made by join",
    "evaluation": "of fit, evaluate and predict",
    "landscape.curvature.point_of": "of gradient and hessian",
    "landscape.curvature.value_of": "of gradient and hessian",
    "losses.inputs": "the checks of the losses",
    "losses.refusals": "the checks of the losses",
    "models.parts": "the checks of the models",
    "nonfinite": "of fit",
    "optimizers.multi_tensor": "the base class of the optimizers",
    "optimizers.ranges": "the checks of the optimizers",
    "optimizers.run": "of the optimizers",
    "progress": "of fit",
    "run_state": "of fit",
    "running_mean": "of fit and evaluate",
}


def public() -> Iterator[str]:
    """Every class and function of course_lib that no underscore hides, by the module that defines it."""
    modules = [importlib.import_module(found.name) for found in pkgutil.walk_packages([str(ROOT)], "course_lib.")]
    for module in [course_lib, *modules]:
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__
            if own and (inspect.isclass(value) or inspect.isfunction(value)) and not name.startswith("_"):
                yield f"{module.__name__}.{name}".removeprefix("course_lib.")


def covers(table: Any, name: str) -> bool:
    return any(name == key or name.startswith(f"{key}.") for key in table)


def test_no_public_name_is_forgotten() -> None:
    names = set(public())
    assert len(names) > 100, "the walk finds them"
    forgotten = [name for name in names if not any(covers(t, name) for t in (CASES, ELSEWHERE, NO_ARGUMENTS, INSIDE))]
    assert not forgotten, f"give each a case here: {sorted(forgotten)}"
    for table in (CASES, ELSEWHERE, NO_ARGUMENTS, INSIDE):
        gone = [key for key in table if not any(covers([key], name) or key.startswith(f"{name}.") for name in names)]
        assert not gone, f"there is no such name any more: {gone}"


@pytest.mark.parametrize("name", sorted(NO_ARGUMENTS))
def test_these_take_no_argument(name: str) -> None:
    module, _, own = name.rpartition(".")
    value = getattr(importlib.import_module(f"course_lib.{module}"), own)
    if not (isinstance(value, type) and issubclass(value, Exception)):
        assert not inspect.signature(value).parameters


@pytest.mark.parametrize("place", sorted(set(ELSEWHERE.values())))
def test_the_tests_elsewhere_are_there(place: str) -> None:
    file, _, name = place.partition("::")
    assert f"def {name}(" in Path(__file__).with_name(file).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)  # a text may be a good path, and then something is written
    yield
    plt.close("all")


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_for_any_argument(name: str, data: st.DataObject) -> None:
    case = CASES[name]
    argument = data.draw(st.sampled_from(sorted(case.good)))
    value = data.draw(JUNK)
    # two thousand million epochs are no mistake that anybody could tell, and take as long as they take
    assume(not ((name, argument) in FOR_AS_LONG_AS_ASKED and isinstance(value, int) and value > 3))
    # fit and the optimizers have good values of their own, made anew for every call
    good = {key: given for key, given in case.good.items() if given is not None or name.startswith("plotting")}
    try:
        case.call(**{**good, argument: value})
    except Exception as error:
        told = str(error)
        if isinstance(value, Tensor) and value.is_meta and "meta" in told:
            return  # a tensor without numbers: torch says so itself
        assert isinstance(error, FITTING) or (isinstance(error, RuntimeError) and argument in ("device", "prefer")), (
            argument, value, error,
        )  # fmt: skip
        assert len(told) > 15 and any(word in told for word in (argument, *case.also)), (argument, value, told)
    finally:
        plt.close("all")
