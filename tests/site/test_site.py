"""The built site as files, and as a reader's browser sees it."""

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from built_site import broken_links, facts, foreign_sources, html_files
from engine import DOCS, page_files
from engine.page import Page as CoursePage
from playwright.sync_api import Browser
from visits import check_as_a_reader, visit

ADDRESSES = [
    f"/{page.language}/" + ("" if page.slug == "index" else f"{page.slug}/")
    for page in map(CoursePage.read, page_files())
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_page_serves_its_readers(browser: Browser, address: str, path: str) -> None:
    language, _, slug = path.strip("/").partition("/")
    check_as_a_reader(browser, address, path, CoursePage.read(DOCS / language / f"{slug or 'index'}.md"))


@pytest.mark.parametrize(("language", "word"), [("en", "gradient"), ("zh", "梯度")])
def test_search_finds_this_language_only(browser: Browser, address: str, language: str, word: str) -> None:
    with visit(browser, f"{address}/{language}/") as page:
        page.locator(".md-search__input").click()
        page.locator(".md-search__input").fill(word)
        page.keyboard.press("End")  # the search listens to keys
        results = page.locator(".md-search-result__link")
        results.first.wait_for()
        links = [urlsplit(urljoin(page.url, link.get_attribute("href") or "")).path for link in results.all()]
        assert f"/{language}/basics/gradient-descent/" in links
        assert all(link.startswith(f"/{language}/") for link in links)


def test_nothing_in_the_site_loads_from_another_host(address: str, site: Path) -> None:
    assert foreign_sources(site, address) == []


def test_links_and_anchors_resolve(address: str, site: Path) -> None:
    assert broken_links(site, address) == []


def test_ids_are_unique_and_figures_are_described(address: str, site: Path) -> None:
    for file in html_files(site):
        ids = facts(file).ids
        assert len(ids) == len(set(ids)), f"{file}: {sorted({i for i in ids if ids.count(i) > 1})}"
        assert facts(file).undescribed == (), file


def test_math_is_loaded_only_where_there_is_math(address: str, site: Path) -> None:
    for file in html_files(site):
        text = file.read_text(encoding="utf-8")
        assert ("katex.min.css" in text) == ('class="katex' in text), file


def test_a_diagram_is_drawn_again_in_the_other_colours(browser: Browser, address: str) -> None:
    with visit(browser, address + "/en/deep/curves-to-networks/") as page:
        page.locator("#F12").scroll_into_view_if_needed()
        page.locator("#F12 .diagram[data-drawn=light]").wait_for()
        page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
        page.locator("#F12 .diagram[data-drawn=dark]").wait_for()
        assert page.locator("#F12 svg").count() == 1


def test_instant_navigation_brings_formulas_diagrams_and_buttons(browser: Browser, address: str) -> None:
    with visit(browser, address + "/en/", width=1300) as page:
        page.evaluate("window.stillHere = true")
        page.locator("article a[href*='deep/curves-to-networks']").first.click()
        page.locator("h1#curves-to-networks").wait_for()
        assert page.evaluate("window.stillHere")  # no page was loaded anew
        page.locator("#block-3 .course-copy button").first.wait_for()
        assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))")
        page.locator("#F12").scroll_into_view_if_needed()
        page.locator("#F12 .diagram[data-drawn=light]").wait_for()
        link = page.locator("a.course-language").evaluate("(link) => link.href")
        assert link == address + "/zh/deep/curves-to-networks/"
        page.go_back()
        page.locator("h1#start").wait_for()
        assert page.locator("#block-1 .course-copy").count() == 1


def test_the_search_index_waits_for_a_query(browser: Browser, address: str) -> None:
    asked: list[str] = []
    with visit(browser, f"{address}/zh/") as page:
        page.on("request", lambda request: asked.append(request.url))
        page.locator(".md-search__input").click()
        page.wait_for_timeout(300)
        assert not any("full_index" in url for url in asked)
        page.locator(".md-search__input").fill("鞍点")
        page.keyboard.press("End")  # the search listens to keys
        page.locator(".md-search-result__link").first.wait_for()
        assert [url for url in asked if "full_index" in url] == [f"{address}/zh/search/full_index.json"]


def test_the_sitemap_names_both_languages(address: str, site: Path) -> None:
    for path in ADDRESSES:
        text = (site / path.split("/")[1] / "sitemap.xml").read_text(encoding="utf-8")
        assert f"<loc>{address}{path}</loc>" in text
        for language in ("en", "zh"):
            other = address + re.sub("^/(en|zh)/", f"/{language}/", path)
            assert f'hreflang="{language}" href="{other}"' in text


def test_pages_say_when_they_changed_and_were_verified(address: str, site: Path) -> None:
    for path in ADDRESSES:
        page = facts(site / path.strip("/") / "index.html")
        assert page.says_when and page.leads_on
        if page.has_blocks:
            assert re.search(r"PyTorch 2\.\d+\.\d", page.verified)
