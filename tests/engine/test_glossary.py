"""The glossary refuses what is wrong in its file, finds avoided forms in prose and nowhere else, and draws its page."""

import re
from pathlib import Path

import jieba
import pytest
from engine import glossary, hooks
from engine.errors import PageError
from engine.glossary import Term, avoided, load, markdown, quotations, without_english
from engine.page import Page
from markdown import Markdown

RATE = """
- en: learning rate
  zh: 学习率
  pinyin: xue xi lv
  short: lr
  means_en: "The number that multiplies the gradient: `lr`."
  means_zh: 与梯度相乘的数，即 `lr`。
  page: basics/descent#rate
  avoid_en: [learning speed, GB]
  avoid_zh: [学习速率, 降梯]
"""
DESCENT = """
- en: gradient descent
  zh: 梯度下降
  pinyin: ti du xia jiang
  means_en: Stepping against the gradient.
  means_zh: 逆着梯度走。
  planned: basics/later
"""
GRADIENT = """
- en: gradient
  zh: 梯度
  pinyin: ti du
  means_en: All partial derivatives.
  means_zh: 全部偏导数。
  page: basics/descent#rate
"""
TEXT = "---\ntitle: {}\n---\n\n# T {{#t}}\n\n## Rate {{#rate}}\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    for language, title in (("en", "Descent"), ("zh", "下降")):
        page = tmp_path / language / "basics" / "descent.md"
        page.parent.mkdir(parents=True)
        page.write_text(TEXT.format(title), encoding="utf-8")
    return tmp_path


def read(docs: Path, text: str) -> list[Term]:
    file = docs / "glossary.yml"
    file.write_text(text, encoding="utf-8")
    return load(file, docs)


@pytest.fixture
def terms(docs: Path) -> list[Term]:
    return read(docs, RATE + DESCENT + GRADIENT)


def test_a_glossary_is_read(terms: list[Term]) -> None:
    assert [term.en for term in terms] == ["learning rate", "gradient descent", "gradient"]
    assert terms[0].anchor == "term-learning-rate" and terms[0].slug == "basics/descent" and terms[0].line == 2
    assert terms[0].avoid == ("learning speed", "GB", "学习速率", "降梯")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  zh: 学习率\n", "", r"glossary.yml:2: the term 'learning rate' has no zh"),
        ("  means_zh: 与梯度相乘的数，即 `lr`。\n", "", "has no means_zh"),
        ("xue xi lv", "5", "has no pinyin"),
        ("  short:", "  shrt:", "unknown key 'shrt'"),
        ("zh: 梯度下降", "zh: 学习率", r"glossary.yml:12: '学习率' stands twice: see line 2"),
        ("en: gradient descent", "en: LR", "'lr' stands twice"),
        ("[learning speed, GB]", "learning speed", "not a list of forms"),
        ("learning speed", "Gradient Descent", ":2: 'learning rate' avoids 'Gradient Descent', which is a term: .*12"),
        ("降梯", "学习速率", "avoided already"),
        ("page: basics/descent#rate", "page: basics/ascent#rate", "there is no docs/en/basics/ascent.md.*planned"),
        ("page: basics/descent#rate", "page: basics/descent#speed", "no heading of docs/en/basics/descent.md .*#speed"),
        ("page: basics/descent#rate", "page: basics/descent", "no heading of"),
        ("  planned: basics/later\n", "", "needs either page"),
        ("- en: gradient descent\n", "- 7\n- en: gradient descent\n", "an entry is a mapping"),
        ("- en: gradient descent", "en: gradient descent", "this is not YAML"),
    ],
)  # fmt: skip
def test_each_fault_is_named(docs: Path, old: str, new: str, message: str) -> None:
    text = RATE + DESCENT
    assert old in text
    with pytest.raises(PageError, match=message):
        read(docs, text.replace(old, new))


def test_a_glossary_is_a_list(docs: Path) -> None:
    for text in ("", "a: 1\n"):
        with pytest.raises(PageError, match="is a list of terms"):
            read(docs, text)


def test_a_chinese_page_that_lacks_the_anchor_is_named(docs: Path) -> None:
    (docs / "zh" / "basics" / "descent.md").write_text("# T {#t}\n", encoding="utf-8")
    with pytest.raises(PageError, match=r"docs/zh/basics/descent.md has the anchor {#rate}"):
        read(docs, RATE)


def forms(terms: list[Term], text: str) -> list[tuple[int, str]]:
    return [(found.line, found.form) for found in avoided(Page(Path("docs/en/a.md"), text), terms)]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("The learning speed is", "learning speed"),
        ("Learning\nspeeds differ", "learning speed"),
        ("the learning-speed problem", "learning speed"),
        ("by GB, not", "GB"),
        ("用学习速率来", "学习速率"),
        ("用学习\n    速率来", "学习速率"),
        ("写作 GB，也", "GB"),
        ("---\ntitle: On learning speed\n---\n", "learning speed"),
        ("<!-- block\nfigure: a-b\nalt: a\ncaption: The learning speed.\n-->\n```mermaid\nx\n```\n", "learning speed"),
        ("[learning speed](a.md)", "learning speed"),
    ],
)
def test_an_avoided_form_is_found(terms: list[Term], text: str, form: str) -> None:
    assert [found for _, found in forms(terms, text)] == [form]


