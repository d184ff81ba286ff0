"""Pages that run: one set of parsers for the tests and for the site. See README.md beside this file."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CACHE = ROOT / ".cache"
LANGUAGES = ("en", "zh")


def page_files(docs: Path = DOCS) -> list[Path]:
    """Every Markdown page of every language, in a stable order."""
    return sorted(path for language in LANGUAGES for path in (docs / language).rglob("*.md"))
