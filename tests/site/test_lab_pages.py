"""The labs in the built site: as sound as pages, small, with a notebook in the page's language."""

import re
from pathlib import Path

import nbformat
import pytest
from built_site import parsed, value
from engine import LANGUAGES
from engine.labs import Lab, lab_files
from playwright.sync_api import Browser
from visits import check_as_a_reader, visit

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LABS = pytest.mark.parametrize(
    ("lab", "language"),
    [(Lab(path), language) for path in lab_files() for language in LANGUAGES],
    ids=lambda value: value if isinstance(value, str) else value.name,
)


def address_of(lab: Lab, language: str) -> str:
    return f"/{language}/{lab.slug}/"


@LABS
def test_a_lab_serves_its_readers(browser: Browser, address: str, lab: Lab, language: str) -> None:
    check_as_a_reader(browser, address, address_of(lab, language), lab.page(language))


@LABS
def test_a_lab_is_small_and_shows_what_ran(site: Path, lab: Lab, language: str) -> None:
    file = site / language / lab.slug / "index.html"
    assert file.stat().st_size < 120_000
    built, page = parsed(file), lab.page(language)
    title, described = built.css_first("title"), built.css_first("meta[name=description]")
    assert title and page.front_matter["title"] in title.text()
    assert described and value(described, "content") == page.front_matter["description"]
    assert {value(figure, "id") for figure in built.css("figure.figure")} == set(page.figures)
    assert len(built.css(".course-block")) == len(page.blocks) and built.css(".output-stdout")
    assert not built.css("[class*=jp-], .katex-error, article style, article script")
    places = {heading.anchor for heading in page.headings}
    assert places <= {value(tag, "id") for tag in built.css("article [id]")}
    assert places & {value(link, "href").lstrip("#") for link in built.css(".md-sidebar--secondary a[href^='#']")}


@LABS
def test_the_notebook_is_in_one_language(site: Path, lab: Lab, language: str) -> None:
    folder = site / language / lab.slug
    link = parsed(folder / "index.html").css_first(".lab-links a[download]")
    assert link is not None
    text = (folder / value(link, "href")).read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert len(prose) == sum(language in cell.tags for cell in lab.cells)
    assert all(bool(CHINESE.search(cell)) == (language == "zh") for cell in prose)
    assert all(cell.outputs == [] for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize(("language", "word", "other"), [("en", "Seattle", "zh"), ("zh", "西雅图", "en")])
def test_search_finds_the_lab(browser: Browser, address: str, language: str, word: str, other: str) -> None:
    with visit(browser, f"{address}/{language}/") as page:
        page.locator(".md-search__input").click()
        page.locator(".md-search__input").fill(word)
        page.keyboard.press("End")  # the search listens to keys
        results = page.locator(".md-search-result__link")
        results.first.wait_for()
        links = [link.get_attribute("href") or "" for link in results.all()]
    assert any("labs/fit-a-curve/" in link for link in links)
    assert not any(f"/{other}/" in link for link in links)
