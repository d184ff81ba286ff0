"""The losses against torch's, in value and gradient, and the messages for what a beginner gives them."""

import math
import re
from collections.abc import Callable, Iterator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from course_lib.losses import binary_cross_entropy, cross_entropy, mae, mse
from course_lib.losses.inputs import made_by

Loss = Callable[..., Tensor]
REDUCTIONS = st.sampled_from(["mean", "sum", "none"])
SHAPES = st.lists(st.integers(1, 5), min_size=0, max_size=3).map(tuple)
ALIKE: list[tuple[Loss, Loss]] = [
    (mse, functional.mse_loss),
    (mae, functional.l1_loss),
    (binary_cross_entropy, functional.binary_cross_entropy_with_logits),
]
pairs = pytest.mark.parametrize(("ours", "theirs"), ALIKE, ids=lambda loss: loss.__name__)


def assert_equal(ours: Loss, theirs: Loss, outputs: Tensor, target: Tensor, reduction: str, **options: float) -> None:
    """Equal to what torch computes in float64, to the precision of the dtype of the outputs.

    Torch's own float32 is no measure: its (1 - y) z - ln σ(z) has lost four digits at z = -1e4, y = 0.001.
    """
    results = []
    for loss, dtype in ((ours, outputs.dtype), (theirs, torch.float64)):
        leaf = outputs.to(dtype).requires_grad_()
        value = loss(leaf, target.to(dtype) if target.is_floating_point() else target, reduction=reduction, **options)
        # any direction will do, but the same
        direction = torch.linspace(1, 2, value.numel(), dtype=dtype).reshape(value.shape)
        results.append((value.detach().double(), torch.autograd.grad(value, leaf, direction)[0].double()))
    tolerance = {"rtol": 1e-5, "atol": 1e-6} if outputs.dtype == torch.float32 else {"rtol": 1e-12, "atol": 1e-12}
    for ours_is, theirs_is in zip(*results, strict=True):
        torch.testing.assert_close(ours_is, theirs_is, **tolerance)


