"""Counts Python-like code as the reader's browser gets it, to be held against what the engine runs.

It shares no parser with the engine: the page is rendered by Python-Markdown with the site's own extensions, and the
languages are those that Pygments calls Python.
"""

from __future__ import annotations

import re

from markdown import Markdown
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_EXTENSIONS = (
    "admonition attr_list def_list footnotes md_in_html tables pymdownx.details pymdownx.highlight "
    "pymdownx.superfences pymdownx.tabbed"
).split()
_CODE = re.compile(r'<div[^>]*class="language-([\w+-]+)[^"]*highlight')


def is_python_like(language: str) -> bool:
    """Whether Pygments takes a fence's language for some kind of Python."""
    try:
        return "python" in get_lexer_by_name(language).name.lower()
    except ClassNotFound:
        return False


def python_code_shown(body: str) -> int:
    """How many blocks of Python a reader of this Markdown sees."""
    configs = {"pymdownx.highlight": {"pygments_lang_class": True}, "pymdownx.tabbed": {"alternate_style": True}}
    shown = Markdown(extensions=_EXTENSIONS, extension_configs=configs).convert(body)
    shown = re.sub(r"<!--.*?-->", "", shown, flags=re.DOTALL)
    return sum(is_python_like(language) for language in _CODE.findall(shown))
