"""Explorables in a reader's browser: their numbers are course_lib's, and everybody can operate them.

How they look, and what axe finds in them, belongs to the visit of their page (`visits.py`).
"""

import ast
import functools
import gzip
import itertools
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from engine import DOCS, LANGUAGES, page_files
from playwright.sync_api import Browser, Locator, Page, expect
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from course_lib import landscape, schedules
from course_lib.landscape import bumpy, classify, descend, eigenvalues, gradient, hessian, in_batches
from course_lib.models import SigmoidSum
from course_lib.optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, RMSProp

SCRIPTS = sorted((DOCS / "theme" / "assets" / "javascripts" / "explorables").glob("*.js"))
SHARED = {"start", "explorable"}


class Place(NamedTuple):
    """Where an explorable stands: its module, the page, the figure that stands there without scripts."""

    module: str
    page: str
    figure: str


PLACES = {  # by the id on the page
    "try-adaptive": Place("walks", "training/adaptive-learning-rate/", "F56"),
    "try-backward": Place("backward", "backprop/backpropagation/", "F39"),
    "try-batches": Place("walks", "training/batch-size/", "F47"),
    "try-convolution": Place("convolution", "pytorch/convolution/", "F24"),
    "try-descent": Place("descent", "basics/gradient-descent/", "F05"),
    "try-momentum": Place("walks", "training/momentum/", "F54"),
    "try-schedules": Place("walks", "training/scheduling/", "F58"),
    "try-sigmoid": Place("sigmoid", "deep/curves-to-networks/", "F10"),
    "try-softmax": Place("softmax", "classification/softmax-cross-entropy/", "F60"),
    "try-walks": Place("walks", "training/critical-points/", "F42"),
}
IDS = sorted(PLACES)
CHOOSER = "/"  # the lightest page of the site, for tests that ask a module's functions and need no page around them
# one place of each module; on this one of `walks` all its sliders matter, once all optimisers are chosen
ONE_EACH = [place for place in IDS if PLACES[place].module != "walks" or place == "try-batches"]


@contextmanager
def opened(browser: Browser, url: str, **context: Any) -> Iterator[Page]:
    """A page whose scripts must say nothing."""
    given = browser.new_context(**context)
    page = given.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    yield page
    assert said == []
    given.close()


def explorable(page: Page, place: str) -> Locator:
    """The explorable, ready to use and on the screen."""
    found = page.locator(f"#{place}[data-state=ready]")
    found.wait_for()
    found.scroll_into_view_if_needed()
    return found


def where(address: str, place: str, language: str = "en", query: str = "") -> str:
    return f"{address}/{language}/{PLACES[place].page}{query}"


def movable(found: Locator) -> list[Locator]:
    """The sliders that matter with the present settings."""
    return [slider for slider in found.get_by_role("slider").all() if slider.is_enabled()]


def drawn(found: Locator) -> list[str]:
    return [picture.inner_html() for picture in found.locator("svg.explorable-picture").all()]


def answer(page: Page, name: str, expression: str, settings: object) -> Any:
    """What `expression` of a module's functions `m` gives for the settings `s`."""
    module = f"/en/assets/javascripts/explorables/{name}.js"
    return page.evaluate(f"async (s) => {{ const m = await import('{module}'); return {expression}; }}", settings)


def into_its_range(slider: Locator) -> tuple[str, str]:
    """The arrow key that moves a slider away from its nearer end, and the one that moves it back."""
    at_the_start = slider.input_value() == slider.get_attribute("min")
    return ("ArrowRight", "ArrowLeft") if at_the_start else ("ArrowLeft", "ArrowRight")


def test_each_explorable_of_a_page_has_a_module_and_each_module_a_test() -> None:
    for language in LANGUAGES:
        used = {}
        for path in page_files():
            if path.is_relative_to(DOCS / language):
                for tag in re.findall(r'<div class="explorable"[^>]*>', path.read_text(encoding="utf-8")):
                    place, module = (re.findall(rf'\b{key}="([\w-]+)"', tag)[-1] for key in ("id", "data-explorable"))
                    assert place not in used, f"{place} stands twice"
                    used[place] = (module, path.relative_to(DOCS / language).with_suffix("").as_posix() + "/")
        assert used == {place: (module, page) for place, (module, page, _) in PLACES.items()}
    assert {place.module for place in PLACES.values()} == {script.stem for script in SCRIPTS} - SHARED


def test_descent_walks_as_course_lib_does(browser: Browser, address: str) -> None:
    draw = random.Random(0)
    asked = [[draw.uniform(-1.8, 1.8), 10 ** draw.uniform(-3, 0), draw.randint(0, 60)] for _ in range(400)]
    with opened(browser, address + CHOOSER) as page:
        paths = answer(page, "descent", "s.map(([w, lr, n]) => m.descend(w, lr, n))", asked)
        compared = 0
        for (start, lr, steps), walked in zip(asked, paths, strict=True):
            first = torch.tensor([start], dtype=torch.float64)
            path = descend(bumpy, lambda params, lr=lr: GradientDescent(params, lr=lr), first, steps).squeeze(1)
            assert len(walked) == len(path) == steps + 1
            theirs = torch.tensor(walked, dtype=torch.float64)
            # A step multiplies a difference by |1 - lr L''(w)|: where a walk magnifies the last bit of a number past
            # 1e-9, in chaos or on the way to infinity, no two programs that round differently can agree on it.
            magnified = (1 - lr * (12 * path[:-1] ** 2 - 4)).abs().cumprod(0)
            told = torch.cat([torch.ones(1), (magnified < 1e5).double().cumprod(0)]).bool()
            assert torch.allclose(theirs[told], path[told], rtol=1e-9, atol=1e-9), (start, lr, steps)
            compared += bool(told.all())
            # each single step agrees even there
            near = path[:-1].abs() < 1e3
            ones = path[:-1][near]
            points = descend_once(page, ones.tolist(), lr)
            assert torch.allclose(points, path[1:][near], rtol=1e-9, atol=1e-9), (start, lr, steps)
        assert compared >= 100


def descend_once(page: Page, starts: list[float], lr: float) -> torch.Tensor:
    points = answer(page, "descent", "s.starts.map((w) => m.descend(w, s.lr, 1)[1])", {"starts": starts, "lr": lr})
    return torch.tensor(points, dtype=torch.float64)


