"""A reader's visit to a page of the built site."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page


@contextmanager
def visit(browser: Browser, url: str, scheme: str = "light", width: int = 1200) -> Iterator[Page]:
    """Open a page; at the end it must have asked no other host and said nothing on the console."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800},  # type: ignore[arg-type]
                                  permissions=["clipboard-read", "clipboard-write"])  # fmt: skip
    page = context.new_page()
    foreign: list[str] = []
    said: list[str] = []
    host = urlsplit(url).netloc

    def watch(route, request):  # type: ignore[no-untyped-def]
        if urlsplit(request.url).netloc not in (host, ""):
            foreign.append(request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/*", watch)
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    page.wait_for_load_state("networkidle")
    # what is not on the screen counts too: its colours, its width
    page.add_style_tag(content="* { content-visibility: visible !important }")
    yield page
    assert foreign == [] and said == []
    context.close()
