"""The table of beginners' mistakes: one test each, with the message that pages show, or with what happens in silence.

`loop` is what a learner writes by hand; `fit` and `evaluate` are what speaks up where torch does not.
"""

import copy
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from course_lib import optimizers
from course_lib.checkpoints import CheckpointError, load, save
from course_lib.datasets import digits
from course_lib.losses import binary_cross_entropy, cross_entropy, mse
from course_lib.mistakes import check_loss
from course_lib.models import MLP, Linear, SigmoidSum, SoftmaxRegression
from course_lib.state_dicts import load_model, load_optimizer
from course_lib.training import evaluate, fit, predict

TABLE = digits()
X, Y = TABLE.x[:96] / 16, TABLE.y[:96]


def net(*last: nn.Module, outputs: int = 10) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, outputs), *last)


def trained(
    model: nn.Module, loss: Any, x: Any = X, y: Any = Y, *, epochs: int = 1, lr: float = 0.1, **options: Any
) -> nn.Module:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    fit(model, [(x, y)], loss, optimizer, epochs=epochs, device="cpu", progress=False, **options)
    return model


def refused(kind: type[Exception], told: str, *calls: Callable[[], Any]) -> None:
    for call in calls:
        with pytest.raises(kind, match=told):
            call()


def name_of(loss: object) -> str:
    """A name without an address: the workers of the tests have to agree on it."""
    return getattr(loss, "__qualname__", type(loss).__name__)


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), functional.cross_entropy, cross_entropy], ids=name_of)
def test_softmax_before_cross_entropy(loss: Any) -> None:
    # torch alone says nothing, and its loss cannot fall under ln(1 + 9/e) = 1.4612
    perfect = functional.one_hot(Y, 10).float()
    assert functional.cross_entropy(perfect, Y).item() == pytest.approx(math.log(1 + 9 / math.e), abs=1e-6)
    told = (
        r"logits came out of a softmax, or sum to 1 like it, but \w+ applies softmax itself: after two, the loss of 10 "
        r"classes cannot fall under 1\.4612\. Give it the last layer's output"
    )
    model = net(nn.Softmax(1))
    refused(ValueError, told, lambda: trained(model, loss), lambda: evaluate(model, [(X, Y)], loss))


@pytest.mark.parametrize("loss", [nn.BCEWithLogitsLoss(), binary_cross_entropy], ids=name_of)
def test_sigmoid_before_its_cross_entropy(loss: Any) -> None:
    told = r"logits came out of a sigmoid, but \w+ applies the sigmoid itself.*cannot fall under 0\.3133"
    model = net(nn.Sigmoid(), nn.Flatten(0), outputs=1)
    refused(ValueError, told, lambda: trained(model, loss, y=(Y > 4).float()))


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), functional.cross_entropy, cross_entropy], ids=name_of)
@pytest.mark.parametrize("dtype", [torch.float32, torch.int32], ids=str)
def test_labels_that_are_no_class_numbers(loss: Any, dtype: torch.dtype) -> None:
    told = rf"target should be class numbers, torch\.int64, got {dtype}; take target\.long\(\)"
    model, y = net(), Y.to(dtype)
    refused(TypeError, told, lambda: trained(model, loss, y=y), lambda: evaluate(model, [(X, y)], loss))
    assert trained(net(), loss, y=y.long())


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), cross_entropy], ids=name_of)
def test_one_hot_labels(loss: Any) -> None:
    one_hot = functional.one_hot(Y, 10)
    told = r"target should be one class number per sample, shape \(96,\), got shape \(96, 10\).*target\.argmax\(1\)"
    refused(ValueError, told, lambda: trained(net(), loss, y=one_hot))
    # as floating point they are probabilities: torch takes them, and rightly, and ours keeps to class numbers
    if loss is cross_entropy:
        refused(ValueError, told, lambda: trained(net(), loss, y=one_hot.float()))
    else:
        assert loss(net()(X), one_hot.float()).item() == pytest.approx(loss(net()(X), Y).item(), rel=1e-6)


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), functional.cross_entropy, cross_entropy], ids=name_of)
def test_labels_from_1(loss: Any) -> None:
    told = re.escape(
        "target holds class numbers from 1 to 10, but 10 classes are numbered 0 to 9; numbered from 1? take target - 1"
    )
    model = net()
    refused(ValueError, told, lambda: trained(model, loss, y=Y + 1), lambda: evaluate(model, [(X, Y + 1)], loss))
    with pytest.raises(ValueError, match=told):  # in a later batch, where torch says "Target 10 is out of bounds."
        fit(model, [(X, Y), (X, Y + 1)], loss, torch.optim.SGD(model.parameters(), lr=0.1), epochs=1, progress=False)


