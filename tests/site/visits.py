"""A reader's visit to a page of the built site, and what must hold during it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from engine import ROOT
from engine.needs import scripts_of
from engine.page import Page as CoursePage
from playwright.sync_api import Browser, Locator, Page

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP, PHONE = 1200, 360
# What passes is counted by axe too, and takes longer to hand over than to find. In an explorable nothing at all may be.
FOUND_BY_AXE = """axe.run({ resultTypes: ['violations'] }).then((result) => result.violations.map((violation) => ({
    id: violation.id, impact: violation.impact,
    html: violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)),
    explorable: violation.nodes.some((node) => document.querySelector(node.target[0])?.closest(".explorable")),
})))"""
# axe takes as long as a page has elements, and most are like others: words of code of the same kind in the same place,
# parts of formulas, marks of pictures (of text in SVG, axe never says whether it can be read). One of each may do.
ONE_OF_EACH = """() => {
    const kinds = new Set();
    for (const word of document.querySelectorAll("pre code span")) {
        const place = [];
        for (let at = word; at; at = at.parentElement) place.push(at.className);
        const kind = place.join(" in ");
        if (kinds.has(kind)) word.replaceWith(...word.childNodes);
        else kinds.add(kind);
    }
    for (const formula of document.querySelectorAll(".katex:not(:has([style*=color]))")) {
        formula.querySelector(".katex-mathml").remove();
        const set = formula.querySelector(".katex-html");
        set.textContent = set.textContent;
    }
    for (const picture of document.querySelectorAll("figure.figure svg")) picture.replaceChildren();
}"""
LOOKS = {  # each page in both widths and both schemes, its twin in the other language the other way round
    "en": (("light", DESKTOP), ("dark", PHONE)),
    "zh": (("dark", DESKTOP), ("light", PHONE)),
}


@contextmanager
def visit(browser: Browser, url: str, scheme: str = "light", width: int = 1200) -> Iterator[Page]:
    """Open a page; at the end it must have asked no other host and said nothing on the console."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800},  # type: ignore[arg-type]
                                  permissions=["clipboard-read", "clipboard-write"])  # fmt: skip
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))  # it finds no other host: conftest's NOWHERE_ELSE
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    # what is not on the screen counts too: its colours, its width
    # and a button that is just fading in is not yet what a reader sees
    page.add_style_tag(content="* { content-visibility: visible !important; transition: none !important }")
    yield page
    assert [address for address in asked if urlsplit(address).netloc not in (urlsplit(url).netloc, "")] == []
    assert said == []
    context.close()


def look(page: Page, scheme: str, width: int) -> None:
    """Show the page in a scheme, on a screen of a width in CSS pixels."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 800})
    page.locator(f"body[data-md-color-scheme={'slate' if scheme == 'dark' else 'default'}]").wait_for()


def check_looks(page: Page, scheme: str, width: int) -> None:
    """No sideways scrolling, formulas set, diagrams drawn in this scheme, explorables ready."""
    look(page, scheme, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".katex-error").count() == 0
    for diagram in page.locator(".diagram").all():  # each is drawn when it comes near the screen
        diagram.scroll_into_view_if_needed()
        diagram.locator(f"xpath=self::*[@data-drawn='{scheme}']").wait_for(timeout=15_000)
        assert diagram.locator("svg text").count() > 0
        assert not diagram.locator("pre.diagram-source").is_visible()
    for explorable in page.locator(".explorable").all():
        check_explorable(explorable, width)


def check_with_axe(page: Page, scheme: str, width: int) -> None:
    """Nothing serious, and in explorables nothing at all; once `ONE_OF_EACH` has left fewer elements to look at."""
    look(page, scheme, width)
    found = page.evaluate(FOUND_BY_AXE)
    assert [v for v in found if v["explorable"] or v["impact"] in ("serious", "critical")] == [], (scheme, width)


def check_explorable(explorable: Locator, width: int) -> None:
    """It is ready, its pictures fit the screen, and it speaks the page's language."""
    explorable.scroll_into_view_if_needed()
    explorable.locator("xpath=self::*[@data-state='ready']").wait_for()
    ends = explorable.locator("svg text").evaluate_all(
        "(texts) => texts.map((text) => text.getBoundingClientRect()).map((box) => [box.left, box.right])"
    )
    assert ends and all(0 <= left and right <= width for left, right in ends), width
    if explorable.page.locator("html[lang=zh]").count():
        assert not re.search(r"steps|loss|slope|Reset|minimum", explorable.inner_text())


def check_what_is_loaded(page: Page) -> None:
    """Mermaid and the explorables' scripts come only where the page has some."""
    loaded = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    for what, script in ((".diagram", "diagrams.js"), ("[data-explorable]", "/explorables/")):
        assert any(script in name for name in loaded) == (page.locator(what).count() > 0), what


def check_copies(page: Page, scripts: dict[int, str]) -> None:
    """The copy buttons give the scripts that the tests ran; the last one is pressed, and says what it copied."""
    assembled = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('.course-block')].map((b) => [b.id, courseScript(b)]))"
    )
    assert assembled == {f"block-{number}": script for number, script in scripts.items()}
    if not scripts:
        return
    last = page.locator(f"#block-{max(scripts)}")
    last.locator(".course-copy button").first.click()
    assert page.evaluate("navigator.clipboard.readText()") == scripts[max(scripts)]
    assert re.search(r"\d+", last.locator("[role=status]").inner_text())


def check_as_a_reader(browser: Browser, address: str, path: str, course_page: CoursePage) -> None:
    """All of the above and the way to the other language in one visit of ``path``, which shows ``course_page``."""
    language = course_page.language
    with visit(browser, f"{address}{path}#exercises", *LOOKS[language][0]) as page:
        page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        for looks in LOOKS[language]:
            check_looks(page, *looks)
        check_what_is_loaded(page)
        check_copies(page, scripts_of(course_page))
        page.evaluate(AXE.read_text(encoding="utf-8"))
        page.evaluate(ONE_OF_EACH)
        for looks in reversed(LOOKS[language]):  # the first again at the end: there the way to the other language shows
            check_with_axe(page, *looks)
        page.locator("a.course-language").click()
        other = path.replace(f"/{language}/", f"/{'zh' if language == 'en' else 'en'}/", 1)
        page.wait_for_url(f"{address}{other}#exercises", wait_until="commit")
