"""Labs: notebooks in percent format, both languages in one file, run by mkdocs-jupyter and set like pages.

``examples/fit_a_curve.py`` becomes a notebook a language (run by mkdocs-jupyter in a Jupyter kernel, and offered for
download) and a page in the course's Markdown, whose blocks show what the kernel gave. README.md says how to write one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MethodType
from typing import Any
from urllib.parse import urljoin, urlsplit

import jupytext
import nbformat
import yaml
from babel.dates import format_date
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage
from nbclient.exceptions import CellControlSignal, DeadKernelError

from engine import CACHE, DOCS, LANGUAGES, ROOT, cache, extension, kernel, kernels, runner
from engine.errors import PageError
from engine.page import Page
from engine.parity import differences_of_structure

EXAMPLES = ROOT / "examples"
FOLDER = CACHE / "labs"
TEMPLATES = Path(__file__).with_name("lab_templates")
KERNEL = """\
c.InteractiveShellApp.extensions = ["engine.kernel"]
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = "ERROR"
"""
TIMEOUT = 60.0  # seconds a cell may take
SKIPPED = "skip-execution"  # nbclient leaves cells with this tag alone
WORDS = {
    "en": {"solution": "Solution", "download": "Download this lab as a notebook", "colab": "Open it in Colab",
           "install": "Colab does not have the course's library yet: this cell installs it."},
    "zh": {"solution": "解答", "download": "下载本实验的 notebook", "colab": "在 Colab 中打开",
           "install": "Colab 里还没有本课程的库，运行这个单元格即可安装。"},
}  # fmt: skip
_MARKER = re.compile(r"^# %%", re.MULTILINE)
_SETTINGS = re.compile(r"<!--\s*block\s*\n(.*?)-->\s*\Z", re.DOTALL)
_HEADING_ATTRIBUTES = re.compile(r"^(#{1,6} .*?)\s*\{[^}\n]*\}[ \t]*$", re.MULTILINE)
_DETAILS = re.compile(r'^\?\?\?\+? \w+ "(?P<title>[^"\n]*)"\n(?P<body>(?:(?: {4}.*)?\n)*)', re.MULTILINE)
_PAGE_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!\w+:)(?P<to>[^)#\s]*?)(?:index)?(?:\.md)?(?P<place>#[^)\s]*)?\)")
_UNCOLOURED = re.compile(r'<span class="[nwpo]">([^<]*)</span>')  # half of the markup of code, hardly coloured


def lab_files(folder: Path = EXAMPLES) -> list[Path]:
    """The labs: every percent-format notebook of ``examples``, in a stable order."""
    return sorted(path for path in folder.glob("*.py") if _MARKER.search(path.read_text(encoding="utf-8")))


class LabPage(Page):
    """A lab as a page in one language: the same Markdown as other pages.

    Args:
        path: the lab's file.
        text: Markdown, its lines numbered as in the file (nearly: a solution's title takes a line of its own).
        language: ``en`` or ``zh``.
        slug: ``labs/`` and the lab's name.
        cell_lines: the line of each code cell in the file.
    """

    def __init__(self, path: Path, text: str, language: str, slug: str, cell_lines: list[int]) -> None:
        super().__init__(path, text)
        self._language, self._slug, self._cell_lines = language, slug, cell_lines

    def fail(self, number: int, what: str, detail: str = "") -> PageError:
        """An error of code cell ``number``, which counts from 1."""
        return PageError(self.path, self._cell_lines[number - 1], f"cell {number} {what}", detail)

    @property
    def language(self) -> str:
        return self._language

    @cached_property
    def slug(self) -> str:
        return self._slug


@dataclass(frozen=True)
class Cell:
    """A cell of a lab's file: ``kind`` is ``code`` or ``markdown``; ``line`` is that of its ``# %%``."""

    kind: str
    source: str
    tags: frozenset[str]
    line: int

    def is_for(self, language: str) -> bool:
        return self.kind == "code" or language in self.tags

    @property
    def is_solution(self) -> bool:
        return "solution" in self.tags


class Lab:
    """A lab's file, taken apart.

    Raises:
        PageError: a Markdown cell without a language, code cells tagged with one, no title or description.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem.replace("_", "-")
        text = path.read_text(encoding="utf-8")
        notebook = jupytext.reads(text, fmt="py:percent")
        lines = [text.count("\n", 0, match.start()) + 1 for match in _MARKER.finditer(text)]
        if len(lines) != len(notebook.cells):
            raise PageError(path, 1, "every cell of a lab, the first one too, begins with `# %%`")
        self.cells = [
            Cell(cell.cell_type, cell.source, frozenset(cell.metadata.get("tags", ())), line)
            for cell, line in zip(notebook.cells, lines, strict=True)
        ]
        self.about: dict[str, dict[str, str]] = notebook.metadata.get("course", {})
        for cell in self.cells:
            spoken = cell.tags & set(LANGUAGES)
            if len(spoken) != (cell.kind == "markdown"):
                wanted = "one tag, en or zh" if cell.kind == "markdown" else "no language: code is shared"
                raise PageError(path, cell.line, f"a {cell.kind} cell has {wanted}; this one has {sorted(spoken)}")
        for language in LANGUAGES:
            if any(not self.about.get(language, {}).get(key) for key in ("title", "description")):
                raise PageError(path, 1, f"the lab's header needs jupyter: course: {language}: title and description")

    @property
    def slug(self) -> str:
        return f"labs/{self.name}"

    def page(self, language: str) -> LabPage:
        """The lab as a page in the course's own Markdown."""
        front = yaml.safe_dump(dict(self.about[language]), allow_unicode=True, width=10_000)
        lines = f"---\n{front}---".split("\n")
        for cell in self.cells:
            if not cell.is_for(language):
                continue
            begins = cell.line + (cell.kind == "markdown") - (cell.kind == "code" and cell.is_solution)
            lines += [""] * max(begins - 1 - len(lines), 1)  # so that an error's line is that of the lab's file
            if cell.kind == "markdown":
                lines += cell.source.split("\n")
                continue
            fenced = ["```python", *cell.source.split("\n"), "```"]
            if cell.is_solution:
                lines.append(f'??? success "{WORDS[language]["solution"]}"')
                fenced = textwrap.indent("\n".join(fenced), "    ").split("\n")
            lines += fenced
        code = [cell.line for cell in self.cells if cell.kind == "code"]
        page = LabPage(self.path, "\n".join(lines) + "\n", language, self.slug, code)
        if len(page.blocks) != len(code):
            raise PageError(self.path, 1, "Python in a Markdown cell of a lab would not run: make it a code cell")
        return page

    def differences(self) -> list[str]:
        """Everything in which the two languages are not the same lab; empty if they are."""
        kinds = {language: [c.kind for c in self.cells if c.is_for(language)] for language in LANGUAGES}
        found = differences_of_structure(self.page("en"), self.page("zh"))
        if kinds["en"] != kinds["zh"]:
            found.insert(0, f"{self.path}: Markdown cells of the two languages do not stand side by side: {kinds}")
        return found

    def notebook(self, language: str, site_url: str = "", repository: str = "") -> str:
        """The lab as a clean .ipynb in one language.

        Args:
            language: whose Markdown cells stay.
            site_url: address of this language's site; without it links to other pages become their text.
            repository: address of the course's repository; with it the first cells install the library in Colab.
        """
        cells: list[Any] = []
        if repository:
            packages = "matplotlib vega_datasets scikit-learn scikit-image"
            install = f'%pip install --quiet "course-lib @ git+{repository}" {packages}'
            cells = [nbformat.v4.new_markdown_cell(WORDS[language]["install"]), nbformat.v4.new_code_cell(install)]
            cells[1].metadata["tags"] = [SKIPPED]
        settings: dict[str, str] = {}
        for cell in self.cells:
            if not cell.is_for(language):
                continue
            if cell.kind == "markdown":
                text, settings = self._for_jupyter(cell.source, site_url)
                cells.append(nbformat.v4.new_markdown_cell(text))
                continue
            made = nbformat.v4.new_code_cell(cell.source)
            if settings:
                made.metadata["course"] = settings
            if cell.is_solution:
                made.metadata |= {"tags": ["solution"], "jupyter": {"source_hidden": True}}
            cells.append(made)
            settings = {}
        for number, made in enumerate(cells):
            made["id"] = f"cell-{number}"  # nbformat draws them at random, and the results are stored by content
        spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
        about = {"kernelspec": spec, "language_info": {"name": "python"}}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=about)
        nbformat.validate(notebook)
        return str(nbformat.writes(notebook)) + "\n"

    def _for_jupyter(self, source: str, site_url: str) -> tuple[str, dict[str, str]]:
        """Markdown that Jupyter and Colab can show, and the settings of the code cell below."""
        found = _SETTINGS.search(source)
        settings = yaml.safe_load(found[1]) if found else {}

        def link(match: re.Match[str]) -> str:
            if not site_url or not match["to"]:
                return match[1]
            address = urljoin(urljoin(site_url, f"{self.slug}.md"), match["to"])
            return f"[{match[1]}]({address.rstrip('/')}/{match['place'] or ''})"

        def details(match: re.Match[str]) -> str:
            body = textwrap.dedent(match["body"]).strip()
            return f"<details><summary>{match['title']}</summary>\n\n{body}\n\n</details>\n"

        text = extension.joined(_SETTINGS.sub("", source).rstrip()) + "\n"  # Jupyter too shows line breaks as spaces
        text = _PAGE_LINK.sub(link, _DETAILS.sub(details, _HEADING_ATTRIBUTES.sub(r"\1", text)))
        return text.strip(), settings


