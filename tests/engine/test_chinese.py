"""Chinese stands without the spaces that line breaks and emphasis leave in its source."""

import pytest
from engine.extension import joined, set_close

BLOCKS = "一段。\n\n**又一段**\n\n- 一条\n- **又一条**\n\n## 标题 {#a}\n\n[链接](a.md)\n"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("走到\n谷底，\n停下", "走到谷底，停下"),
        ("- 为什么：\n  障碍是鞍点", "- 为什么：障碍是鞍点"),
        ("这就是\n**过拟合**", "这就是**过拟合**"),
        ("讲解见\n[下降](a.md)", "讲解见[下降](a.md)"),
        ("学习率\nlr，\n$x$ 与\n`w`", "学习率\nlr，\n$x$ 与\n`w`"),
        (BLOCKS, BLOCKS),
        ("| 甲 | **乙** |\n| 丙 | 丁 |", "| 甲 | **乙** |\n| 丙 | 丁 |"),
        ("**甲** **乙**", "**甲** **乙**"),
        ("A line\nand *another*. \n[Link](a.md)", "A line\nand *another*. \n[Link](a.md)"),
    ],
)
def test_only_spaces_between_chinese_characters_go(source: str, shown: str) -> None:
    assert joined(source) == set_close(source) == shown


def test_after_emphasis_they_go_on_pages_only() -> None:
    """CommonMark, which notebooks are read by, sees no end of emphasis between a full stop and a Chinese character."""
    for source in ("**提示。** 先想", "**提示：** [先想](a.md)", "**提示：** Python", "**提示：** $x$"):
        assert joined(source) == source
        assert set_close(source) == source.replace("** ", "**")
    assert set_close("**鞍点** $x$") == "**鞍点** $x$"
