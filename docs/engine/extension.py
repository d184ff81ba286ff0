"""The Python-Markdown extension that shows under each block what the tests ran.

It works on Markdown alone, so MkDocs and Zensical both can use it. A page is recognised by its text.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from engine import cache, glossary, page_files
from engine.errors import PageError
from engine.lexer import Fence
from engine.needs import needs_of
from engine.page import Block, Page
from engine.runner import in_subprocess

WORDS = {
    "en": {"output": "Output", "value": "Value", "error": "Error (expected)", "skip": "Not run here: ",
           "verified": "Verified with {what} on {date}: every block above was run."},
    "zh": {"output": "输出", "value": "值", "error": "报错（预期之内）", "skip": "此处不运行：",
           "verified": "本页每段代码均已在 {date} 用 {what} 运行并验证。"},
}  # fmt: skip
NAMES = {"python": "Python", "torch": "PyTorch", "numpy": "NumPy", "matplotlib": "Matplotlib"}


def _as_rendered(text: str) -> str:
    return text.expandtabs(4).strip()  # Python-Markdown has expanded the tabs


_given: dict[str, tuple[Page, dict[str, Any]]] = {}


def give(page: Page, record: dict[str, Any]) -> None:
    """Show a page that is no file of ``docs``, with these results: a lab, which a Jupyter kernel ran."""
    _given[_as_rendered(page.body)] = (page, record)


class PageFinder:
    """Recognises pages by the text below their front matter; reads a file once, and again only when it has changed."""

    def __init__(self, paths: Callable[[], list[Path]] = page_files) -> None:
        self._paths = paths
        self._read: dict[Path, tuple[tuple[int, int], Page]] = {}
        self._by_body: dict[str, Path] = {}

    def _page(self, path: Path) -> Page:
        state = path.stat()
        seen = state.st_mtime_ns, state.st_size
        if path not in self._read or self._read[path][0] != seen:
            self._read[path] = seen, Page.read(path)
        return self._read[path][1]

    def _known(self, body: str) -> Page | None:
        path = self._by_body.get(body)
        if path is None or not path.exists():
            return None
        page = self._page(path)
        return page if _as_rendered(page.body) == body else None

    def find(self, body: str) -> Page | None:
        """The page with this text, or None. All files are looked at only if no known page has it."""
        body = _as_rendered(body)
        if body in _given:
            return _given[body][0]
        found = self._known(body)
        if found is None:
            self._by_body = {_as_rendered(self._page(path).body): path for path in self._paths()}
            found = self._known(body)
        return found


PAGES = PageFinder()


def _output(kind: str, label: str, text: str) -> str:
    return (
        f'<div class="output output-{kind}"><span class="output-label">{label}</span>'
        f'<pre tabindex="0"><samp>{html.escape(text.rstrip(), quote=False)}</samp></pre></div>'
    )


_CHINESE = r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_BROKEN_CHINESE = re.compile(rf"(?<={_CHINESE})(?: |\n *)(?=(?:\*{{1,2}}|\[)?{_CHINESE})")
_AFTER_EMPHASIS = re.compile(
    rf"(?<=[、。！），：；？])(\*{{1,2}})(?: |\n *)(?=[^\s*])|(?<={_CHINESE})(\*{{1,2}})(?: |\n *)(?=\[?{_CHINESE})"
)


def joined(text: str) -> str:
    """Chinese without the spaces that readers would see for line breaks between two Chinese characters.

    >>> joined("走到\\n  谷底，\\n**停下**。 [再]走")
    '走到谷底，**停下**。[再]走'
    """
    return _BROKEN_CHINESE.sub("", text)


def set_close(text: str) -> str:
    """``joined``, also after emphasis: ``**提示。** 先想`` has a space that other Markdown needs, and no reader wants.

    >>> set_close("**提示。** 先想，**GD** 再写。**预备：** Python")
    '**提示。**先想，**GD** 再写。**预备：**Python'
    """
    return _AFTER_EMPHASIS.sub(r"\1\2", joined(text))


class Pages(Preprocessor):
    """Puts results under blocks, draws figures, marks blocks for the copy button."""

    def __init__(self, md: Markdown, captions: list[str], configs: dict[str, Any]) -> None:
        super().__init__(md)
        self._caption_extensions, self._configs = captions, configs

    def run(self, lines: list[str]) -> list[str]:
        body = "\n".join(lines)
        page = PAGES.find(body)
        if page is None:
            if any(fence.is_python or fence.settings for fence in Page(Path("page.md"), body).fences):
                raise PageError(Path("page.md"), 1, "no page of the course has this text, so its blocks cannot run")
            return lines
        record = self._record(page)
        needs = needs_of(page)
        words = WORDS[page.language]
        by_start = {block.fence.start: block for block in page.blocks}
        shown, reached = [], len(page.text) - len(page.body)
        for fence in page.fences:
            start = fence.start if fence.settings_start is None else fence.settings_start
            shown.append(self._prose(page, page.text[reached:start].rstrip(" ")))
            reached = fence.end
            block = by_start.get(fence.start)
            if block is not None:
                result = record["results"][block.number - 1]
                shown.append(self._block(page, block, needs, result, words))
            elif fence.language == "mermaid":
                shown.append(self._place(fence, self._diagram(fence)))
            else:
                shown.append(page.text[start:reached])
        shown.append(self._prose(page, page.text[reached:]))
        if page.blocks:
            what = ", ".join(f"{NAMES[key]} {value}" for key, value in record["versions"].items())
            text = words["verified"].format(what=what, date=record["date"])
            shown.append("\n\n" + self.md.htmlStash.store(f'<div class="verified">{text}</div>'))
        return "".join(shown).split("\n")

    @staticmethod
    def _prose(page: Page, text: str) -> str:
        return glossary.MARK.sub(lambda _: glossary.markdown(page), set_close(text))

    @staticmethod
    def _record(page: Page) -> dict[str, Any]:
        if not page.blocks:
            return {"results": []}
        if _as_rendered(page.body) in _given:
            return _given[_as_rendered(page.body)][1]
        record = cache.load(page)
        if record is None:
            in_subprocess(page.path)
            record = cache.load(page)
        if record is None:
            raise PageError(page.path, 1, "the page ran, but its results could not be stored")
        return record

    def _place(self, fence: Fence, markup: str) -> str:
        return f"{fence.indent}{self.md.htmlStash.store(markup)}\n"

    def _block(
        self, page: Page, block: Block, needs: dict[int, Any], result: dict[str, Any] | None, words: dict[str, str]
    ) -> str:
        fence = block.fence
        pieces = [[f"block-{piece.block}", piece.first, piece.last] for piece in needs[block.number]]
        language = "pycon" if fence.is_doctest else "python"
        attributes = {k: v for k, v in fence.attributes.items() if k != "id"}
        attributes |= {"data-needs": html.escape(json.dumps(pieces, separators=(",", ":")), quote=True)}
        attributes["data-kind"] = "doctest" if fence.is_doctest else "plain"
        header = " ".join(
            [f".{language}", ".course-block", *(f".{name}" for name in fence.classes), f"#{block.name}"]
            + [f'{key}="{value}"' for key, value in attributes.items()]
        )
        code = "\n".join((fence.indent + line).rstrip() for line in fence.source.rstrip("\n").split("\n"))
        shown = f"{fence.indent}{fence.ticks} {{ {header} }}\n{code}\n{fence.indent}{fence.ticks}\n\n"
        markup = []
        if result is None:
            text = f'<p class="output output-skip">{words["skip"]}{html.escape(block.settings["skip"])}</p>'
            markup.append(text)
        else:
            if result["stdout"]:
                markup.append(_output("stdout", words["output"], result["stdout"]))
            if result["value"]:
                markup.append(_output("value", words["value"], result["value"]))
            if result["error"]:
                markup.append(_output("error", words["error"], result["error"]))
            if result["svg"]:
                markup.append(self._figure(fence, result["svg"]))
        return shown + (self._place(fence, "".join(markup)) + "\n" if markup else "")

    def _figure(self, fence: Fence, drawing: str) -> str:
        figure_id, caption = fence.settings["figure"], self._caption(set_close(fence.settings["caption"]))
        return (
            f'<figure class="figure" id="{figure_id}" data-search-exclude>{drawing}'
            f"<figcaption>{caption}</figcaption></figure>"
        )

    def _diagram(self, fence: Fence) -> str:
        alt = html.escape(fence.settings["alt"], quote=True)
        source = html.escape(fence.source.rstrip(), quote=False)
        return self._figure(
            fence,
            f'<div class="diagram" role="img" aria-label="{alt}">'
            f'<pre class="diagram-source"><code>{source}</code></pre></div>',
        )

    def _caption(self, text: str) -> str:
        inner = Markdown(extensions=self._caption_extensions, extension_configs=self._configs)
        return re.sub(r"\A<p>(.*)</p>\Z", r"\1", inner.convert(text), flags=re.DOTALL)


class EngineExtension(Extension):
    """``engine.extension`` in ``markdown_extensions``."""

    def extendMarkdown(self, md: Markdown) -> None:
        captions = ["attr_list", "pymdownx.arithmatex"]
        configs = {"pymdownx.arithmatex": {"generic": True}}
        # Below normalize_whitespace (30), which would spoil the stash's markers; above superfences (25).
        md.preprocessors.register(Pages(md, captions, configs), "course_pages", 29)


def makeExtension(**kwargs: Any) -> EngineExtension:
    """Entry point of Python-Markdown."""
    return EngineExtension(**kwargs)
