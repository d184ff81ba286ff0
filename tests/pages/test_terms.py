"""Every page keeps to the terms of docs/glossary.yml."""

import pytest
from engine import page_files
from engine.glossary import MARK, avoided, load, quotations, without_english
from engine.page import Page

PAGES = [Page.read(path) for path in page_files()]
CHINESE = [page for page in PAGES if page.language == "zh"]
TERMS = load()
NOTES, WARNING = "the notes' own word", "the name that the text warns of"
QUOTES = {  # each place where a page may use a form that is avoided: page, form, why
    ("en/basics/gradient-descent", "GB", NOTES),
    ("zh/basics/gradient-descent", "GB", NOTES),
    ("en/basics/diagnosing-loss", "GB", NOTES),
    ("zh/basics/diagnosing-loss", "GB", NOTES),
    ("en/reference/errata", "GB", NOTES),
    ("zh/reference/errata", "GB", NOTES),
    ("en/reference/errata", "stable point", NOTES),
    ("zh/reference/errata", "stable point", NOTES),
    ("zh/reference/errata", "稳定点", "the notes' word in Chinese"),
    ("zh/training/critical-points", "稳定点", WARNING),
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.language}/{page.slug}")
def test_no_page_uses_an_avoided_form(page: Page) -> None:
    assert [str(found) for found in avoided(page, TERMS)] == []


def test_quotations_are_these_and_no_others() -> None:
    found = {(f"{page.language}/{page.slug}", quote.form, quote.reason) for page in PAGES for quote in quotations(page)}
    assert found == QUOTES


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.slug)
def test_a_chinese_page_gives_the_english_of_what_it_explains(page: Page) -> None:
    assert without_english(page, TERMS) == []


def test_the_meanings_keep_to_the_terms_too() -> None:
    for term in TERMS:
        for language, text in term.means.items():
            assert avoided(Page(PAGES[0].path, text), TERMS) == []
            assert text.endswith("." if language == "en" else "。") and "$" not in text
            assert text.count("`") == term.means["en"].count("`")


def test_the_glossary_page_shows_the_glossary() -> None:
    shown = [f"{page.language}/{page.slug}" for page in PAGES if MARK.search(page.text)]
    assert shown == ["en/reference/glossary", "zh/reference/glossary"]
