"""Explorables in a reader's browser: their numbers are course_lib's, and everybody can operate them."""

import functools
import gzip
import itertools
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from engine import DOCS, page_files
from playwright.sync_api import Browser, Locator, Page, expect
from visits import AXE

from course_lib.landscape import bumpy, classify, descend, gradient
from course_lib.models import SigmoidSum
from course_lib.optimizers import GradientDescent

SCRIPTS = sorted((DOCS / "theme" / "assets" / "javascripts" / "explorables").glob("*.js"))
SHARED = {"start", "explorable"}
PLACES = {  # explorable -> the page that holds it, its id there, the figure that stands for it
    "convolution": ("pytorch/convolution/", "try-convolution", "F24"),
    "descent": ("basics/gradient-descent/", "try-descent", "F05"),
    "sigmoid": ("deep/curves-to-networks/", "try-sigmoid", "F10"),
}
NAMES = sorted(PLACES)


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


def explorable(page: Page, name: str) -> Locator:
    """The explorable, ready to use and on the screen."""
    found = page.locator(f"#{PLACES[name][1]}[data-state=ready]")
    found.wait_for()
    found.scroll_into_view_if_needed()
    return found


def where(address: str, name: str, language: str = "en", query: str = "") -> str:
    return f"{address}/{language}/{PLACES[name][0]}{query}"


def answer(page: Page, name: str, expression: str, settings: object) -> Any:
    """What `expression` of a module's functions `m` gives for the settings `s`."""
    module = f"/en/assets/javascripts/explorables/{name}.js"
    return page.evaluate(f"async (s) => {{ const m = await import('{module}'); return {expression}; }}", settings)


def into_its_range(slider: Locator) -> tuple[str, str]:
    """The arrow key that moves a slider away from its nearer end, and the one that moves it back."""
    at_the_start = slider.input_value() == slider.get_attribute("min")
    return ("ArrowRight", "ArrowLeft") if at_the_start else ("ArrowLeft", "ArrowRight")


def test_each_explorable_of_a_page_has_a_module_and_each_module_a_test() -> None:
    texts = [path.read_text(encoding="utf-8") for path in page_files()]
    used = {name for text in texts for name in re.findall(r'data-explorable="([\w-]+)"', text)}
    assert used == set(NAMES) == {script.stem for script in SCRIPTS} - SHARED


def test_descent_walks_as_course_lib_does(browser: Browser, address: str) -> None:
    draw = random.Random(0)
    asked = [[draw.uniform(-1.8, 1.8), 10 ** draw.uniform(-3, 0), draw.randint(0, 60)] for _ in range(400)]
    with opened(browser, where(address, "descent")) as page:
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
    with opened(browser, where(address, "descent")) as page:
        losses, slopes = answer(page, "descent", "[s.map(m.loss), s.map(m.slope)]", grid.squeeze(1).tolist())
        assert torch.allclose(torch.tensor(losses, dtype=torch.float64), bumpy(grid), rtol=0, atol=1e-9)
        expected = torch.cat([gradient(bumpy, point) for point in grid])
        assert torch.allclose(torch.tensor(slopes, dtype=torch.float64), expected, rtol=0, atol=1e-9)
        places = answer(page, "descent", "m.places", None)
        points = {name: torch.tensor([w], dtype=torch.float64) for name, w in places.items()}
        kinds = {name: classify(bumpy, point) for name, point in points.items()}
        assert kinds == {"global": "minimum", "local": "minimum", "hilltop": "maximum"}
        assert bumpy(points["global"]) < bumpy(points["local"]) < bumpy(points["hilltop"])


def test_the_sigmoid_is_that_of_course_lib(browser: Browser, address: str) -> None:
    draw = random.Random(0)
    asked = [[draw.uniform(-8, 8), draw.uniform(-8, 8), draw.uniform(-2, 2)] for _ in range(200)]
    grid = torch.linspace(-6, 6, 61, dtype=torch.float64)
    model = SigmoidSum(features=1, sigmoids=1).double()
    with opened(browser, where(address, "sigmoid")) as page:
        given = {"settings": asked, "grid": grid.tolist()}
        curves = answer(page, "sigmoid", "s.settings.map((a) => s.grid.map((x) => m.value(x, ...a)))", given)
        for (w, b, c), drawn in zip(asked, curves, strict=True):
            with torch.no_grad():
                for parameter, number in zip((model.W, model.b, model.c, model.bias), (w, b, c, 0.0), strict=True):
                    parameter.fill_(number)
                assert torch.allclose(torch.tensor(drawn, dtype=torch.float64), model(grid[:, None]), rtol=0, atol=1e-9)
        steps = answer(page, "sigmoid", "s.map(([w, b]) => m.stepAt(w, b))", [[2, -3], [-1, 3], [4, 0], [0, 1]])
        assert steps == [1.5, 3, 0, None]


