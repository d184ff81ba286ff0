"""The browser of the tests: Debian's Chromium, without the parts that nobody sees where there is no screen."""

import os
import shutil

import pytest

# The headless shell is the same engine; its visits take three quarters of the processor time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def program() -> str:
    """Where the browser is. Without one a test is skipped; in CI it fails, as .ci/run installs one."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("no browser: .ci/run installs Debian's chromium-headless-shell")
    if found is None:
        pytest.skip("no Chromium here; install the package chromium-headless-shell or chromium to run these tests")
    return found