def record_of(page: LabPage, executed: dict[str, Any]) -> dict[str, Any]:
    """What the page's extension shows, read from an executed notebook.

    Raises:
        PageError: a cell shows what a page cannot, or draws what its settings do not declare.
    """
    ran = [c for c in executed["cells"] if c["cell_type"] == "code" and SKIPPED not in c["metadata"].get("tags", ())]
    results = []
    for block, cell in zip(page.blocks, ran, strict=True):
        stdout, value = "", ""
        drawings: list[str] = []
        for output in cell["outputs"]:
            if output["output_type"] == "stream":
                stdout += output["text"] if output["name"] == "stdout" else ""
            elif output["output_type"] == "execute_result":
                value = output["data"]["text/plain"]
            elif kernel.SVG in output.get("data", {}):
                drawings.append(output["data"][kernel.SVG])
            else:
                kinds = sorted(output.get("data", {})) or output["output_type"]
                raise page.fail(block.number, f"gave {kinds}, which a page cannot show")
        if len(drawings) != ("figure" in block.settings):
            what = (
                "drew a figure without figure (its id), alt and caption in the comment above it"
                if drawings
                else "drew nothing"
            )
            what = "left several figures open; one a cell" if len(drawings) > 1 else what
            raise page.fail(block.number, what, block.source)
        if value == (stdout.rstrip().splitlines() or [""])[-1]:
            value = ""
        results.append({"stdout": stdout, "value": value, "error": "", "svg": "".join(drawings)})
    date = ran[0]["metadata"]["execution"]["iopub.execute_input"][:10]
    return {"results": results, "versions": runner.versions(), "date": date}


