"""Which tests share a process under `pytest -n 2`, as `make test` runs them."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

HAVE_A_SITE_OF_THEIR_OWN = ("tests/site/test_planted_faults.py", "tests/site/test_below_a_path.py")


def group_of(node: str) -> str:
    """Tests of one group run in one process, in order: the blocks of a page, the tests of a file.

    The tests of the built site are one group, as building it takes long; of the tests of pages, each page is one.
    """
    file, _, test = node.partition("::")
    if file.startswith("tests/pages/") and "[" in test:
        return f"{file} {test.partition('[')[2]}"
    if file.startswith("tests/site/") and file not in HAVE_A_SITE_OF_THEIR_OWN:
        return "tests/site"
    return file


class Grouped(LoadScopeScheduling):
    """xdist's `--dist loadgroup` would do, but 3.8 sees no marks under pytest 9."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Grouped:
    return Grouped(config, log)
