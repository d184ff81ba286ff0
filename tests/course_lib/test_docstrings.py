"""The doctests in the library's docstrings, through Sybil."""

from pathlib import Path

import pytest
from engine import ROOT
from sybil.document import PythonDocStringDocument
from sybil.parsers.rest import DocTestParser

MODULES = sorted((ROOT / "course_lib").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_docstrings(path: Path) -> None:
    for example in PythonDocStringDocument.parse(str(path), DocTestParser()):
        example.evaluate()