@contextmanager
def kernel_environment(page: LabPage) -> Iterator[Path]:
    """Environment variables under which a kernel started by this process is set up by `engine.kernel`.

    Yields:
        The kernel's folder; ``progress`` in it holds the number of the cell that began last.
    """
    with tempfile.TemporaryDirectory(prefix="lab-") as name:
        folder = Path(name).resolve()
        profile = folder / "ipython" / "profile_default"
        profile.mkdir(parents=True)
        (folder / "work").mkdir()
        described = folder / "kernels" / "python3" / "kernel.json"
        described.parent.mkdir(parents=True)
        command = [sys.executable, "-P", kernels.__file__, kernels.address(), "-f", "{connection_file}"]
        described.write_text(
            json.dumps({"argv": command, "display_name": "Python 3", "language": "python"}), encoding="utf-8"
        )
        (profile / "ipython_kernel_config.py").write_text(KERNEL, encoding="utf-8")
        figures = {b.source.strip(): {k: b.settings[k] for k in ("figure", "alt")} for b in page.blocks
                   if "figure" in b.settings}  # fmt: skip
        (folder / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
        wanted = {
            kernel.FOLDER: str(folder),
            kernel.LIMIT: str(TIMEOUT),
            "COURSE_LANG": page.language,
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),  # the author's own settings do not reach the site
            "JUPYTER_PATH": str(folder),  # its `python3` is ours
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "MPLBACKEND": "Agg",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join([str(DOCS), str(ROOT)]),
        }
        before = {key: os.environ.get(key) for key in wanted}
        os.environ.update(wanted)
        try:
            yield folder
        finally:
            for key, value in before.items():
                if value is None:
                    os.environ.pop(key, None)
                else:
                    os.environ[key] = value


def execute(page: LabPage, convert: Callable[[], str]) -> tuple[dict[str, Any], bool]:
    """Have a notebook run (or its stored results read) and say what went wrong in the lab's own lines.

    Args:
        page: the lab.
        convert: gives the executed notebook as our template writes it; starts a kernel unless results are stored.

    Returns:
        The record for the page's extension, and whether the notebook was run.

    Raises:
        PageError: a cell failed, ran too long, or killed the kernel; a figure is not declared.
    """
    with kernel_environment(page) as folder:
        progress = folder / "progress"
        try:
            content = convert()
        except (CellControlSignal, DeadKernelError) as error:
            number = int(progress.read_text(encoding="utf-8")) if progress.exists() else 1
            plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
            raise page.fail(number, "failed", plain) from error
        executed, _ = json.JSONDecoder().raw_decode(content.lstrip())
        return record_of(page, executed), progress.exists()