def test_loss_slope_and_valleys_are_those_of_bumpy(browser: Browser, address: str) -> None:
    grid = torch.linspace(-2, 2, 201, dtype=torch.float64)[:, None]
    with opened(browser, address + CHOOSER) as page:
        losses, slopes = answer(page, "descent", "[s.map(m.loss), s.map(m.slope)]", grid.squeeze(1).tolist())
        assert torch.allclose(torch.tensor(losses, dtype=torch.float64), bumpy(grid), rtol=0, atol=1e-9)
        expected = torch.cat([gradient(bumpy, point) for point in grid])
        assert torch.allclose(torch.tensor(slopes, dtype=torch.float64), expected, rtol=0, atol=1e-9)
        places = answer(page, "descent", "m.places", None)
        points = {name: torch.tensor([w], dtype=torch.float64) for name, w in places.items()}
        kinds = {name: classify(bumpy, point) for name, point in points.items()}
        assert kinds == {"global": "minimum", "local": "minimum", "hilltop": "maximum"}
        assert bumpy(points["global"]) < bumpy(points["local"]) < bumpy(points["hilltop"])


Walk = dict[str, Any]
ENOUGH = 30  # walks to compare, of each optimiser on each surface
WALKERS: dict[str, Callable[[list[Tensor], Walk], Optimizer]] = {
    "gd": lambda params, s: GradientDescent(params, s["lr"], s["decay"]),
    "momentum": lambda params, s: Momentum(params, s["lr"], s["momentum"], s["decay"]),
    "adagrad": lambda params, s: Adagrad(params, s["lr"], "sum", weight_decay=s["decay"]),
    "adamean": lambda params, s: Adagrad(params, s["lr"], "mean", weight_decay=s["decay"]),
    "rmsprop": lambda params, s: RMSProp(params, s["lr"], s["keep"], weight_decay=s["decay"]),
    "adam": lambda params, s: Adam(params, s["lr"], (s["momentum"], s["keep"]), weight_decay=s["decay"]),
    "adamw": lambda params, s: AdamW(params, s["lr"], (s["momentum"], s["keep"]), weight_decay=s["decay"]),
}
PLANS: dict[str, Callable[[Walk], schedules.Schedule]] = {
    "constant": lambda s: schedules.constant(),
    "step": lambda s: schedules.step_decay(every=50, gamma=0.1),
    "exponential": lambda s: schedules.exponential(0.98),
    "cosine": lambda s: schedules.cosine(200 - s["warmup"]),
    "root": lambda s: schedules.inverse_square_root(),
}
SURFACES = [
    surface for surface in vars(landscape).values() if isinstance(surface, landscape.Surface) and surface.dimension == 2
]


def schedule_of(s: Walk) -> schedules.Schedule:
    then = PLANS[s["plan"]](s)
    return schedules.warm_up(s["warmup"], then) if s["warmup"] else then


def walked(surface: landscape.Surface, name: str, s: Walk, disturbance: float = 0.0) -> Tensor:
    """The walk of course_lib; a disturbance is put on each point, as rounding with fewer digits would."""
    generator = torch.Generator().manual_seed(0)

    def make(params: list[Tensor]) -> Optimizer:
        optimizer = WALKERS[name](params, s)
        schedule = LambdaLR(optimizer, schedule_of(s))

        def after(*_: object) -> None:
            schedule.step()
            if disturbance:
                with torch.no_grad():
                    push = disturbance * torch.randn(2, generator=generator, dtype=torch.float64)
                    params[0] += push * (1 + params[0].abs())

        optimizer.register_step_post_hook(after)
        return optimizer

    start = torch.tensor([s["w1"], s["w2"]], dtype=torch.float64)
    return descend(in_batches(surface, int(s["batch"]), s["noise"]), make, start, s["steps"])


def some_walk(draw: random.Random, surface: landscape.Surface) -> Walk:
    (left, right), (bottom, top) = surface.domain
    return {
        "surface": surface.name, "w1": draw.uniform(left, right), "w2": draw.uniform(bottom, top),
        "lr": 10 ** draw.uniform(-3, 0), "momentum": draw.uniform(0, 0.99), "keep": draw.uniform(0, 0.999),
        "decay": draw.choice([0, draw.uniform(0, 0.5)]), "batch": draw.choice(["1", "4", "16", "64"]),
        "noise": draw.choice([0, draw.uniform(0, 5)]), "plan": draw.choice(sorted(PLANS)),
        "warmup": draw.choice([0, draw.randint(1, 30)]), "steps": draw.randint(1, 40),
    }  # fmt: skip


@pytest.mark.parametrize("name", WALKERS)
def test_optimisers_walk_as_course_lib_does(browser: Browser, address: str, name: str) -> None:
    draw = random.Random(0)
    with opened(browser, address + CHOOSER) as page:
        for surface in SURFACES:
            asked = [some_walk(draw, surface) for _ in range(120)]
            all_theirs = answer(page, "walks", f"s.map((a) => m.walk('{name}', a))", asked)
            compared = 0
            for s, points in zip(asked, all_theirs, strict=True):
                theirs, path = torch.tensor(points, dtype=torch.float64), walked(surface, name, s)
                assert theirs.shape == path.shape == (s["steps"] + 1, 2)
                bounded = (path.abs() < 1e6).all(1).cumprod(0).bool()  # what diverges, diverges here as there
                assert not (theirs[~bounded].abs() < 1e5).all(1)[:1].any(), (surface.name, s)
                same = torch.isclose(theirs, path, rtol=1e-9, atol=1e-9).all(1)
                if bool((same | ~bounded).all()):
                    compared += bool(bounded.all())
                else:
                    # In chaos no two programs that round differently can agree. Is this it? Then course_lib's own walk,
                    # its points known to 12 digits instead of 16, is already somewhere else too.
                    other = walked(surface, name, s, disturbance=1e-12)
                    apart = ((other - path).abs() / (1 + path.abs())).amax(1)
                    assert (apart[: int((~same).int().argmax()) + 1] > 1e-7).any(), (surface.name, s)
                if compared == ENOUGH:
                    break
            assert compared == ENOUGH, surface.name


