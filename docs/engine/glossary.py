"""The terms of the course: reads ``docs/glossary.yml``, finds avoided forms in pages, draws the glossary page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from engine import DOCS, LANGUAGES
from engine.errors import PageError
from engine.page import Page

FILE = DOCS / "glossary.yml"
REQUIRED = ("en", "zh", "pinyin", "means_en", "means_zh")
OPTIONAL = ("short", "page", "planned", "avoid_en", "avoid_zh")
MARK = re.compile(r"^<!-- glossary -->$", re.MULTILINE)
_QUOTES = re.compile(r'<!-- glossary: quotes "([^"\n]+)": (.+?) -->', re.DOTALL)
_EXPLAINED = {"en": "Explained in [{title}]({link}).", "zh": "讲解见[{title}]({link})。"}

# What is not prose: formulas, code spans, link targets, addresses, anchors and classes, HTML tags, comments other than
# a block's settings (whose captions and alternative texts are prose).
_NOT_PROSE = re.compile(
    r"""<!--(?!\ block\b).*?--> | \$\$.+?\$\$ | \$[^$\n]+(?:\n[^$\n]+)?\$ | (?P<ticks>`+).+?(?P=ticks)
    | (?<=\])\([^)\s]*\) | https?://\S+ | \{[^{}\n]*[#.][^{}\n]*\} | </?[a-zA-Z][^<>]*>""",
    re.DOTALL | re.VERBOSE,
)

_ALT = re.compile(r"^\s*alt:.*?(?=^\s*\w+:|-->)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Term:
    """An entry of the glossary; ``place`` is the slug, with or without ``#anchor``, of what explains it."""

    en: str
    zh: str
    pinyin: str
    means: dict[str, str]
    short: str | None
    place: str
    avoid: tuple[str, ...]
    line: int

    @property
    def anchor(self) -> str:
        """Its id on the glossary page: ``term-learning-rate``."""
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.en.lower()).strip("-")

    @property
    def slug(self) -> str:
        """The page that explains it: ``basics/gradient-descent``."""
        return self.place.partition("#")[0]

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def order(self, language: str) -> str:
        return (self.en if language == "en" else self.pinyin).lower()


@dataclass(frozen=True)
class Finding:
    """A form that a page should not use, and the term to use in its place."""

    path: Path
    line: int
    form: str
    term: Term

    def __str__(self) -> str:
        term = f"{self.term.en} / {self.term.zh}"
        return f"{self.path}:{self.line}: {self.form!r} is not the course's term; write {term}"


@dataclass(frozen=True)
class Quotation:
    """``<!-- glossary: quotes "form": reason -->``: this section of the page may use the form."""

    form: str
    reason: str
    line: int
    span: tuple[int, int]


def _texts(file: Path, line: int, entry: dict[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(form, str) and form.strip() for form in value):
        raise PageError(file, line, f"{key} of {entry['en']!r} is {value!r}, not a list of forms")
    return tuple(value)


def _term(file: Path, line: int, entry: Any) -> Term:
    """One entry, its keys and their types checked."""
    if not isinstance(entry, dict):
        raise PageError(file, line, f"an entry is a mapping with {', '.join(REQUIRED)}; this one is {entry!r}")
    name = entry.get("en") or entry.get("zh") or entry
    for key in REQUIRED:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise PageError(file, line, f"the term {name!r} has no {key}: write it as a text")
    for key in sorted(entry.keys() - set(REQUIRED) - set(OPTIONAL)):
        raise PageError(file, line, f"the term {name!r} has an unknown key {key!r}; known: {REQUIRED + OPTIONAL}")
    places = [entry[key] for key in ("page", "planned") if key in entry]
    if len(places) != 1 or not isinstance(places[0], str):
        raise PageError(file, line, f"the term {name!r} needs either page: slug#anchor or planned: slug")
    avoid = _texts(file, line, entry, "avoid_en") + _texts(file, line, entry, "avoid_zh")
    means = {language: entry[f"means_{language}"] for language in LANGUAGES}
    return Term(entry["en"], entry["zh"], entry["pinyin"], means, entry.get("short"), places[0], avoid, line)


def _check_places(file: Path, terms: list[Term], docs: Path) -> None:
    anchors: dict[Path, set[str | None]] = {}  # each page is read once
    for term, language in ((term, language) for term in terms for language in LANGUAGES):
        page, anchor = docs / language / f"{term.slug}.md", term.place.partition("#")[2]
        where = f"docs/{language}/{term.slug}.md"
        if page not in anchors:
            if not page.exists():
                raise PageError(file, term.line, f"{term.en!r} is explained on {term.slug}, but there is no {where}; "
                                f"a page that is still to come is named by planned: {term.slug}")  # fmt: skip
            anchors[page] = {heading.anchor for heading in Page.read(page).headings}
        if anchor not in anchors[page]:
            raise PageError(file, term.line, f"{term.en!r} is explained at {term.place!r}, but no heading of {where} "
                            f"has the anchor {{#{anchor}}}")  # fmt: skip


def load(file: Path = FILE, docs: Path = DOCS) -> list[Term]:
    """The glossary, checked.

    Args:
        file: the YAML file; its head says what the keys mean.
        docs: the folder with ``en`` and ``zh``, in which ``page`` is looked up.

    Raises:
        PageError: file, line and what is wrong: a key that is missing or unknown, a term or an avoided form that stands
            twice, an avoided form that is a term, a page or an anchor that does not exist.
    """
    text = file.read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)  # in C where PyYAML has it
    try:
        root = loader.get_single_node()
        entries = loader.construct_document(root) if root else None
    except yaml.YAMLError as error:
        raise PageError(file, 1, "this is not YAML", str(error)) from error
    if not isinstance(entries, list) or not isinstance(root, yaml.SequenceNode):
        raise PageError(file, 1, f"the glossary is a list of terms, not {entries!r}")
    lines = [node.start_mark.line + 1 for node in root.value]
    terms = [_term(file, line, entry) for line, entry in zip(lines, entries, strict=True)]
    used: dict[str, Term] = {}
    for term in terms:
        for name in {term.en.lower(), term.zh.lower(), (term.short or term.en).lower(), term.anchor}:
            if name in used:
                raise PageError(file, term.line, f"{name!r} stands twice: see line {used[name].line}")
            used[name] = term
    avoided: dict[str, Term] = {}
    for term in terms:
        for form in term.avoid:
            other = used.get(form.lower()) or avoided.get(form.lower())
            if other:
                kind = "a term" if form.lower() in used else "avoided already"
                raise PageError(file, term.line, f"{term.en!r} avoids {form!r}, which is {kind}: see line {other.line}")
            avoided[form.lower()] = term
    _check_places(file, [term for term, entry in zip(terms, entries, strict=True) if "page" in entry], docs)
    return terms


def _pattern(form: str) -> str:
    """A regular expression for a form: it may be broken over lines; English may be hyphenated or plural.

    Lower-case English is found in any case, capitals only as they are written (and not after a number: 16 GB).
    """
    pieces = []
    for left, right in zip(form, form[1:] + " ", strict=True):
        pieces.append(r"[\s-]\s*" if left == " " else re.escape(left))
        if "\u4e00" <= left <= "\u9fff" and "\u4e00" <= right <= "\u9fff":
            pieces.append(r"(?:\n[ ]*)?")
    body = "".join(pieces)
    if form[0].isascii():
        body = r"(?<![A-Za-z0-9_-])" + ("" if form.islower() else r"(?<!\d )") + body
    if form[-1].isascii():
        body += r"(?:e?s)?(?![A-Za-z0-9_])"
    return body if not form.islower() or not form.isascii() else f"(?i:{body})"


def _prose(page: Page) -> str:
    """The page's text with all that is not prose blanked out, offsets unchanged."""
    text = page.text

    def blank(found: str) -> str:
        return re.sub(r"[^\n]", " ", found)

    for fence in page.fences:
        text = text[: fence.start] + blank(text[fence.start : fence.end]) + text[fence.end :]
    return _NOT_PROSE.sub(lambda match: blank(match[0]), text)


def quotations(page: Page) -> list[Quotation]:
    """The forms that the page's comments allow, each in the section (from heading to heading) of its comment."""
    starts = [0, *(heading.start for heading in page.headings), len(page.text)]
    found = []
    for match in _QUOTES.finditer(page.text):
        before = [start for start in starts[:-1] if start <= match.start()]
        span = (before[-1], starts[len(before)])
        line = page.text.count("\n", 0, match.start()) + 1
        found.append(Quotation(match[1], " ".join(match[2].split()), line, span))
    return found


def _matches(text: str, forms: Iterable[str]) -> Iterable[tuple[int, str]]:
    """Offset and form of each use; where forms overlap, the first and longest counts: 梯度 is not in 梯度下降."""
    plain = re.sub(r"\n *", "", text).lower()
    present = {form for form in forms if form.split()[0].lower() in plain}  # most are not, which saves most of the time
    ordered = sorted(present, key=lambda form: (-len(form), form))
    if not ordered:
        return
    expression = re.compile("|".join(f"({_pattern(form)})" for form in ordered))
    for match in expression.finditer(text):
        yield match.start(), ordered[(match.lastindex or 1) - 1]


def avoided(page: Page, terms: list[Term]) -> list[Finding]:
    """Every avoided form in the page's prose, in either language, that no comment allows.

    Raises:
        PageError: a comment allows a form that is not avoided, or that its section does not use.
    """
    instead = {form: term for term in terms for form in term.avoid}
    allowed = quotations(page)
    needed: set[Quotation] = set()
    found = []
    names = [name for term in terms for name in (term.en, term.zh)]
    for start, form in _matches(_prose(page), [*instead, *names]):
        if form not in instead:
            continue
        licences = [quote for quote in allowed if quote.form == form and quote.span[0] <= start < quote.span[1]]
        needed.update(licences)
        if not licences:
            found.append(Finding(page.path, page.text.count("\n", 0, start) + 1, form, instead[form]))
    for quote in allowed:
        if quote not in needed:
            why = "its section does not use it" if quote.form in instead else "no term avoids it"
            raise PageError(page.path, quote.line, f"the comment quotes {quote.form!r}, but {why}: delete the comment")
    return found


def without_english(page: Page, terms: list[Term]) -> list[str]:
    """The terms that a Chinese page explains and whose first use there does not carry the English in brackets."""
    text = _prose(page)
    hidden = [(heading.start, text.find("\n", heading.start)) for heading in page.headings]
    hidden += [(0, len(page.text) - len(page.body))]
    settings = [(f.settings_start, f.start) for f in page.fences if f.settings_start is not None]
    hidden += [found.span() for start, end in settings for found in _ALT.finditer(text, start, end)]  # heard, not seen
    for start, end in hidden:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    first: dict[str, int] = {}
    for start, form in _matches(text, [term.zh for term in terms]):
        first.setdefault(form, start)
    found = []
    for term in terms:
        if term.slug != page.slug or term.zh == term.en or term.zh not in first:
            continue
        names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in (term.en, term.short) if name)
        after = text[first[term.zh] :]
        if not re.match(rf"{_pattern(term.zh)}[*”]*[（，][^（）]{{0,40}}?\b(?i:{names})", after):
            line = page.text.count("\n", 0, first[term.zh]) + 1
            found.append(f"{page.path}:{line}: the first {term.zh} of the page that explains it lacks （{term.en}）")
    return found


def _entry(term: Term, page: Page, docs: Path) -> str:
    language, other = page.language, "zh" if page.language == "en" else "en"
    short = f" ({term.short})" if term.short else ""
    name = term.name(language) + (short if language == "en" else "")
    twin = term.name(other) + (short if other == "en" else "")
    second = f' <span lang="{other}">{twin}</span>' if term.en != term.zh else ""
    text = term.means[language]
    target = docs / language / f"{term.slug}.md"
    if target.exists():
        link = os.path.relpath(f"{term.slug}.md", Path(page.slug).parent) + term.place[len(term.slug) :]
        joint = " " if language == "en" else ""
        title = Page.read(target).front_matter["title"]
        text += joint + _EXPLAINED[language].format(title=title, link=link)
    return f"[{name}](#{term.anchor}){second} {{ #{term.anchor} }}\n:   {text}\n"


def markdown(page: Page, terms: list[Term] | None = None, docs: Path = DOCS) -> str:
    """What stands in place of ``<!-- glossary -->``: a row of letters, then every term as a definition list."""
    language = page.language
    ordered = sorted(load() if terms is None else terms, key=lambda term: term.order(language))
    letters = {letter: next(group) for letter, group in groupby(ordered, lambda term: term.order(language)[0].upper())}
    row = " ".join(f"[{letter}](#{term.anchor})" for letter, term in letters.items())
    return "\n".join([row + "\n{ .glossary-letters }\n", *(_entry(term, page, docs) for term in ordered)])
