"""Which tests share a process under `pytest -n 2 --dist loadgroup`, as `make test` runs them."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The built site is built once; a page's scripts run once; blocks of a page, and tests of a file, share a state."""
    for item in items:
        file = str(item.path)
        if "address" in getattr(item, "fixturenames", ()):
            group = "site"
        elif "tests/pages" in file and hasattr(item, "callspec"):
            group = f"{file} {item.callspec.id}"
        else:
            group = file
        item.add_marker(pytest.mark.xdist_group(group))