def test_surfaces_slopes_and_eigenvalues_are_those_of_course_lib(browser: Browser, address: str) -> None:
    draw = random.Random(0)
    with opened(browser, address + CHOOSER) as page:
        assert set(answer(page, "walks", "Object.keys(m.surfaces)", None)) == {surface.name for surface in SURFACES}
        for surface in SURFACES:
            named = answer(page, "walks", "(({x, y, start}) => [x, y, start])(m.surfaces[s])", surface.name)
            assert named == [list(surface.domain[0]), list(surface.domain[1]), list(surface.start)]
            (left, right), (bottom, top) = surface.domain
            points = [[draw.uniform(left, right), draw.uniform(bottom, top)] for _ in range(200)]
            losses, slopes, curves, values = (
                answer(page, "walks", f"s[1].map((p) => {function}(...p))", [surface.name, points])
                for function in (
                    *(f"m.surfaces[s[0]].{f}" for f in ("loss", "slope", "curvature")),
                    "m.eigenvalues.bind(0, s[0])",
                )
            )
            at = torch.tensor(points, dtype=torch.float64)
            matrices = torch.stack([hessian(surface, point) for point in at])
            for theirs, expected in (
                (losses, surface(at)),
                (slopes, torch.stack([gradient(surface, point) for point in at])),
                (curves, matrices.flatten(1)[:, [0, 1, 3]]),
                (values, torch.stack([eigenvalues(surface, point) for point in at])),
            ):
                assert torch.allclose(torch.tensor(theirs, dtype=torch.float64), expected, rtol=0, atol=1e-9)
            critical = answer(page, "walks", "m.surfaces[s].points", surface.name)
            kinds = answer(page, "walks", "m.surfaces[s].points.map(([a, b]) => m.kindOf(s, a, b))", surface.name)
            for (w1, w2, kind), said in zip(critical, kinds, strict=True):
                assert classify(surface, torch.tensor([w1, w2], dtype=torch.float64)) == kind == said


def test_batches_are_those_of_course_lib(browser: Browser, address: str) -> None:
    zero = torch.zeros(2, dtype=torch.float64)  # where the gradient of the bowl is 0
    with opened(browser, address + CHOOSER) as page:
        for size in (1, 2, 4, 8, 16, 32, 64):
            loss = in_batches(landscape.bowl, size)
            expected = torch.stack([gradient(loss, zero) for _ in range(200)])
            means = answer(page, "walks", "((next) => Array.from({ length: 200 }, next))(m.batches(s))", size)
            assert torch.allclose(torch.tensor(means, dtype=torch.float64), expected, rtol=0, atol=1e-12)


def test_schedules_are_those_of_course_lib(browser: Browser, address: str) -> None:
    asked = [{"plan": plan, "warmup": warmup} for plan in PLANS for warmup in (0, 1, 7, 100)]
    with opened(browser, address + CHOOSER) as page:
        assert set(answer(page, "walks", "Object.keys(m.plans)", None)) == set(PLANS)
        factors = answer(page, "walks", "s.map((a) => Array.from({ length: 201 }, (_, n) => m.factor(a, n)))", asked)
        for s, theirs in zip(asked, factors, strict=True):
            schedule = schedule_of(s)
            assert theirs == pytest.approx([schedule(n) for n in range(201)], rel=0, abs=1e-9)


def test_the_sigmoid_is_that_of_course_lib(browser: Browser, address: str) -> None:
    draw = random.Random(0)
    asked = [[draw.uniform(-8, 8), draw.uniform(-8, 8), draw.uniform(-2, 2)] for _ in range(200)]
    grid = torch.linspace(-6, 6, 61, dtype=torch.float64)
    model = SigmoidSum(features=1, sigmoids=1).double()
    with opened(browser, address + CHOOSER) as page:
        given = {"settings": asked, "grid": grid.tolist()}
        curves = answer(page, "sigmoid", "s.settings.map((a) => s.grid.map((x) => m.value(x, ...a)))", given)
        for (w, b, c), drawn in zip(asked, curves, strict=True):
            with torch.no_grad():
                for parameter, number in zip((model.W, model.b, model.c, model.bias), (w, b, c, 0.0), strict=True):
                    parameter.fill_(number)
                assert torch.allclose(torch.tensor(drawn, dtype=torch.float64), model(grid[:, None]), rtol=0, atol=1e-9)
        steps = answer(page, "sigmoid", "s.map(([w, b]) => m.stepAt(w, b))", [[2, -3], [-1, 3], [4, 0], [0, 1]])
        assert steps == [1.5, 3, 0, None]


def test_softmax_cross_entropy_and_gradient_are_those_of_torch(browser: Browser, address: str) -> None:
    draw = random.Random(0)
    asked = [
        [[draw.uniform(-8, 8) for _ in range(3)], 10 ** draw.uniform(-1, 1), draw.randrange(3)] for _ in range(300)
    ]
    asked += [[[1000, 0, -1000], 1, k] for k in range(3)] + [[[2, 2, 2], 0.1, 1]]
    with opened(browser, address + CHOOSER) as page:
        shares, losses, slopes = (
            answer(page, "softmax", f"s.map((a) => m.{name}(...a))", asked)
            for name in ("softmax", "crossEntropy", "slope")
        )
    for given, p, loss, slope in zip(asked, shares, losses, slopes, strict=True):
        scores, temperature, right = given
        z: Tensor = (torch.tensor([scores], dtype=torch.float64) / temperature).requires_grad_()
        expected = torch.nn.functional.cross_entropy(z, torch.tensor([right]))
        (gradient,) = torch.autograd.grad(expected, z)
        assert p == pytest.approx(torch.softmax(z, 1)[0].tolist(), rel=0, abs=1e-9)
        assert loss == pytest.approx(expected.item(), rel=0, abs=1e-9)
        assert slope == pytest.approx(gradient[0].tolist(), rel=0, abs=1e-9)


def test_softmax_says_what_the_page_asks_for_and_its_bars_can_be_dragged(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "try-softmax")) as page:
        found = explorable(page, "try-softmax")
        status, scores = found.get_by_role("status"), [found.get_by_label(f"score z{k}", exact=True) for k in (1, 2, 3)]
        expect(status).to_contain_text("Class 1 is right and gets the probability 0.879: cross-entropy −ln ŷ = 0.129")
        expect(status).to_contain_text("The model would say so, too.")
        cells = found.locator("tbody tr").first.locator("th, td").all_inner_texts()
        assert cells == ["class 1", "3.0", "20.086", "0.879", "−0.121"]
        for score, value in zip(scores, ("5", "3", "-1"), strict=True):
            score.fill(value)
        expect(status).to_contain_text("0.879: cross-entropy −ln ŷ = 0.129")  # only differences count
        found.get_by_role("button", name="Reset").click()
        found.get_by_label("right class").select_option("3")
        expect(status).to_contain_text(
            "cross-entropy −ln ŷ = 6.129, length of the gradient 1.335. The model would say class 1."
        )
        scores[0].fill("6")
        expect(status).to_contain_text("cross-entropy −ln ŷ = 9.007, length of the gradient 1.409.")
        scores[1].fill("6")
        expect(status).to_contain_text("The highest score is shared.")
        found.get_by_role("button", name="Reset").click()
        handle = found.locator(".explorable-handle").nth(1)
        handle.evaluate("(handle) => handle.scrollIntoView({ block: 'center' })")  # not under the page's head
        box = handle.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 9, box["y"] + 9)
        page.mouse.down()
        page.mouse.move(box["x"] + 9, box["y"] + 60, steps=4)
        page.mouse.move(box["x"] + 300, box["y"] + 60, steps=4)  # the bar that was taken moves, no other
        page.mouse.up()
        assert [score.input_value() for score in (scores[0], scores[2])] == ["3", "-3"]
        assert -6 < float(scores[1].input_value()) < -2