def test_convolution_is_that_of_torch(browser: Browser, address: str) -> None:
    names = ("input", "kernel", "stride", "padding", "dilation")
    ranges = (range(3, 9), range(1, 5), range(1, 4), range(4), range(1, 4))
    asked = [dict(zip(names, values, strict=True)) for values in itertools.product(*ranges)]
    whole = [{"input": size, "kernel": 1, "stride": 1, "padding": 0, "dilation": 1} for size in range(3, 9)]
    with opened(browser, where(address, "convolution")) as page:
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
    with opened(browser, where(address, "convolution")) as page:
        found = explorable(page, "convolution")
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
        with opened(browser, where(address, "convolution"), reduced_motion=motion) as page:
            found = explorable(page, "convolution")
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
    with opened(browser, where(address, "descent", query=query)) as page:
        expect(explorable(page, "descent").get_by_role("status")).to_contain_text(says)


def test_the_text_of_the_page_is_true_of_its_starting_values(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "descent")) as page:
        expect(explorable(page, "descent").get_by_role("status")).to_have_text("It has arrived in the local minimum.")
    with opened(browser, where(address, "sigmoid", query="?try-sigmoid-w=-2&try-sigmoid-b=6&try-sigmoid-c=2")) as page:
        found = explorable(page, "sigmoid")
        expect(found.get_by_role("status")).to_contain_text("The step stands at x = −b/w = 3.00")
        expect(found.get_by_text("2.0 σ(6.0 − 2.0 x)")).to_be_visible()
        found.get_by_label("w (steepness)").fill("0")
        expect(found.get_by_role("status")).to_contain_text("No step")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_keyboard_moves_every_slider_and_the_picture(
    browser: Browser, address: str, name: str, language: str
) -> None:
    with opened(browser, where(address, name, language)) as page:
        found = explorable(page, name)
        picture = found.locator("svg.explorable-picture")
        for slider in found.get_by_role("slider").all():
            before, drawn, said = slider.input_value(), picture.inner_html(), slider.get_attribute("aria-valuetext")
            away, back = into_its_range(slider)
            slider.focus()
            page.keyboard.press(away)
            assert slider.input_value() != before and slider.get_attribute("aria-valuetext") != said
            assert picture.inner_html() != drawn
            page.keyboard.press(back)
            assert slider.input_value() == before
            assert page.evaluate("(s) => s.labels.length", slider.element_handle()) == 1
        for button in found.get_by_role("button").all():
            page.keyboard.press("Tab")
            assert page.evaluate("(b) => b === document.activeElement", button.element_handle())
        page.keyboard.press("Enter")  # the last one resets
        root = page.locator(f"#{PLACES[name][1]}")
        for slider in found.get_by_role("slider").all():
            setting = str(slider.get_attribute("id")).removeprefix(f"{PLACES[name][1]}-")
            if setting != "lr":  # its slider counts powers of ten
                assert float(slider.input_value()) == float(root.get_attribute(f"data-{setting}") or "nan")


@pytest.mark.parametrize("name", NAMES)
def test_settings_live_in_the_address(browser: Browser, address: str, name: str) -> None:
    def state(page: Page) -> list[str | None]:
        return [slider.get_attribute("aria-valuetext") for slider in explorable(page, name).get_by_role("slider").all()]

    with opened(browser, where(address, name, query="?kept=1#exercises")) as page:
        first = state(page)
        for slider in explorable(page, name).get_by_role("slider").all():
            away, _ = into_its_range(slider)
            slider.focus()
            for _ in range(3):
                page.keyboard.press(away)
        moved = state(page)
        assert all(a != b for a, b in zip(first, moved, strict=True))
        page.wait_for_function(f"location.search.includes('{PLACES[name][1]}')")
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
        explorable(page, name).get_by_role("button", name="Reset").click()
        page.wait_for_function(f"!location.search.includes('{PLACES[name][1]}')")
        assert state(page) == first and "kept=1" in page.url


