"""A visit notices what must not happen: each fault is planted on a small page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from visits import AXE, DESKTOP, ONE_OF_EACH, check_with_axe, visit

PAGE = """<!doctype html><html lang="en"><head><title>Small</title><link rel="icon" href="data:,">
<style>body { background: #fff; color: #111 } .faint { color: #ddd }</style></head>
<body data-md-color-scheme="default"><main><h1>Small</h1>FAULT</main></body></html>"""
FORMULA = (
    '<p CLASS>so <span class="katex"><span class="katex-mathml"><math><mi>x</mi></math></span>'
    '<span class="katex-html" aria-hidden="true"><span>left</span><span STYLE>right</span></span></span></p>'
)
Serve = Callable[..., AbstractContextManager[str]]


@pytest.mark.parametrize("host", ["pictures.example", "192.0.2.1"])
def test_a_request_to_another_host_goes_nowhere_and_is_noticed(
    browser: Browser, serve: Serve, tmp_path: Path, host: str
) -> None:
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    failed: list[str | None] = []
    with serve(tmp_path) as where, pytest.raises(AssertionError, match=host), visit(browser, f"{where}/") as page:
        page.on("requestfailed", lambda request: failed.append(request.failure))
        page.evaluate(f"fetch('http://{host}/x.png', {{ mode: 'no-cors' }}).catch(() => null)")
    assert failed == ["net::ERR_NAME_NOT_RESOLVED"]


@pytest.mark.parametrize("script", ["console.error('a fault')", "console.warn('a fault')", "throw Error('a fault')"])
def test_what_a_script_says_is_noticed(browser: Browser, serve: Serve, tmp_path: Path, script: str) -> None:
    (tmp_path / "index.html").write_text(PAGE.replace("FAULT", f"<script>{script}</script>"), encoding="utf-8")
    with serve(tmp_path) as where, pytest.raises(AssertionError, match="a fault"), visit(browser, f"{where}/"):
        pass


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ('<pre tabindex="0"><code><span class="k">def</span> <span class="k">if</span></code></pre>', ""),
        ('<pre tabindex="0"><code><span class="k">if</span><span class="k faint">if</span></code></pre>', "contrast"),
        ('<pre tabindex="0"><code><b class="faint"><span class="k">if</span></b></code></pre>', "contrast"),
        (FORMULA.replace("CLASS", "").replace("STYLE", ""), ""),
        (FORMULA.replace("CLASS", 'class="faint"').replace("STYLE", ""), "contrast"),
        (FORMULA.replace("CLASS", "").replace("STYLE", 'style="color:#ddd"'), "contrast"),
        ('<figure class="figure" role="img"><svg></svg></figure>', "role-img-alt"),
        ("<button></button>", "button-name"),
    ],
)
def test_axe_still_finds_a_fault_once_one_of_each_kind_is_left(
    browser: Browser, serve: Serve, tmp_path: Path, fault: str, found: str
) -> None:
    (tmp_path / "index.html").write_text(PAGE.replace("FAULT", fault), encoding="utf-8")
    with serve(tmp_path) as where, visit(browser, f"{where}/") as page:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        page.evaluate(ONE_OF_EACH)
        if not found:
            check_with_axe(page, "light", DESKTOP)
            return
        with pytest.raises(AssertionError, match=found):
            check_with_axe(page, "light", DESKTOP)
