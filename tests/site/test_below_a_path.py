"""Published as https://NAME.github.io/REPO/: links, switch and search work, and each page can be edited."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Browser
from small_course import small_course
from visits import visit

REPOSITORY = "https://code.example/name/repository"


def test_the_site_works_below_a_path_with_an_edit_link(
    browser: Browser, tmp_path: Path, serve: Callable[..., AbstractContextManager[str]]
) -> None:
    course = small_course(tmp_path / "course")
    with serve(tmp_path / "host") as host:
        where = host + "/repository"
        status, said = course.run(
            "engine.build", "--address", where, "--site", str(tmp_path / "host" / "repository"),
            SITE_REPOSITORY=REPOSITORY,
        )  # fmt: skip
        assert status == 0, said
        with visit(browser, where + "/zh/other/#other") as page:
            edit = page.locator("a[href^='https://code.example']").evaluate_all("(links) => links.map((a) => a.href)")
            assert f"{REPOSITORY}/edit/main/docs/zh/other.md" in edit
            page.locator("a.course-language").click()
            page.wait_for_url(where + "/en/other/#other")
            page.wait_for_load_state("networkidle")  # the page arrives after its address, and closes the search
            page.locator(".md-search__input").click()
            page.locator(".md-search__input").press_sequentially("tensor")
            page.locator(".md-search-result__link").first.wait_for()
        with visit(browser, where + "/") as page:
            page.locator("a[hreflang=zh]").click()
            page.wait_for_url(where + "/zh/")