@pytest.mark.parametrize(
    "text",
    [
        "`learning speed` and ``a ` learning speed``",
        "$learning speed$ and $$\nGB\n$$",
        "```python\nprint('learning speed')  # GB\n```",
        "[x](learning-speed.md#GB) https://a.b/learning-speed <a title='GB'>",
        "## H {#learning-speed .GB}",
        "<!-- learning speed -->",
        "a card with 16 GB of memory",
        "RGB, GBK, gb, learning speedily, deep-learning speed",
        "梯度下降梯度，梯度下降",
    ],
)
def test_what_is_not_an_avoided_form_is_not_found(terms: list[Term], text: str) -> None:
    assert forms(terms, text) == []


def test_a_finding_says_where_and_what_to_write(terms: list[Term]) -> None:
    (found,) = avoided(Page(Path("docs/en/a.md"), "# T\n\nBy GB.\n"), terms)
    assert str(found) == "docs/en/a.md:3: 'GB' is not the course's term; write learning rate / 学习率"


QUOTED = """# T {#t}

## One {#one}

<!-- glossary: quotes "GB": the notes'
own word -->
The notes say "GB".

## Two {#two}

GB
"""


def test_a_comment_allows_a_form_in_its_section_only(terms: list[Term]) -> None:
    page = Page(Path("docs/en/a.md"), QUOTED)
    assert [(quote.form, quote.reason, quote.line) for quote in quotations(page)] == [("GB", "the notes' own word", 5)]
    assert forms(terms, QUOTED) == [(11, "GB")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (QUOTED.replace('say "GB"', "say nothing"), "a.md:5: the comment quotes 'GB', but its section does not use it"),
        (QUOTED.replace('quotes "GB"', 'quotes "KB"'), "no term avoids it"),
    ],
)
def test_a_comment_that_allows_nothing_is_an_error(terms: list[Term], text: str, message: str) -> None:
    with pytest.raises(PageError, match=re.escape(message)):
        forms(terms, text)


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("学习率（learning rate）与梯度（gradient）", []),
        ("**学习率**（learning rate，`lr`）", []),
        ("学习率（也叫步子，Learning rate）", []),
        ("学习率（`x`，lr）", []),
        ("先说学习率，再说学习率（learning rate）", ["学习率"]),
        ("学习率（study rate）", ["学习率"]),
        ("梯度下降，然后是梯度（gradient）", []),
        ("梯度下降，然后是梯度", ["梯度"]),
        ("# 学习率\n\n学习率（learning rate）", []),
        ("别的词", []),
        ("<!-- block\nfigure: a-b\nalt: 学习率\ncaption: 学习率（learning rate）\n-->\n```mermaid\nx\n```\n", []),
    ],
)
def test_the_first_use_on_the_explaining_page_carries_the_english(
    terms: list[Term], monkeypatch: pytest.MonkeyPatch, text: str, lacking: list[str]
) -> None:
    page = Page(Path("docs/zh/basics/descent.md"), text)
    monkeypatch.setattr(Page, "slug", "basics/descent")
    found = without_english(page, terms)
    assert [re.search(r"the first (\w+) of", line)[1] for line in found] == lacking  # type: ignore[index]
    monkeypatch.setattr(Page, "slug", "basics/other")
    assert without_english(page, terms) == []


def drawn(docs: Path, terms: list[Term], language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(Page, "slug", "reference/glossary")
    text = markdown(Page(Path(f"docs/{language}/reference/glossary.md"), ""), terms, docs)
    return Markdown(extensions=["attr_list", "def_list"]).convert(text)


def test_the_english_page_is_ordered_by_english(docs: Path, terms: list[Term], monkeypatch: pytest.MonkeyPatch) -> None:
    html = drawn(docs, terms, "en", monkeypatch)
    assert re.findall(r'<dt id="([\w-]+)"', html) == ["term-gradient", "term-gradient-descent", "term-learning-rate"]
    assert '<a href="#term-gradient">G</a> <a href="#term-learning-rate">L</a>' in html
    assert '<a href="#term-learning-rate">learning rate (lr)</a> <span lang="zh">学习率</span>' in html
    assert '<code>lr</code>. Explained in <a href="../basics/descent.md#rate">Descent</a>.' in html
    assert html.count("Explained") == 2  # the page of the third is still to come


def test_the_chinese_page_is_ordered_by_pinyin(docs: Path, terms: list[Term], monkeypatch: pytest.MonkeyPatch) -> None:
    html = drawn(docs, terms, "zh", monkeypatch)
    assert re.findall(r'<dt id="([\w-]+)"', html) == ["term-gradient", "term-gradient-descent", "term-learning-rate"]
    assert '<a href="#term-gradient">T</a> <a href="#term-learning-rate">X</a>' in html
    assert '<a href="#term-learning-rate">学习率</a> <span lang="en">learning rate (lr)</span>' in html
    assert '讲解见<a href="../basics/descent.md#rate">下降</a>。' in html


def test_a_planned_page_is_linked_once_there(docs: Path, terms: list[Term], monkeypatch: pytest.MonkeyPatch) -> None:
    (docs / "en" / "basics" / "later.md").write_text(TEXT.format("Later"), encoding="utf-8")
    assert '<a href="../basics/later.md">Later</a>' in drawn(docs, terms, "en", monkeypatch)


def test_the_chinese_search_keeps_short_terms_whole() -> None:
    hooks.keep_short_terms_whole()
    assert list(jieba.cut("学习率")) == ["学习率"] and list(jieba.cut("过拟合")) == ["过拟合"]
    assert list(jieba.cut("梯度下降")) == ["梯度", "下降"]


def test_the_mark_is_a_line_of_its_own() -> None:
    assert glossary.MARK.search("a\n<!-- glossary -->\nb")
    assert not glossary.MARK.search("a <!-- glossary -->") and not glossary.MARK.search("<!-- glossary: x -->")