def test_both_passes_are_those_of_autograd(browser: Browser, address: str) -> None:
    text = (DOCS / "en" / "backprop" / "backpropagation.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^W1, b1, W2, b2 = (.*)$", text, re.MULTILINE)
    draw = random.Random(0)
    asked: list[Any] = [[[1, -1], [1, 0]]]
    asked += [
        [[draw.uniform(-3, 3), draw.uniform(-3, 3)], [draw.uniform(-3, 3), draw.uniform(-3, 3)]] for _ in range(200)
    ]
    with opened(browser, address + CHOOSER) as page:
        weights = answer(page, "backward", "[m.W1, m.B1, m.W2, m.B2]", None)
        assert weights == list(ast.literal_eval(f"({line})"))  # those of the page
        results = answer(page, "backward", "s.map((a) => m.passes(...a))", asked)
        steps = answer(page, "backward", "[m.STEPS, ...s.map((a) => m.stepsOf(...a).length)]", asked)
        assert set(steps) == {17}
    w1, b1, w2, b2 = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in weights)
    for (x, y), theirs in zip(asked, results, strict=True):
        z = w1 @ torch.tensor(x, dtype=torch.float64) + b1
        a = torch.sigmoid(z)
        output = w2 @ a + b2
        cost = ((output - torch.tensor(y, dtype=torch.float64)) ** 2).sum() / 2
        names = ("dOutput", "dA", "dZ", "dW1", "dZ", "dW2", "dOutput")
        gradients = torch.autograd.grad(cost, (output, a, z, w1, b1, w2, b2), retain_graph=True)
        (factor,) = torch.autograd.grad(a.sum(), z)
        for name, expected in (*zip(names, gradients, strict=True), ("factor", factor),
                               ("z", z), ("a", a), ("output", output), ("cost", cost)):  # fmt: skip
            assert torch.allclose(torch.tensor(theirs[name], dtype=torch.float64), expected, rtol=0, atol=1e-9), name


def test_the_passes_are_walked_step_by_step_as_the_page_says(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "try-backward")) as page:
        page.clock.install()  # the status follows once nothing has moved for a while: 17 whiles, run through at once
        page.reload()
        found = explorable(page, "try-backward")
        status, forward = found.get_by_role("status"), found.get_by_role("button", name="One step")
        expect(status).to_contain_text("Nothing is computed yet.")
        said = []
        for number in range(1, 18):
            forward.click()
            page.clock.run_for(500)
            expect(status).to_contain_text(f"Step {number} of 17, {'forward' if number <= 7 else 'backward'}: ")
            said.append(status.inner_text().split(": ", 1)[1])
        assert said[0] == "z₁ = 1 × 1 + 2 × (−1) + 1 = 0.0000."
        assert said[13] == "∂C/∂z₁ = σ′ · ∂C/∂a₁ = 0.2500 × (−1.1808) = −0.2952."
        rows = [row.locator("td").all_inner_texts() for row in found.locator("tbody tr").all()]
        table = [line.split("|") for line in (DOCS / "en/backprop/backpropagation.md").read_text().splitlines()]
        page_says = [
            [c.strip().replace("-", "−") for c in cells[4:6]]
            for cells in table
            if len(cells) == 7 and "row" in cells[2]
        ]
        assert [row[:2] for row in rows] == page_says[2:] + page_says[:2] and len(page_says) == 4
        found.get_by_role("button", name="Back").click()
        page.clock.run_for(500)
        expect(status).to_contain_text("Step 16 of 17")
        fill(found, x1=3, at=17)
        picture = found.locator("svg.explorable-picture").text_content() or ""
        factors = [float(number) for number in re.findall(r"σ′ = (\d\.\d{4})", picture)]
        assert factors[1] < 0.001 < 0.1 < factors[0]
        rows = [row.locator("td").all_inner_texts() for row in found.locator("tbody tr").all()]
        assert max(abs(float(cell.replace("−", "-"))) for cell in rows[3]) < 0.01  # second neuron of the first layer
        fill(found, x1=1, x2=0)
        rows = [row.locator("td").all_inner_texts() for row in found.locator("tbody tr").all()]
        assert [(i, j) for i in range(4) for j in range(3) if float(rows[i][j].replace("−", "-")) == 0] == [
            (2, 1),
            (3, 1),
        ]


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_passes_play(browser: Browser, address: str, motion: str) -> None:
    url = where(address, "try-backward", query="?try-backward-at=15")
    with opened(browser, url, reduced_motion=motion) as page:
        found = explorable(page, "try-backward")
        found.get_by_role("button", name="Play").click()
        if motion == "reduce":
            assert found.get_by_label("step", exact=True).input_value() == "17"
            return
        expect(found.get_by_role("status")).to_contain_text("Step 17 of 17")
        expect(found.get_by_role("button", name="Play")).to_be_visible()