def _repository(config: Any) -> str:
    """The repository's address where Colab can read it, else nothing."""
    address = (config.repo_url or "").removesuffix("/").removesuffix(".git")
    return address if urlsplit(address).netloc == "github.com" else ""


def _public(config: Any) -> str:
    """The site's address, unless only this machine knows it: stored results do not depend on a local port."""
    address = config.site_url or ""
    return "" if urlsplit(address).hostname in (None, "127.0.0.1", "localhost") else address


def on_config(config: Any) -> None:
    """Tell mkdocs-jupyter where results are stored (by library, engine and versions) and how to write them."""
    from mkdocs_jupyter.config import settings

    settings.templates_dir = str(TEMPLATES)
    plugin = config.plugins["mkdocs-jupyter"]
    folder = FOLDER / "results" / config.theme["language"]
    wanted = folder / cache.environment_digest()[:16]
    for old in folder.glob("*"):
        if old != wanted:
            shutil.rmtree(old)
    for file in wanted.glob("*.json"):  # a killed build may have left half a file
        try:
            json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            file.unlink()
    plugin.config["cache_dir"] = str(wanted)


def add_notebooks(files: Files, config: Any) -> None:
    """Write this language's notebooks and add them to the site's files."""
    language = config.theme["language"]
    folder = FOLDER / "notebooks" / language
    for path in lab_files():
        lab = Lab(path)
        file = folder / f"{lab.slug}.ipynb"
        cache.write_atomically(file, lab.notebook(language, _public(config), _repository(config)))
        files.append(File(f"{lab.slug}.ipynb", str(folder), config.site_dir, config.use_directory_urls))


def _changed(lab: Lab, language: str) -> str:
    """The day of the lab's last commit, as the other pages give theirs; in a copy without history, today."""
    done = subprocess.run(
        ["git", "log", "-1", "--format=%as", "--", str(lab.path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    day = date.fromisoformat(done.stdout.strip()) if done.stdout.strip() else date.today()
    return format_date(day, "long", locale=language)


def _links(lab: Lab, language: str, config: Any) -> str:
    links = [f'<a href="{lab.name}.ipynb" download>{WORDS[language]["download"]}</a>']
    if repository := _repository(config):
        place = f"{urlsplit(repository).path}/blob/notebooks/{language}/{lab.slug}.ipynb"
        links.append(f'<a href="https://colab.research.google.com/github{place}">{WORDS[language]["colab"]}</a>')
    return f'<p class="lab-links">{" · ".join(links)}</p>'


def on_pre_page(site_page: SitePage, config: Any) -> SitePage:
    """Take over from mkdocs-jupyter once it has run the notebook: set the page like every other."""
    labs = {f"{lab.slug}.ipynb": lab for lab in map(Lab, lab_files())}
    lab = labs.get(site_page.file.src_uri)
    if lab is None:
        return site_page
    language = config.theme["language"]
    page = lab.page(language)
    render: Any = site_page.render  # mkdocs-jupyter's own

    def set_page(self: SitePage, config: Any, files: Files) -> None:
        def convert() -> str:
            render(config, files)
            return str(self.content)

        started = time.monotonic()
        try:
            record, ran = execute(page, convert)
        except PageError as error:
            raise PluginError(f"A lab failed, so nothing is built:\n{error}") from error
        name, seconds = f"{language}/{lab.slug}", time.monotonic() - started
        print(f"ran     {name} ({len(page.blocks)} cells, {seconds:.1f} s)" if ran
              else f"cached  {name} ({len(page.blocks)} cells)", flush=True)  # fmt: skip
        extension.give(page, record)
        self.meta = page.front_matter | {"revision_date": _changed(lab, language)}
        self.markdown = page.body
        SitePage.render(self, config, files)
        shown = _UNCOLOURED.sub(r"\1", str(self.content))
        self.content = shown.replace("</h1>", f"</h1>\n{_links(lab, language, config)}", 1)

    site_page.render = MethodType(set_page, site_page)  # type: ignore[method-assign]
    if site_page.edit_url:
        made_of = f"{DOCS.name}/{language}/{lab.slug}.ipynb"
        site_page.edit_url = site_page.edit_url.replace(made_of, f"{EXAMPLES.name}/{lab.path.name}")
    return site_page
