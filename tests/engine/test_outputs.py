"""``make update-outputs`` writes what doctests really gave."""

from pathlib import Path

from engine.outputs import update


def test_outputs_are_rewritten_in_place(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = "# T\n\n- item\n\n    ```pycon\n    >>> 1 + 1\n    3\n    >>> for i in range(2):\n    ...     print(i)\n"
    text += "    ```\n\nAfter.\n"
    page.write_text(text, encoding="utf-8")
    assert update(page)
    right = text.replace("    3\n", "    2\n").replace("print(i)\n", "print(i)\n    0\n    1\n")
    assert page.read_text(encoding="utf-8") == right
    assert not update(page)