def test_convolution_is_that_of_torch(browser: Browser, address: str) -> None:
    names = ("input", "kernel", "stride", "padding", "dilation")
    ranges = (range(3, 9), range(1, 5), range(1, 4), range(4), range(1, 4))
    asked = [dict(zip(names, values, strict=True)) for values in itertools.product(*ranges)]
    whole = [{"input": size, "kernel": 1, "stride": 1, "padding": 0, "dilation": 1} for size in range(3, 9)]
    with opened(browser, address + CHOOSER) as page:
        outputs = answer(page, "convolution", "s.map(m.convolve)", asked)
        tables = {
            s["input"]: torch.tensor(t)
            for s, t in zip(whole, answer(page, "convolution", "s.map(m.convolve)", whole), strict=True)
        }
        windows = answer(page, "convolution", "s.map((a) => m.convolve(a).length ? m.windowAt(a, 0, 0) : null)", asked)
        rests = answer(page, "convolution", "s.map(m.leftOver)", asked)
        sizes = answer(page, "convolution", "s.map(m.outputSize)", asked)
    kernels = {}
    for given, window in zip(asked, windows, strict=True):
        if window:
            kernels[given["kernel"]] = torch.tensor([tap["weight"] for tap in window]).reshape(given["kernel"], -1)
    # the 1 × 1 kernel is a 1, so its outputs are the tables themselves; they hold the example of the page
    assert kernels[1].item() == 1 and kernels[3].tolist() == [[1, 2, 1], [0, 1, 0], [2, 1, 0]]
    notes = [[1, 2, 0, 3, 1], [0, 1, 2, 3, 1], [1, 2, 1, 0, 0], [5, 2, 3, 1, 1], [2, 1, 0, 1, 1]]
    assert tables[5].tolist() == notes
    compared = 0
    for given, output, size, rest in zip(asked, outputs, sizes, rests, strict=True):
        x, w = tables[given["input"]][None, None], kernels[given["kernel"]][None, None]
        padded = given["input"] + 2 * given["padding"]
        span = given["dilation"] * (given["kernel"] - 1) + 1
        convolve = functools.partial(
            torch.nn.functional.conv2d, stride=given["stride"], padding=given["padding"], dilation=given["dilation"]
        )
        if span > padded:
            assert size == 0 and output == []
            with pytest.raises(RuntimeError, match="greater than actual input"):
                convolve(x, w)
            continue
        assert convolve(x, w)[0, 0].tolist() == output and len(output) == size, given
        assert rest == padded - ((size - 1) * given["stride"] + span), given
        compared += 1
    assert compared >= 200


def test_convolution_shows_its_window_and_the_presets_of_the_figures(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "try-convolution")) as page:
        found = explorable(page, "try-convolution")
        expect(found.get_by_text("1×1 + 2×2 + 0×1 + 0×0 + 1×1 + 2×0 + 1×2 + 2×1 + 1×0 = 10")).to_be_visible()
        expect(found.get_by_role("status")).to_have_text("Step 1 of 9: row 1, column 1 of the output is 10.")
        rows = page.locator("table").filter(has_text="half padding").locator("tbody tr")
        for number, (row, preset) in enumerate(
            zip(rows.all(), answer(page, "convolution", "m.PRESETS", None), strict=True)
        ):
            found.get_by_label("example").select_option(str(number))
            sliders = [slider.input_value() for slider in found.get_by_role("slider").all()]
            cells = row.locator("td").all_inner_texts()  # figure, setting, the five numbers, output
            assert cells[0] == f"F{24 + number}" and cells[2].split(", ") == sliders[:5] == [
                str(v) for v in preset.values()
            ]
            assert sliders[5] == "1"
            expect(found.get_by_text(f"output {cells[3]}")).to_be_visible()
        found.get_by_label("stride S").fill("3")
        expect(found.get_by_label("example")).to_have_value("-1")
        found.get_by_label("example").select_option("6")
        found.get_by_label("step", exact=True).fill("9")
        said = "Step 9 of 9: row 3, column 3 of the output is 11. No window reaches the last row and column."
        expect(found.get_by_role("status")).to_have_text(said)
        found.get_by_label("kernel size K").fill("4")
        found.get_by_label("dilation D").fill("3")
        found.get_by_label("padding P").fill("0")
        expect(found.get_by_role("status")).to_contain_text("It does not fit: the kernel spans 10 places")


def test_convolution_plays_and_goes_back_and_is_still_where_motion_is_unwelcome(browser: Browser, address: str) -> None:
    for motion in ("no-preference", "reduce"):
        with opened(browser, where(address, "try-convolution"), reduced_motion=motion) as page:
            found = explorable(page, "try-convolution")
            step = found.get_by_label("step", exact=True)
            for name, now in (("One step", "2"), ("Back", "1"), ("Back", "1")):
                found.get_by_role("button", name=name).click()
                assert step.input_value() == now
            found.locator("rect[data-step='5']").click()
            assert step.input_value() == "5"
            found.get_by_role("button", name="Play").click()
            if motion == "reduce":
                assert step.input_value() == "9"  # at once
                assert found.get_by_role("button", name="Pause").count() == 0
                continue
            page.wait_for_function("Number(document.querySelector('#try-convolution-step').value) > 6")
            found.get_by_role("button", name="Pause").click()
            there = step.input_value()
            page.wait_for_timeout(700)
            assert step.input_value() == there and found.get_by_role("button", name="Play").is_visible()
            found.get_by_role("button", name="Play").click()
            page.wait_for_function("document.querySelector('#try-convolution-step').value === '9'")
            expect(found.get_by_role("button", name="Play")).to_be_visible()  # it stops at the end


@pytest.mark.parametrize(
    ("w0", "lr", "says"),
    [
        ("1.8", "0.03", "It has arrived in the local minimum."),
        ("1.8", "0.15", "It has arrived in the global minimum."),
        ("1", "0.3", "It jumps from side to side"),
        ("1.8", "0.5", "It diverges"),
        ("1.8", "0.001", "Still under way, in the valley of the local minimum."),
    ],
)
def test_the_picture_says_what_became_of_the_walk(browser: Browser, address: str, w0: str, lr: str, says: str) -> None:
    query = f"?try-descent-w0={w0}&try-descent-lr={lr}&try-descent-steps=60"
    with opened(browser, where(address, "try-descent", query=query)) as page:
        expect(explorable(page, "try-descent").get_by_role("status")).to_contain_text(says)


def test_the_text_of_the_page_is_true_of_its_starting_values(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "try-descent")) as page:
        expect(explorable(page, "try-descent").get_by_role("status")).to_have_text(
            "It has arrived in the local minimum."
        )
    with opened(
        browser, where(address, "try-sigmoid", query="?try-sigmoid-w=-2&try-sigmoid-b=6&try-sigmoid-c=2")
    ) as page:
        found = explorable(page, "try-sigmoid")
        expect(found.get_by_role("status")).to_contain_text("The step stands at x = −b/w = 3.00")
        expect(found.get_by_text("2.0 σ(6.0 − 2.0 x)")).to_be_visible()
        found.get_by_label("w (steepness)").fill("0")
        expect(found.get_by_role("status")).to_contain_text("No step")


def fill(found: Locator, **values: object) -> None:
    """Move sliders by their names in the address."""
    for name, value in values.items():
        found.locator(f"input[id$='-{name}']").fill(str(value))