def test_labels_that_are_all_left_out() -> None:
    ignored = torch.full_like(Y, -100)
    assert functional.cross_entropy(net()(X), ignored).isnan(), "torch: NaN, and no error"
    told = "every label is -100, which cross-entropy ignores: a mean over no samples is 0 / 0"
    refused(FloatingPointError, told, lambda: trained(net(), nn.CrossEntropyLoss(), y=ignored))
    refused(ValueError, "every sample is to be left out: -100", lambda: trained(net(), cross_entropy, y=ignored))
    some = Y.masked_fill(Y == 3, -100)  # a few are what -100 is for
    assert trained(net(), nn.CrossEntropyLoss(), y=some)


def test_a_forgotten_zero_grad() -> None:
    # Summing the gradients of several batches on purpose looks the same, so nobody can tell; `fit` never does it.
    model = net()
    nn.CrossEntropyLoss()(model(X), Y).backward()
    once = [p.grad.clone() for p in model.parameters() if p.grad is not None]
    nn.CrossEntropyLoss()(model(X), Y).backward()
    for p, gradient in zip(model.parameters(), once, strict=True):
        torch.testing.assert_close(p.grad, 2 * gradient)
    left_over, clean = trained(model, nn.CrossEntropyLoss()), trained(net(), nn.CrossEntropyLoss())
    assert all(map(torch.equal, left_over.parameters(), clean.parameters())), "fit forgets the old gradients"


def test_a_step_without_backward() -> None:
    model = net()
    before = copy.deepcopy(model.state_dict())
    torch.optim.SGD(model.parameters(), lr=0.1).step()  # torch: nothing happens, and nothing is said
    told = r"no parameter of this optimizer has a gradient, so step\(\) changed nothing: call loss\.backward\(\) before"
    for kind in (optimizers.GradientDescent, optimizers.Momentum, optimizers.Adam):
        with pytest.warns(UserWarning, match=told):
            kind(model.parameters(), lr=0.1).step()
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_an_optimizer_of_another_model() -> None:
    model, other = net(), net()
    with pytest.raises(ValueError, match="the optimizer holds no trainable parameter of this model, but another"):
        fit(model, [(X, Y)], cross_entropy, torch.optim.SGD(other.parameters(), lr=0.1), epochs=1, progress=False)


def test_a_loss_cut_off_from_the_model() -> None:
    told = r"the loss does not depend on the model's parameters.*is there an argmax, a \.detach\(\), an \.item\(\)"
    refused(ValueError, told, lambda: trained(net(), lambda o, t: (o.argmax(1) == t).float().mean()))


def test_model_and_data_on_two_devices() -> None:
    # the meta device stands for a GPU: it is another device, on every machine
    for model in (MLP((64, 10)), Linear(64), SoftmaxRegression(64, 10), SigmoidSum(64, 3)):
        told = r"x is on cpu, the model is on meta: move each batch there, x\.to\('meta'\)"
        refused(ValueError, told, lambda model=model: model.to("meta")(X))
    told = r"logits is on meta, target is on cpu: move each batch to where the model is, target\.to\('meta'\)"
    refused(ValueError, told, lambda: cross_entropy(torch.zeros(96, 10, device="meta"), Y))


