"""Which tests share a process under `pytest -n`, as `make test` runs them."""

import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

VISIT = re.compile(r"test_a_page_serves_its_readers\[/(\w+/\w*)")


def group_of(node: str) -> str:
    """Tests of one group run in one process, in order: the blocks of a page, the tests of a file.

    Of the tests of pages, each page is a group; of those of the built site, which all processes share, visits are one
    a chapter, so that no process is left with most of them.
    """
    file, _, test = node.partition("::")
    if file.startswith("tests/pages/") and "[" in test:
        return f"{file} {test.partition('[')[2]}"
    chapter = VISIT.match(test)
    return f"{file} {chapter[1]}" if chapter else file


class Grouped(LoadScopeScheduling):
    """xdist's `--dist loadgroup` would do, but 3.8 sees no marks under pytest 9."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Grouped:
    return Grouped(config, log)