def test_the_walks_from_the_saddle_do_what_the_page_says(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "try-walks")) as page:
        found = explorable(page, "try-walks")
        status, rows = found.get_by_role("status"), found.locator("tbody tr")
        left: dict[str, int] = {}
        for steps in range(20, 100):  # off the saddle: lower than it by a half
            fill(found, steps=steps)
            for row in rows.all():
                name, loss, *_ = row.locator("th, td").all_inner_texts()
                if float(loss.replace("−", "-")) < -0.5:
                    left.setdefault(name, steps)
        assert left["momentum"] + 20 < left["gradient descent"]
        fill(found, w2=0, steps=200)
        expect(status).to_contain_text(
            "The gradient is almost zero there and the eigenvalues have both signs: a saddle."
        )
        assert [row.locator("td").last.inner_text() for row in rows.all()] == ["−2.00, 2.00"] * 2
        found.get_by_label("batch").select_option("4")
        expect(status).to_contain_text("both eigenvalues are positive")
        assert all(float(row.locator("td").first.inner_text().replace("−", "-")) < -0.5 for row in rows.all())


def settings_of(place: str) -> Walk:
    """What the English page gives an explorable to start from."""
    text = (DOCS / "en" / f"{PLACES[place].page.removesuffix('/')}.md").read_text(encoding="utf-8")
    (tag,) = re.findall(rf'<div class="explorable" id="{place}"[^>]*>', text)
    given = dict(re.findall(r'data-([\w]+)="([^"]*)"', tag))
    words = {"explorable", "surface", "optimizers", "plan", "batch"}
    whole = {"steps", "warmup"}
    return {n: v if n in words else int(v) if n in whole else float(v) for n, v in given.items()}


def walk_from(place: str, name: str, **changes: Any) -> Tensor:
    """A walk of course_lib from the settings of a page; the browser's are the same, as the tests above say."""
    s = settings_of(place) | changes
    return walked(getattr(landscape, s["surface"]), name, s)


def first_burst(path: Tensor, size: float) -> int | None:
    """The first step after the way down to the floor of the ravine at which a walk is off it again."""
    out = [step for step in range(20, len(path)) if path[step, 1].abs() > size]
    return out[0] if out else None


def test_momentum_crosses_the_pass_as_the_page_says() -> None:
    ends = {mu: walk_from("try-momentum", "momentum", momentum=mu / 100)[-1, 0].item() for mu in range(0, 97)}
    smallest = min(mu for mu, end in ends.items() if end < 0)
    assert 80 < smallest < 90 and all(end > 0.9 for mu, end in ends.items() if mu < smallest)
    assert ends[90] < -0.9 and ends[96] > 0.9
    assert walk_from("try-momentum", "gd")[-1, 0] > 0.9


def test_batches_sway_as_the_page_says() -> None:
    def sway(**changes: Any) -> float:
        path = walk_from("try-batches", "gd", steps=200, **changes)  # the minimum is at 0
        return path[64:].norm(dim=1).square().mean().sqrt().item()

    assert settings_of("try-batches")["steps"] == landscape.example_slopes().shape[0] == 64  # an epoch
    assert sway() > 1.8 * sway(batch="4") > 1.8 * 1.8 * sway(batch="16") > 0
    assert sway(lr=0.05) < 0.75 * sway()
    assert walk_from("try-batches", "gd", steps=200, plan="cosine")[-1].norm() < 0.2 * sway()


def test_the_bursts_are_where_the_pages_say() -> None:
    assert settings_of("try-adaptive")["optimizers"] == settings_of("try-schedules")["optimizers"] == "adamean"
    starts = {
        w2: first_burst(walk_from("try-adaptive", "adamean", w2=w2, steps=200), 0.02) for w2 in (0.08, 0.1, 0.12, 0.16)
    }
    figure = walk_from("try-adaptive", "adamean", w2=0.05, lr=0.02, steps=200)
    assert starts[0.1] == first_burst(figure, 0.01) and 95 < (starts[0.1] or 0) < 110
    assert (starts[0.08] or 0) + 20 < (starts[0.1] or 0) < (starts[0.12] or 0) - 20
    assert starts[0.16] is None
    assert walk_from("try-adaptive", "adagrad", steps=200)[-1, 0] < -2.5
    jumps = walk_from("try-adaptive", "rmsprop", steps=200)[100:, 1]
    assert (jumps.abs() > 0.01).all() and (jumps.sign().diff() != 0).all()

    fall = {plan: first_burst(walk_from("try-schedules", "adamean", plan=plan), 0.1) for plan in PLANS}
    assert {plan for plan, step in fall.items() if step} == {"constant", "cosine"}
    later = first_burst(walk_from("try-schedules", "adamean", warmup=10), 0.1)
    assert (later or 0) > (fall["constant"] or 200) + 50
    for warmup, length in ((0, 5.0), (9, 0.5)):
        first = walk_from("try-schedules", "rmsprop", warmup=warmup, steps=1).diff(dim=0).abs()
        assert torch.allclose(first, torch.tensor(length, dtype=torch.float64), rtol=1e-6)  # along both parameters


def test_walks_say_where_they_are_and_who_is_lost(browser: Browser, address: str) -> None:
    def said(query: str) -> Iterator[tuple[Page, Locator, Locator]]:
        with opened(browser, where(address, "try-walks", query=query)) as page:
            found = explorable(page, "try-walks")
            yield page, found, found.get_by_role("status")

    steep = "?try-walks-surface=ravine&try-walks-w1=-4&try-walks-w2=1&try-walks-lr=0.1&try-walks-steps=150"
    for _page, found, status in said(f"{steep}&try-walks-optimizers=gd adam"):
        expect(status).to_contain_text("After 150 steps: lowest is Adam, loss ")
        expect(status).to_contain_text("Far outside the picture: gradient descent.")
        assert "far outside" in found.locator("tbody tr").first.inner_text()
        found.get_by_role("checkbox", name="Adam", exact=True).uncheck()
        expect(status).to_have_text("Every walk has left the picture far behind.")
        found.get_by_role("checkbox", name="gradient descent").uncheck()
        expect(status).to_have_text("Choose an optimiser.")
    for page, found, status in said("?try-walks-surface=nowhere&try-walks-optimizers=gd nobody&try-walks-w1=9"):
        assert (
            found.get_by_label("surface", exact=True).input_value() == "saddle"
        )  # nonsense in the address does no harm
        assert found.get_by_label("start w1").input_value() == "2"
        expect(status).to_contain_text("After 20 steps: gradient descent, loss ")
        before = drawn(found)
        found.get_by_label("surface", exact=True).select_option("ravine")
        assert drawn(found) != before
        start = [found.get_by_label(f"start w{i}") for i in (1, 2)]
        assert [float(slider.input_value()) for slider in start] == list(landscape.ravine.start)
        assert start[1].get_attribute("max") == "1.5"
        page.wait_for_function("location.search.includes('surface=ravine')")


