"""Each benchmark writes its own section of RESULTS.md and touches no other."""

from pathlib import Path

from benchmarks.report import Row, replace_section, table


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    replace_section("The site", "one", path)
    replace_section("The library", "two", path)
    assert path.read_text(encoding="utf-8") == "# What was measured\n\n## The site\n\none\n\n## The library\n\ntwo\n"
    replace_section("The site", r"new \1 text", path)
    text = path.read_text(encoding="utf-8")
    assert text == "# What was measured\n\n## The site\n\nnew \\1 text\n\n## The library\n\ntwo\n"


def test_a_broken_limit_is_plain_to_see() -> None:
    kept, broken, noted = Row("a", 1.0, 1.0), Row("b", 1.31, 1.3, " s"), Row("c", 9.0)
    assert Row("d", 6.5, 6.0, at_least=True).kept and not Row("d", 5.9, 6.0, at_least=True).kept
    assert noted.kept and str(noted) == "ok      c: 9 (noted)"
    assert str(broken) == "NOT OK  b: 1.31 s (at most 1.3 s)" and str(kept).startswith("ok ")
    assert "**NOT OK**" in table([broken]) and "NOT OK" not in table([kept])