def test_a_part_of_the_model_that_did_not_move() -> None:
    class Forgotten(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [nn.Linear(64, 10, device="meta")]  # a plain list: its layers are not the model's
            self.last = nn.Linear(10, 10)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.last(self.layers[0](x))
            return out

    told = r"parameters and the batch are on cpu, but the model holds or makes a tensor elsewhere.*nn\.ModuleList"
    model = Forgotten()
    refused(RuntimeError, told, lambda: trained(model, cross_entropy), lambda: predict(model, X))


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_fit_moves_model_and_data_to_the_gpu() -> None:
    model = net()
    fit(model, [(X, Y)], cross_entropy, torch.optim.SGD(model.parameters(), lr=0.1), epochs=1, progress=False)
    assert next(model.parameters()).is_cuda
    with pytest.raises(RuntimeError, match="same device"):
        model(X)


def test_train_and_eval_mode() -> None:
    model = net(nn.Dropout(0.5))
    assert not torch.equal(model(X), model(X)), "in train mode dropout draws anew each time: no error, other outputs"
    outputs = predict(model, X)
    assert torch.equal(outputs, predict(model, X)) and model.training
    assert torch.equal(outputs, model.eval()(X))
    trained(model, nn.CrossEntropyLoss())
    assert model.training, "fit sets a model that was left in eval mode to train"


@pytest.mark.parametrize("loss", [nn.MSELoss(), functional.mse_loss, nn.L1Loss(), nn.HuberLoss(), mse], ids=name_of)
def test_n_by_1_against_n(loss: Any) -> None:
    y = X.sum(1)
    told = r"\w+ has shape \(96, 1\), target has \(96,\): each \w+ would meet every target; .*\.squeeze\(-1\)"
    model = net(outputs=1)
    refused(ValueError, told, lambda: trained(model, loss, y=y), lambda: evaluate(model, [(X, y)], loss))
    assert trained(net(nn.Flatten(0), outputs=1), loss, y=y, lr=1e-4)


def test_whole_numbers_to_regress() -> None:
    told = r"target is torch\.int64, outputs torch\.float32: convert with target\.to\(outputs\.dtype\)"
    refused(TypeError, told, lambda: trained(net(nn.Flatten(0), outputs=1), nn.MSELoss()))
    assert check_loss(nn.PoissonNLLLoss(), X, Y) is None, "other losses judge for themselves"
    assert check_loss(nn.MSELoss(), [X], Y) is None


@pytest.mark.parametrize(
    ("model", "shape"),
    [(nn.Linear(64, 10), (96, 64)), (nn.Sequential(nn.Conv2d(1, 10, 8), nn.Flatten()), (96, 1, 8, 8))],
    ids=["linear", "convolution"],
)
@pytest.mark.parametrize("dtype", [torch.float64, torch.uint8], ids=str)
def test_inputs_of_another_dtype(model: nn.Module, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    x = (X * 16).reshape(shape).to(dtype)
    scale = " / 255" if dtype == torch.uint8 else ""
    told = f"the inputs are {dtype}, the model's parameters torch.float32: convert with inputs.to(torch.float32){scale}"
    refused(
        TypeError,
        re.escape(told),
        lambda: trained(model, nn.CrossEntropyLoss(), x),
        lambda: evaluate(model, [(x, Y)], nn.CrossEntropyLoss()),
        lambda: predict(model, x),
    )
    with pytest.raises(
        TypeError, match=rf"x is {dtype}, the model's parameters are torch\.float32; convert with x\.to"
    ):
        MLP((64, 10))((X * 16).to(dtype))


def test_pictures_for_a_linear_layer() -> None:
    pictures = X.reshape(96, 8, 8)
    told = r"the inputs, of shape \(96, 8, 8\), do not fit the model \(mat1 and mat2 .*nn\.Flatten\(\) before it"
    refused(ValueError, told, lambda: trained(net(), cross_entropy, pictures))
    assert trained(nn.Sequential(nn.Flatten(), net()), cross_entropy, pictures)


def test_an_error_of_the_models_own_stays_as_it_is() -> None:
    class Broken(nn.Linear):
        def forward(self, x: Any) -> Tensor:
            raise ValueError("my own")

    refused(ValueError, "^my own$", lambda: trained(Broken(64, 10), cross_entropy))
    refused(ValueError, "^my own$", lambda: trained(Broken(64, 10), cross_entropy, {"x": X}))


def test_a_loss_that_is_nan() -> None:
    x = X.clone()
    x[5, 7] = math.nan
    assert functional.mse_loss(x, X).isnan(), "torch: NaN, and no error"
    told = r"the loss is nan at step 1 \(epoch 1\)(?s:.*)likely cause: 1 of the inputs' numbers are NaN or infinite"
    refused(FloatingPointError, told, lambda: trained(net(), nn.CrossEntropyLoss(), x))
    told = r"the loss grew from step to step: the learning rate is too large; take a tenth of it"
    refused(
        FloatingPointError, told, lambda: trained(nn.Linear(64, 10), nn.MSELoss(), y=X[:, :10], epochs=99, lr=100.0)
    )


def test_an_optimizers_state_of_another_width() -> None:
    wide, narrow = nn.Linear(3, 1), nn.Linear(2, 1)
    optimizer = torch.optim.Adam(wide.parameters())
    wide(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    theirs = torch.optim.Adam(narrow.parameters())
    theirs.load_state_dict(optimizer.state_dict())  # torch: nothing yet
    narrow(torch.ones(1, 2)).sum().backward()
    refused(RuntimeError, "size of tensor", theirs.step)
    told = r"the state is for other parameters: exp_avg of parameter 0 has shape \(1, 3\), the parameter \(1, 2\)"
    refused(
        CheckpointError,
        told,
        lambda: load_optimizer(torch.optim.Adam(narrow.parameters()), optimizer.state_dict()),
    )
    ours = optimizers.Adam(narrow.parameters())
    told = r"exp_avg of parameter 0 has shape \(1, 3\), the parameter \(1, 2\): make the model as wide as the one"
    refused(ValueError, told, lambda: ours.load_state_dict(optimizer.state_dict()))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_checkpoint(share: float, tmp_path: Path) -> None:
    path = tmp_path / "run.pt"
    save({"model": net().state_dict()}, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    refused(CheckpointError, r"run\.pt \(\d+ bytes\) is no checkpoint, or only a part of one", lambda: load(path))


def test_module_before_every_name() -> None:
    model, fresh = net(), net()
    nn.init.zeros_(fresh[0].weight)
    parallel = {f"module.{name}": value for name, value in model.state_dict().items()}
    refused(RuntimeError, "Missing key", lambda: fresh.load_state_dict(parallel))
    load_model(fresh, parallel)
    assert all(map(torch.equal, fresh.parameters(), model.parameters()))


def test_what_check_loss_lets_pass_and_what_not() -> None:
    cross = nn.CrossEntropyLoss()
    check_loss(cross, torch.zeros(3), torch.tensor(1))  # a single sample, with no batch
    check_loss(cross, torch.zeros(2, 3), torch.full((2, 3), 1 / 3))  # a probability for each class
    refused(ValueError, re.escape("shape (2,), got shape (3,): are both from the same batch?"),
            lambda: check_loss(cross, torch.zeros(2, 3), torch.zeros(3, dtype=torch.int64)))  # fmt: skip


def test_an_error_of_the_model_itself_stays_what_it_is() -> None:
    class Own(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise ValueError("an error of my own")

    refused(ValueError, "an error of my own", lambda: predict(Own(), torch.zeros(2, 1)))


def test_weights_that_are_no_tensors_are_named() -> None:
    refused(TypeError, re.escape("state['bias'] should be a tensor, got float"),
            lambda: load_model(nn.Linear(1, 1), {"weight": torch.zeros(1, 1), "bias": 0.5}))  # type: ignore[dict-item]  # fmt: skip