def test_the_curvature_under_the_pointer_and_at_the_start(browser: Browser, address: str) -> None:
    query = "?try-walks-surface=plateau&try-walks-w1=1.5&try-walks-w2=-1"
    with opened(browser, where(address, "try-walks", query=query)) as page:
        found = explorable(page, "try-walks")
        line = found.locator(".walks-numbers")

        def says(words: str, point: list[float], tolerance: float) -> None:
            assert line.inner_text().startswith(words)
            numbers = [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d+", line.inner_text())]
            at = torch.tensor(numbers[:2], dtype=torch.float64)
            assert numbers[:2] == pytest.approx(point, abs=tolerance)
            assert numbers[2] == pytest.approx(landscape.plateau(at).item(), abs=0.01)
            assert numbers[3:5] == pytest.approx(gradient(landscape.plateau, at).tolist(), abs=0.01)
            assert numbers[5:] == pytest.approx(eigenvalues(landscape.plateau, at).tolist(), abs=0.01)

        says("At the start", [1.5, -1], 1e-9)
        picture = found.locator("svg.explorable-picture").first
        picture.evaluate("(picture) => picture.scrollIntoView({ block: 'center', behavior: 'instant' })")
        page.wait_for_timeout(300)
        across = found.locator(".explorable-axes line").first.bounding_box()  # w1 = −4, from −5 to 5
        up = found.locator(".explorable-axes line[x1='0']").first.bounding_box()
        assert across is not None and up is not None
        x, y, width = up["x"] + 0.6 * up["width"], across["y"] + 0.3 * across["height"], up["width"]
        page.mouse.move(x, y)
        says("Under the pointer", [1, 2], 0.1)
        page.mouse.down()
        page.mouse.move(x + 30, y, steps=3)
        page.mouse.up()
        start = [float(found.get_by_label(f"start w{i}").input_value()) for i in (1, 2)]
        assert start == pytest.approx([1 + 300 / width, 2], abs=0.1)
        page.mouse.move(1, 1)
        says("At the start", start, 1e-9)
        handle = found.locator(".explorable-handle").bounding_box()
        assert handle is not None and abs(handle["x"] + handle["width"] / 2 - x - 30) < 3


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_walks_play(browser: Browser, address: str, motion: str) -> None:
    with opened(browser, where(address, "try-walks"), reduced_motion=motion) as page:
        found = explorable(page, "try-walks")
        steps = found.get_by_label("steps", exact=True)
        found.get_by_role("button", name="One step").click()
        assert steps.input_value() == "21"
        found.get_by_role("button", name="Play").click()
        if motion == "reduce":
            assert steps.input_value() == "200" and found.get_by_role("button", name="Pause").count() == 0
            return
        page.wait_for_function("Number(document.querySelector('#try-walks-steps').value) > 24")
        found.get_by_role("button", name="Pause").click()
        assert 24 < int(there := steps.input_value()) < 200
        page.wait_for_timeout(300)
        assert steps.input_value() == there and found.get_by_role("button", name="Play").is_visible()


@pytest.mark.parametrize("place", ONE_EACH)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_keyboard_reaches_all_and_moves_every_slider_and_the_picture(
    browser: Browser, address: str, place: str, language: str
) -> None:
    with opened(browser, where(address, place, language)) as page:
        found = explorable(page, place)
        for box in found.get_by_role("checkbox").all():
            box.check()
        assert all(slider.is_enabled() for slider in found.get_by_role("slider").all())
        for slider in movable(found):
            before, picture, said = slider.input_value(), drawn(found), slider.get_attribute("aria-valuetext")
            away, back = into_its_range(slider)
            slider.focus()
            page.keyboard.press(away)
            assert slider.input_value() != before and slider.get_attribute("aria-valuetext") != said
            assert drawn(found) != picture
            page.keyboard.press(back)
            assert slider.input_value() == before
            assert page.evaluate("(s) => s.labels.length", slider.element_handle()) == 1
        controls = found.locator(":is(input, select, button):enabled").all()
        controls[0].focus()
        for control in controls[1:]:
            assert page.evaluate("document.activeElement.matches('.explorable-box *')")
            page.keyboard.press("Tab")
            assert page.evaluate("(c) => c === document.activeElement", control.element_handle())
        found.get_by_role("button", name=re.compile("^(Reset|复位)$")).focus()
        page.keyboard.press("Enter")
        root = page.locator(f"#{place}")
        for slider in found.get_by_role("slider").all():
            setting = str(slider.get_attribute("id")).removeprefix(f"{place}-")
            if setting not in ("lr", "temperature"):  # their sliders count powers of ten
                assert float(slider.input_value()) == float(root.get_attribute(f"data-{setting}") or "nan")


@pytest.mark.parametrize("place", ONE_EACH)
def test_settings_live_in_the_address(browser: Browser, address: str, place: str) -> None:
    def state(page: Page) -> list[str | None]:
        found = explorable(page, place)
        values = [slider.get_attribute("aria-valuetext") for slider in movable(found)]
        values += [choice.input_value() for choice in found.locator("select").all()]
        return values + [str(box.is_checked()) for box in found.get_by_role("checkbox").all()]

    with opened(browser, where(address, place, query="?kept=1#exercises")) as page:
        first = state(page)
        found = explorable(page, place)
        for choice in found.locator("select.explorable-setting").all():
            choice.select_option(index=1 if choice.evaluate("(c) => c.selectedIndex !== 1") else 2)
        for box in found.get_by_role("checkbox").all():
            box.click()
        for slider in movable(found):
            away, _ = into_its_range(slider)
            slider.focus()
            for _ in range(3):
                page.keyboard.press(away)
        moved = state(page)
        assert sum(a != b for a, b in zip(first, moved, strict=False)) >= len(movable(found))
        page.wait_for_function(f"location.search.includes('{place}')")
        page.wait_for_timeout(300)  # the address follows once the slider rests
        assert "kept=1" in page.url and page.url.endswith("#exercises")
        page.reload()
        assert state(page) == moved
        page.locator("a.course-language").click()
        page.wait_for_url("**/zh/**")
        assert state(page) == moved and page.url.endswith("#exercises")
        page.locator("a.course-language").click()
        page.wait_for_url("**/en/**")
        assert state(page) == moved
        explorable(page, place).get_by_role("button", name="Reset").click()
        page.wait_for_function(f"!location.search.includes('{place}')")
        assert state(page) == first and "kept=1" in page.url


def test_nonsense_in_the_address_does_no_harm(browser: Browser, address: str) -> None:
    query = "?try-descent-w0=99&try-descent-lr=lots&try-descent-steps=2.6"
    with opened(browser, where(address, "try-descent", query=query)) as page:
        sliders = explorable(page, "try-descent").get_by_role("slider")
        assert [s.get_attribute("aria-valuetext") for s in sliders.all()] == ["1.80", "0.03", "3"]


def test_the_start_can_be_dragged(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "try-descent")) as page:
        found = explorable(page, "try-descent")
        box = found.locator(".explorable-handle").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] - 200, box["y"], steps=5)
        page.mouse.up()
        dragged = float(found.get_by_label("start w⁰").input_value())
        assert -1.8 < dragged < 1.2
        handle = found.locator(".explorable-handle").bounding_box()
        assert handle is not None and abs(handle["x"] + handle["width"] / 2 - (box["x"] - 200)) < 3


