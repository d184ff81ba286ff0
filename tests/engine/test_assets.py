"""What a first visit costs is cut without a loss."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from engine import assets
from engine.assets import without_indentation


def test_indentation_goes_and_preformatted_text_stays() -> None:
    kept = '<pre tabindex="0">\n  x\n\n    y</pre>', "<script>\n  f()\n</script>"
    page = f"<ul>\n    <li>a\n      b</li>\n\n</ul>\n{kept[0]}\n   <p>c</p>\n{kept[1]}"
    bare = f"<ul>\n<li>a\nb</li>\n</ul>\n{kept[0]}\n<p>c</p>\n{kept[1]}"
    assert without_indentation(page) == bare and without_indentation(bare) == bare


def test_two_builds_may_cut_the_same_font_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "CACHE", tmp_path)
    font = assets.KATEX / "fonts" / "KaTeX_Main-Regular.woff2"
    with ThreadPoolExecutor(8) as builds:
        cut = list(builds.map(lambda _: assets.subset(font, "xyz"), range(16)))
    assert len(set(cut)) == 1 and cut[0].stat().st_size < font.stat().st_size / 2
    assert [path.name for path in cut[0].parent.iterdir()] == [cut[0].name], "nothing half-written stays"