def test_nonsense_in_the_address_does_no_harm(browser: Browser, address: str) -> None:
    query = "?try-descent-w0=99&try-descent-lr=lots&try-descent-steps=2.6"
    with opened(browser, where(address, "descent", query=query)) as page:
        sliders = explorable(page, "descent").get_by_role("slider")
        assert [s.get_attribute("aria-valuetext") for s in sliders.all()] == ["1.80", "0.03", "3"]


def test_the_start_can_be_dragged(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "descent")) as page:
        found = explorable(page, "descent")
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


def test_play_moves_step_by_step_and_pauses(browser: Browser, address: str) -> None:
    with opened(browser, where(address, "descent", query="?try-descent-lr=0.002&try-descent-steps=0")) as page:
        found = explorable(page, "descent")
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
    url = where(address, "descent", query="?try-descent-lr=0.002&try-descent-steps=0")
    with opened(browser, url, reduced_motion="reduce") as page:
        found = explorable(page, "descent")
        found.get_by_role("button", name="Play").click()
        assert found.get_by_label("steps").input_value() == "60"  # at once
        assert found.get_by_role("button", name="Pause").count() == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 360)])
def test_nothing_overflows_and_axe_is_content(
    browser: Browser, address: str, name: str, language: str, scheme: str, width: int
) -> None:
    viewport = {"width": width, "height": 800}
    with opened(browser, where(address, name, language), viewport=viewport, color_scheme=scheme) as page:
        found = explorable(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(AXE.read_text(encoding="utf-8"))
        results = page.evaluate("(id) => axe.run('#' + id)", PLACES[name][1])
        assert [(v["id"], v["nodes"][0]["html"]) for v in results["violations"]] == []
        boxes = [text.bounding_box() for text in found.locator("svg text").all()]
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
        if language == "zh":
            assert not re.search(r"steps|loss|slope|Reset|minimum", found.inner_text())


def walk(page: Page, url: str) -> None:
    """Follow a link to `url` that stands in the text."""
    page.evaluate("(url) => { document.querySelector('article').innerHTML = `<a id=way href='${url}'>way</a>`; }", url)
    page.locator("#way").click()


@pytest.mark.parametrize("name", NAMES)
def test_it_works_after_walking_there_inside_the_site(browser: Browser, address: str, name: str) -> None:
    with opened(browser, f"{address}/en/training/critical-points/", viewport={"width": 1400, "height": 800}) as page:
        page.evaluate("window.stillHere = true")
        walk(page, where(address, name))
        found = explorable(page, name)
        assert found.locator(".explorable-box").count() == 1
        away, _ = into_its_range(found.get_by_role("slider").first)
        found.get_by_role("slider").first.focus()
        page.keyboard.press(away)
        page.wait_for_function(f"location.search.includes('{PLACES[name][1]}')")
        other = next(n for n in NAMES if n != name)
        walk(page, where(address, other))
        assert explorable(page, other).locator(".explorable-box").count() == 1
        page.go_back()
        assert explorable(page, name).locator(".explorable-box").count() == 1
        assert page.evaluate("window.stillHere")  # no page was loaded anew


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_scripts_the_still_figure_stands_alone(
    browser: Browser, address: str, name: str, language: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(where(address, name, language))
    assert page.locator(f"#{PLACES[name][2]} svg").is_visible()
    assert page.locator(f"#{PLACES[name][1]}").bounding_box() is None  # takes no room
    context.close()


def test_all_scripts_together_are_small() -> None:
    size = sum(len(gzip.compress(script.read_bytes(), 9)) for script in SCRIPTS)
    assert len(SCRIPTS) >= 2 + len(NAMES) and size < 40_000


def test_pages_without_explorables_have_no_style_for_them(address: str, site: Path) -> None:
    for path in page_files():
        language, slug = path.relative_to(DOCS).parts[0], path.relative_to(DOCS).with_suffix("").as_posix()[3:]
        folder = f"{language}/" + ("" if slug == "index" else f"{slug}/")
        has = 'class="explorable"' in path.read_text(encoding="utf-8")
        assert ("explorables.css" in (site / folder / "index.html").read_text(encoding="utf-8")) == has