@pytest.mark.parametrize(("place", "slider"), [("try-descent", "w0"), ("try-walks", "w1"), ("try-softmax", "z2")])
def test_a_finger_drags_what_can_be_dragged_or_taps_or_scrolls(
    browser: Browser, address: str, place: str, slider: str
) -> None:
    phone = {"width": 360, "height": 800}
    with opened(browser, where(address, place), viewport=phone, has_touch=True, is_mobile=True) as page:
        found = explorable(page, place)
        picture = found.locator("svg.explorable-draggable")
        picture.evaluate("(picture) => picture.scrollIntoView({ block: 'center', behavior: 'instant' })")
        page.wait_for_timeout(300)
        box = picture.bounding_box()
        assert box is not None
        touches = page.context.new_cdp_session(page)

        def move(*points: tuple[float, float]) -> str:
            for number, (x, y) in enumerate(points):
                kind = "touchMove" if number else "touchStart"
                touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
            touches.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            page.wait_for_timeout(300)
            return found.locator(f"input[id$='-{slider}']").input_value()

        first = found.locator(f"input[id$='-{slider}']").input_value()
        x, y = box["x"] + box["width"] / 2 + 3, box["y"] + 0.25 * box["height"]
        before = page.evaluate("scrollY")
        assert move((x, y), (x, y - 40), (x, y - 80), (x, y - 120)) == first  # it scrolls, and changes nothing
        assert page.evaluate("scrollY") > before + 50
        page.wait_for_timeout(1500)  # the page has come to rest
        page.evaluate("(y) => scrollTo({ top: y, behavior: 'instant' })", before)
        page.wait_for_function("(y) => scrollY === y", arg=before)
        page.wait_for_timeout(300)
        page.touchscreen.tap(x, y)
        page.wait_for_timeout(300)
        tapped = found.locator(f"input[id$='-{slider}']").input_value()
        assert tapped != first
        grip = found.locator(".explorable-handle").nth(1 if place == "try-softmax" else 0).bounding_box()
        assert grip is not None
        x, y = grip["x"] + 20, grip["y"] + 8  # beside it, but near enough for a finger
        assert move((x, y), (x - 15, y + 15), (x - 30, y + 30), (x - 30, y + 40)) != tapped
        assert abs(page.evaluate("scrollY") - before) < 15  # a drag of 40 does not scroll


def test_play_moves_step_by_step_and_pauses(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "try-descent", query="?try-descent-lr=0.002&try-descent-steps=0")) as page:
        found = explorable(page, "try-descent")
        steps = found.get_by_label("steps")
        found.get_by_role("button", name="One step").click()
        assert steps.input_value() == "1" and found.locator(".explorable-step").count() == 1
        found.get_by_role("button", name="Play").click()
        page.wait_for_function("Number(document.querySelector('#try-descent-steps').value) > 2")
        found.get_by_role("button", name="Pause").click()
        there = int(steps.input_value())
        assert 2 < there < 60
        page.wait_for_timeout(400)
        assert int(steps.input_value()) == there
        assert found.get_by_role("button", name="Play").is_visible()


def test_reduced_motion_is_respected(browser: Browser, address: str) -> None:
    url = where(address, "try-descent", query="?try-descent-lr=0.002&try-descent-steps=0")
    with opened(browser, url, reduced_motion="reduce") as page:
        found = explorable(page, "try-descent")
        found.get_by_role("button", name="Play").click()
        assert found.get_by_label("steps").input_value() == "60"  # at once
        assert found.get_by_role("button", name="Pause").count() == 0


def walk(page: Page, url: str) -> None:
    """Follow a link to `url` that stands in the text."""
    page.evaluate("(url) => { document.querySelector('article').innerHTML = `<a id=way href='${url}'>way</a>`; }", url)
    page.locator("#way").click()


def test_they_work_after_walking_there_inside_the_site(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/en/", viewport={"width": 1400, "height": 800}) as page:
        page.evaluate("window.stillHere = true")
        for place in ONE_EACH:
            walk(page, where(address, place))
            found = explorable(page, place)
            assert found.locator(".explorable-box").count() == 1
            away, _ = into_its_range(found.get_by_role("slider").first)
            found.get_by_role("slider").first.focus()
            page.keyboard.press(away)
            page.wait_for_function(f"location.search.includes('{place}')")
        page.go_back()
        assert explorable(page, ONE_EACH[-2]).locator(".explorable-box").count() == 1
        assert page.evaluate("window.stillHere")  # no page was loaded anew


@pytest.mark.parametrize("place", IDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_scripts_the_still_figure_stands_alone(
    browser: Browser, address: str, place: str, language: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(where(address, place, language))
    figure = page.locator(f"#{PLACES[place].figure}")
    diagram = figure.locator(".diagram-source")
    if diagram.count():  # Mermaid draws with a script: without it the diagram's own text stands there, and its meaning
        assert diagram.is_visible() and "-->" in diagram.inner_text() and figure.locator("figcaption").is_visible()
        assert figure.locator("[role=img][aria-label]").count() == 1
    else:
        assert figure.locator("svg").is_visible()
    assert page.locator(f"#{place}").bounding_box() is None  # takes no room
    context.close()


def test_all_scripts_together_are_small() -> None:
    size = sum(len(gzip.compress(script.read_bytes(), 9)) for script in SCRIPTS)
    assert len(SCRIPTS) >= 6 and size < 40_000


def test_pages_without_explorables_have_no_style_for_them(address: str, site: Path) -> None:
    for path in page_files():
        language, slug = path.relative_to(DOCS).parts[0], path.relative_to(DOCS).with_suffix("").as_posix()[3:]
        folder = f"{language}/" + ("" if slug == "index" else f"{slug}/")
        has = 'class="explorable"' in path.read_text(encoding="utf-8")
        assert ("explorables.css" in (site / folder / "index.html").read_text(encoding="utf-8")) == has