@pairs
@settings(max_examples=40, deadline=None)
@given(shape=SHAPES, reduction=REDUCTIONS, scale=st.sampled_from([0.0, 1.0, 1e4]), seed=st.integers(0, 1000))
def test_equal_to_torch_number_by_number(
    ours: Loss, theirs: Loss, shape: tuple[int, ...], reduction: str, scale: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    outputs, target = scale * torch.randn(shape, generator=generator), torch.rand(shape, generator=generator)
    assert_equal(ours, theirs, outputs, target, reduction)
    assert_equal(ours, theirs, outputs.double(), target.round().double(), reduction)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 5),
    classes=st.integers(2, 6),
    rest=st.lists(st.integers(1, 3), max_size=2),
    reduction=REDUCTIONS,
    scale=st.sampled_from([0.0, 1.0, 1e4]),
    smoothing=st.sampled_from([0.0, 0.1, 0.9]),
    seed=st.integers(0, 1000),
)
def test_cross_entropy_equal_to_torch(
    rows: int, classes: int, rest: list[int], reduction: str, scale: float, smoothing: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = scale * torch.randn(rows, classes, *rest, generator=generator)
    target = torch.randint(classes, (rows, *rest), generator=generator)
    for dtype in (torch.float32, torch.float64):
        assert_equal(
            cross_entropy, functional.cross_entropy, logits.to(dtype), target, reduction, label_smoothing=smoothing
        )


def test_gradients_by_finite_differences() -> None:
    torch.manual_seed(0)
    outputs = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    target = torch.rand(4, 3, dtype=torch.float64)
    for loss in (mse, mae, binary_cross_entropy):
        assert torch.autograd.gradcheck(lambda x, loss=loss: loss(x, target), outputs)
    labels = torch.tensor([0, 2, 1, 1])
    for loss in (cross_entropy, lambda x, y: cross_entropy(x, y, label_smoothing=0.2)):
        assert torch.autograd.gradcheck(lambda x, loss=loss: loss(x, labels), outputs)
        assert torch.autograd.gradgradcheck(lambda x, loss=loss: loss(x, labels), outputs)
    assert torch.autograd.gradgradcheck(lambda x: binary_cross_entropy(x, target), outputs)


def test_where_the_formula_as_it_stands_fails() -> None:
    logits = torch.tensor([[1e4, 0.0], [-1e4, 0.0]])
    assert (-logits.exp() / logits.exp().sum(1, keepdim=True)).isnan().any()
    assert cross_entropy(logits, torch.tensor([1, 0])) == 1e4
    z, y = torch.tensor([20.0]), torch.tensor([0.0])
    assert (1 - z.sigmoid()).log().isinf().all()
    assert binary_cross_entropy(z, y).item() == pytest.approx(20)
    # the small losses keep their digits too
    assert binary_cross_entropy(z, 1 - y).item() == pytest.approx(math.log1p(math.exp(-20)))


def test_minus_infinity_rules_a_class_out() -> None:
    logits, labels = torch.tensor([[-math.inf, 1.0, 2.0]]), torch.tensor([1])
    assert_equal(cross_entropy, functional.cross_entropy, logits, labels, "mean")
    assert cross_entropy(logits, torch.tensor([0])).item() == math.inf
    assert functional.cross_entropy(logits, torch.tensor([0])).item() == math.inf


def test_half_precision_as_autocast_makes_it() -> None:
    torch.manual_seed(0)
    weights, x = torch.randn(3, 4), torch.randn(8, 4)
    labels, target = torch.randint(3, (8,)), torch.rand(8, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = functional.linear(x, weights)
        assert outputs.dtype == torch.bfloat16
        for ours, theirs, wanted in [
            *((o, t, target) for o, t in ALIKE),
            (cross_entropy, functional.cross_entropy, labels),
        ]:
            loss = ours(outputs, wanted)
            assert loss.dtype == torch.float32
            torch.testing.assert_close(loss, theirs(outputs.float(), wanted), rtol=1e-5, atol=1e-6)


def test_function_transforms_and_compilation_pass() -> None:
    torch.manual_seed(0)
    logits, labels, target = torch.randn(6, 3), torch.randint(3, (6,)), torch.rand(6, 3)

    def of_one(row: Tensor, label: Tensor) -> Tensor:
        return cross_entropy(row[None], label[None])

    each = torch.vmap(torch.func.grad(of_one))(logits, labels)
    leaf = logits.clone().requires_grad_()
    functional.cross_entropy(leaf, labels, reduction="sum").backward()
    torch.testing.assert_close(each, leaf.grad)
    for loss in (mse, mae, binary_cross_entropy):
        torch.testing.assert_close(torch.vmap(loss)(logits, target), torch.stack([*map(loss, logits, target)]))
    torch.testing.assert_close(
        torch.compile(cross_entropy, backend="eager")(logits, labels), cross_entropy(logits, labels)
    )


class TestProbabilitiesForLogits:
    logits = torch.randn(6, 10, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(6)

    def test_a_softmax_in_the_graph(self) -> None:
        for arrange in (lambda p: p, lambda p: p[:4], lambda p: p.T.T.contiguous(), lambda p: p.double().clone()):
            probabilities = arrange(self.logits.clone().requires_grad_().softmax(1))
            with pytest.raises(
                ValueError, match=r"applies softmax itself.*loss of 10 classes cannot fall under 1\.4612"
            ):
                cross_entropy(probabilities, self.labels[: len(probabilities)])

    def test_one_sample_is_enough_and_a_gpu_need_not_be_read(self) -> None:
        with pytest.raises(ValueError, match="came out of a softmax"):
            cross_entropy(self.logits[:1].requires_grad_().softmax(1), self.labels[:1])
        shapes_only = torch.empty(4, 3, device="meta", requires_grad=True).softmax(1)
        with pytest.raises(ValueError, match="came out of a softmax"):
            cross_entropy(shapes_only, torch.empty(4, dtype=torch.int64, device="meta"))

    def test_rows_that_sum_to_one(self) -> None:
        for classes in (2, 10, 5000):
            probabilities = torch.randn(3, classes).softmax(1)
            with pytest.raises(ValueError, match="sum to 1 like it"):
                cross_entropy(probabilities, self.labels[:3] % 2)

    def test_a_sigmoid_in_the_graph(self) -> None:
        logit = torch.randn(4, 1, requires_grad=True)
        for maker, outputs in (
            ("sigmoid", logit.sigmoid().squeeze(1)),
            ("logsigmoid", functional.logsigmoid(logit)[:, 0]),
            ("softmax", torch.cat((logit, -logit), 1).softmax(1)[:, 1]),
        ):
            with pytest.raises(ValueError, match=rf"out of a {maker}, but binary_cross_entropy .*under 0\.3133"):
                binary_cross_entropy(outputs, torch.ones(4))
        assert math.log(1 + 1 / math.e) == pytest.approx(0.3133, abs=5e-5)

    def test_no_false_alarm(self) -> None:
        equal_rows = torch.tensor([[0.25, 0.75]]).expand(4, 2)  # a network that gives its bias only
        one_row = torch.tensor([[0.25, 0.75]])
        labels = torch.zeros(4, dtype=torch.int64)
        for logits in (equal_rows, one_row, torch.zeros(4, 2), torch.full((4, 2), 0.5), self.logits[:4].log_softmax(1)):
            assert cross_entropy(logits, labels[: len(logits)]).isfinite()
        # scores after a softmax inside the network, as attention has it, are scores
        inside = self.logits.clone().requires_grad_().softmax(1) @ torch.randn(10, 3)
        assert cross_entropy(inside, self.labels % 3).isfinite()
        torch.manual_seed(0)
        for _ in range(2000):
            for rows in (1, 2, 8):
                cross_entropy(torch.rand(rows, 2), torch.zeros(rows, dtype=torch.int64))

    def test_log_softmax_twice_changes_nothing(self) -> None:
        torch.testing.assert_close(
            cross_entropy(self.logits.log_softmax(1), self.labels), cross_entropy(self.logits, self.labels)
        )

    def test_made_by_looks_through_arranging_only(self) -> None:
        x = torch.randn(4, 3, requires_grad=True)
        assert made_by(x) == "" and made_by(x.detach().softmax(1)) == ""
        assert made_by(x.softmax(1).unsqueeze(0).transpose(1, 2)[0, :, torch.tensor([0, 1])]) == "Softmax"
        assert made_by(x.softmax(1) * 2) == "Mul"


@pairs
def test_shapes_that_would_broadcast_by_accident(ours: Loss, theirs: Loss) -> None:
    name = "logits" if ours is binary_cross_entropy else "prediction"
    says = f"{name} has shape (4, 1), target has (4,): each {name} would meet every target; make the shapes equal: "
    with pytest.raises(ValueError, match=re.escape(f"{says}{name}.squeeze(-1)")):
        ours(torch.zeros(4, 1), torch.zeros(4))
    with pytest.raises(ValueError, match=r"target\.squeeze\(-1\)"):
        ours(torch.zeros(4), torch.zeros(4, 1))
    for shape in ((3,), (1,), (), (1, 4)):
        with pytest.raises(ValueError, match=re.escape(f"target has {shape}")):
            ours(torch.zeros(4), torch.zeros(shape))
    with pytest.raises(ValueError, match="one target for each number in"):
        ours(torch.zeros(4, 1), torch.zeros(1, 4))


@pairs
def test_number_losses_refuse_other_dtypes(ours: Loss, theirs: Loss) -> None:
    for dtype in (torch.int64, torch.bool, torch.float64, torch.bfloat16):
        with pytest.raises(TypeError, match=rf"target is {dtype}.*target\.to\(torch\.float32\)"):
            ours(torch.zeros(4), torch.zeros(4, dtype=dtype))


class TestLabels:
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))

    @pytest.mark.parametrize("dtype", [torch.float32, torch.int32, torch.uint8, torch.bool], ids=str)
    def test_of_a_wrong_dtype(self, dtype: torch.dtype) -> None:
        with pytest.raises(TypeError, match=rf"torch\.int64, got {dtype}; take target\.long\(\)"):
            cross_entropy(self.logits, torch.zeros(4, dtype=dtype))

    @pytest.mark.parametrize("dtype", [torch.float32, torch.int64], ids=str)
    def test_that_are_one_hot(self, dtype: torch.dtype) -> None:
        one_hot = functional.one_hot(torch.tensor([0, 1, 2, 0])).to(dtype)
        with pytest.raises(ValueError, match=r"shape \(4,\), got shape \(4, 3\).*one-hot.*target\.argmax\(1\)"):
            cross_entropy(self.logits, one_hot)
        assert cross_entropy(self.logits, one_hot.argmax(1)).isfinite()

    def test_of_a_wrong_shape(self) -> None:
        with pytest.raises(ValueError, match=r"target\.squeeze\(1\)"):
            cross_entropy(self.logits, torch.zeros(4, 1, dtype=torch.int64))
        with pytest.raises(ValueError, match="same batch"):
            cross_entropy(self.logits, torch.zeros(3, dtype=torch.int64))
        with pytest.raises(ValueError, match=r"a single sample is logits\[None\]"):
            cross_entropy(self.logits[0], torch.tensor(0))
        with pytest.raises(ValueError, match="whose probability is always 1: two classes by one score"):
            cross_entropy(self.logits[:, :1], torch.zeros(4, dtype=torch.int64))

    @pytest.mark.parametrize(
        ("labels", "fix"),
        [
            ([1, 2, 3, 1], r"from 1 to 3, but 3 classes are numbered 0 to 2; numbered from 1\? take target - 1"),
            ([0, 7, 3, 1], "is logits as wide as needed"),
            ([-1, 0, 1, 2], "from -1 to 2"),
            ([-100, 0, 1, 2], r"to 2; -100 marks samples to leave out: keep = target != -100"),
            ([-100] * 4, "every sample is to be left out"),
        ],
    )
    def test_out_of_range(self, labels: list[int], fix: str) -> None:
        target = torch.tensor(labels)
        with pytest.raises(ValueError, match=re.escape(f"{min(labels)} to {max(labels)}")) as error:
            cross_entropy(self.logits, target)
        assert re.search(fix, str(error.value)) if "?" not in fix else "take target - 1" in str(error.value)

    def test_of_two_classes_out_of_range(self) -> None:
        with pytest.raises(ValueError, match=r"numbers from -1 to 1; -1 and 1 become so by \(target \+ 1\) / 2"):
            binary_cross_entropy(torch.zeros(2), torch.tensor([-1.0, 1.0]))
        with pytest.raises(ValueError, match="from 0 to 2"):
            binary_cross_entropy(torch.zeros(2), torch.tensor([0.0, 2.0]))


class TestEveryLoss:
    losses = pytest.mark.parametrize("loss", [mse, mae, binary_cross_entropy, cross_entropy], ids=lambda f: f.__name__)

    def target_of(self, loss: Loss, rows: int = 4) -> Tensor:
        return torch.zeros(rows, dtype=torch.int64) if loss is cross_entropy else torch.zeros(rows, 3)

    @losses
    @pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
    @pytest.mark.parametrize("bad", [math.nan, math.inf])
    def test_nan_is_traced(self, loss: Loss, reduction: str, bad: float) -> None:
        outputs = torch.zeros(4, 3)
        outputs[2, 1] = bad
        if loss is not cross_entropy and bad == math.inf:  # as in torch: no NaN, and nothing to explain
            assert loss(outputs, self.target_of(loss), reduction).max() == math.inf
            return
        with pytest.raises(FloatingPointError, match=rf"holds {bad} at \(2, 1\), 1 in all.*learning rate"):
            loss(outputs, self.target_of(loss), reduction)

    def test_infinity_where_it_makes_a_nan(self) -> None:
        assert functional.binary_cross_entropy_with_logits(torch.tensor(math.inf), torch.tensor(1.0)).isnan()
        with pytest.raises(FloatingPointError, match=r"logits holds inf at \(\), 1 in all"):
            binary_cross_entropy(torch.tensor(math.inf), torch.tensor(1.0))

    @pairs
    def test_nan_in_the_target(self, ours: Loss, theirs: Loss) -> None:
        with pytest.raises(FloatingPointError, match=r"is finite; the loss is NaN, as target holds nan at \(0,\)"):
            ours(torch.zeros(2), torch.tensor([math.nan, 1.0]))

    @losses
    def test_an_empty_batch(self, loss: Loss) -> None:
        with pytest.raises(ValueError, match=r"empty batch, of shape \(0, 3\)"):
            loss(torch.zeros(0, 3), self.target_of(loss, 0))

    @losses
    @pytest.mark.parametrize("reduction", ["average", "", None, True])
    def test_an_unknown_reduction(self, loss: Loss, reduction: str) -> None:
        with pytest.raises(ValueError, match=re.escape(f"'mean', 'sum' or 'none', got {reduction!r}")):
            loss(torch.zeros(4, 3), self.target_of(loss), reduction)

    @losses
    def test_no_tensors(self, loss: Loss) -> None:
        with pytest.raises(TypeError, match="should be a tensor, got list"):
            loss([[0.0, 1.0]], torch.tensor([1]))
        with pytest.raises(TypeError, match="target should be a tensor, got int"):
            loss(torch.zeros(1, 2), 1)

    @losses
    def test_outputs_that_are_no_numbers_of_a_model(self, loss: Loss) -> None:
        with pytest.raises(TypeError, match=r"floating point, got torch\.int64"):
            loss(torch.zeros(4, 3, dtype=torch.int64), self.target_of(loss))

    @losses
    def test_model_and_data_on_two_devices(self, loss: Loss) -> None:
        with pytest.raises(ValueError, match=r"is on meta, target is on cpu.*target\.to\('meta'\)"):
            loss(torch.zeros(4, 3, device="meta"), self.target_of(loss))

    @losses
    def test_no_number_is_read_on_another_device(self, loss: Loss) -> None:
        # the meta device has no numbers: whatever read one would raise
        assert loss(torch.empty(4, 3, device="meta"), self.target_of(loss).to("meta")).is_meta


DTYPES = st.sampled_from(
    [torch.float32, torch.float64, torch.float16, torch.int64, torch.int32, torch.bool, torch.uint8]
)
SOME_SHAPE = st.lists(st.integers(0, 4), max_size=3).map(tuple)


@settings(max_examples=300, deadline=None)
@given(
    loss=st.sampled_from([mse, mae, binary_cross_entropy, cross_entropy]),
    shapes=st.tuples(SOME_SHAPE, SOME_SHAPE),
    dtypes=st.tuples(DTYPES, DTYPES),
    fill=st.sampled_from([0, 1, 2, -1, -100, math.nan, math.inf, -math.inf]),
)
def test_whatever_comes_in_is_worked_on_or_refused_by_name(
    loss: Loss, shapes: tuple[tuple[int, ...], ...], dtypes: tuple[torch.dtype, ...], fill: float
) -> None:
    outputs = torch.zeros(shapes[0]).to(dtypes[0])
    target = torch.full(shapes[1], fill).nan_to_num(7 if not dtypes[1].is_floating_point else math.nan).to(dtypes[1])
    name = "prediction" if loss in (mse, mae) else "logits"
    try:
        value = loss(outputs, target)
    except (TypeError, ValueError, FloatingPointError) as error:
        assert name in str(error) or "target" in str(error)
        assert re.search("should|shape|convert|classes are numbered|holds|empty", str(error))
    else:
        assert value.shape == () and not value.isnan()
        assert target.shape in (outputs.shape, outputs.shape[:1] + outputs.shape[2:])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
class TestOnAGPU:
    @pytest.fixture(autouse=True)
    def _never_wait(self) -> Iterator[None]:
        torch.cuda.set_sync_debug_mode("error")
        yield
        torch.cuda.set_sync_debug_mode("default")

    @pytest.mark.parametrize(("ours", "theirs"), [*ALIKE, (cross_entropy, functional.cross_entropy)])
    def test_same_value_without_waiting(self, ours: Loss, theirs: Loss) -> None:
        torch.manual_seed(0)
        outputs = torch.randn(64, 10, device="cuda", requires_grad=True)
        labels = torch.randint(10, (64,), device="cuda")
        target = labels if ours is cross_entropy else torch.rand(64, 10, device="cuda")
        gradients, values = [], []
        for loss in (ours, theirs):
            values.append(loss(outputs, target))
            gradients.append(torch.autograd.grad(values[-1], outputs)[0])
        torch.cuda.set_sync_debug_mode("default")
        torch.testing.assert_close(*values)
        torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, math.nan])
def test_label_smoothing_out_of_range(smoothing: float) -> None:
    with pytest.raises(ValueError, match=r"from 0 to under 1|label_smoothing should be a finite number, got nan"):
        cross_entropy(torch.zeros(1, 2), torch.tensor([0]), label_smoothing=smoothing)
