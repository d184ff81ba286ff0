"""What a first visit costs is cut without a loss."""

from engine.assets import without_indentation


def test_indentation_goes_and_preformatted_text_stays() -> None:
    page = '<ul>\n    <li>a\n      b</li>\n\n</ul>\n<pre tabindex="0">\n  x\n\n    y</pre>\n   <p>c</p>\n<script>\n  f()\n</script>'
    bare = '<ul>\n<li>a\nb</li>\n</ul>\n<pre tabindex="0">\n  x\n\n    y</pre>\n<p>c</p>\n<script>\n  f()\n</script>'
    assert without_indentation(page) == bare and without_indentation(bare) == bare
