"""What a first visit costs is cut without a loss."""

from engine.assets import without_indentation


def test_indentation_goes_and_preformatted_text_stays() -> None:
    kept = '<pre tabindex="0">\n  x\n\n    y</pre>', "<script>\n  f()\n</script>"
    page = f"<ul>\n    <li>a\n      b</li>\n\n</ul>\n{kept[0]}\n   <p>c</p>\n{kept[1]}"
    bare = f"<ul>\n<li>a\nb</li>\n</ul>\n{kept[0]}\n<p>c</p>\n{kept[1]}"
    assert without_indentation(page) == bare and without_indentation(bare) == bare
