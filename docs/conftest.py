"""Every block of every page is a test; ``engine/README.md`` says what counts as a block."""

from pathlib import Path

from engine import LANGUAGES
from engine.testing import sybil_for

_HERE = Path(__file__).parent
_PAGES = sybil_for(str(_HERE / LANGUAGES[0]))
for _language in LANGUAGES[1:]:
    _PAGES = _PAGES + sybil_for(str(_HERE / _language))

pytest_collect_file = _PAGES.pytest()
