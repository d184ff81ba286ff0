"""What goes wrong with a page, said with page, line, block and traceback."""

from __future__ import annotations

from pathlib import Path


class PageError(Exception):
    """A page that cannot be shown: where it went wrong, and how."""

    def __init__(self, path: Path | str, line: int, what: str, detail: str = "") -> None:
        self.path, self.line, self.what, self.detail = Path(path), line, what, detail
        super().__init__(f"{self.path}:{line}: {what}" + (f"\n{detail.rstrip()}" if detail else ""))

    def __reduce__(self) -> tuple[type[PageError], tuple[Path, int, str, str]]:
        return type(self), (self.path, self.line, self.what, self.detail)
