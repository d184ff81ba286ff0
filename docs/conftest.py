"""Every block of every page is a test; ``engine/README.md`` says what counts as a block."""

import sys
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from engine import LANGUAGES
from engine.testing import sybil_for
from sybil.integration.pytest import SybilItem

_HERE = Path(__file__).parent
_PAGES = sybil_for(str(_HERE / LANGUAGES[0]))
for _language in LANGUAGES[1:]:
    _PAGES = _PAGES + sybil_for(str(_HERE / _language))

pytest_collect_file = _PAGES.pytest()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Of the pages, exercises alone count for the library's coverage: being traced, a block takes a third longer.

    The library has tests of its own; that an exercise knows its starter and its right answer is shown by the pages.
    (pytest-cov's mark ``no_cover`` does not stop the tracing in the processes of ``pytest -n``, where it begins twice.)
    """
    if not isinstance(item, SybilItem) or item.example.parsed.exercise:
        return (yield)
    here, in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type] # None is what it was before
    try:
        return (yield)
    finally:
        sys.settrace(here)
        threading.settrace(in_threads)  # type: ignore[arg-type]
