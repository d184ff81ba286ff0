"""The whole machine on a small course: each planted fault is caught, and a killed build breaks nothing."""

import hashlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from built_site import broken_links, foreign_sources
from engine import build
from engine.checkout import Checkout
from small_course import PAGES, line_of, small_course

ADDRESS = "http://127.0.0.1:8000"
PATIENCE = 120.0  # seconds; a crowded machine is slow, a hung one must not hang the tests


def state_of(folder: Path) -> str:
    """A digest of every file's name and content."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def wait_for(what: str, happened: Callable[[], bool], patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, f"waited {patience:g} s for {what}"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A small course, built without fault."""
    course = small_course(tmp_path_factory.mktemp("planted") / "course")
    status, said = course.run("engine.build")
    assert status == 0, said
    assert "tensor(2.)" in (course.root / "site" / "en" / "index.html").read_text(encoding="utf-8")
    assert foreign_sources(course.root / "site", ADDRESS) == [] and broken_links(course.root / "site", ADDRESS) == []
    return course


@pytest.fixture
def course(built: Checkout) -> Iterator[Checkout]:
    """The built course; a test that changes pages finds and leaves them whole."""
    good = {name: built.path(name).read_text(encoding="utf-8") for name in PAGES}
    yield built
    for name, text in good.items():
        built.write(name, text)


def refused(course: Checkout, where: str, why: str) -> None:
    """The build must fail, say where and why, and leave the good site of before as it was."""
    before = state_of(course.root / "site")
    status, said = course.run("engine.build")
    assert status != 0 and where in said and why in said, said
    assert state_of(course.root / "site") == before
    assert list(course.root.glob(".site-*")) == []


def test_a_wrong_doctest_output_fails_the_test_and_the_build(course: Checkout) -> None:
    course.edit("en/index.md", ">>> 1 + 1\n2", ">>> 1 + 1\n3")
    line = line_of(course, "en/index.md", "```pycon")
    status, said = course.run("pytest", "-q", "docs/en")
    assert status == 1 and "1 failed" in said, said
    assert f"en/index.md:{line}: block 2: the output is not what the page says" in said
    assert "Expected: 3 Got: 2" in " ".join(said.replace("\nE ", "\n").split())
    refused(course, f"en/index.md:{line}:", "the output is not what the page says")


def test_a_failing_body_behind_attributes_fails_the_test_and_the_build(course: Checkout) -> None:
    course.edit("en/index.md", "```pycon\n>>> 1 + 1\n2\n", '```pycon title="x"\n>>> 1 / 0\n0\n')
    line = line_of(course, "en/index.md", "```pycon")
    status, said = course.run("pytest", "-q", "docs/en")
    assert status == 1 and "1 failed" in said and "ZeroDivisionError" in said, said
    refused(course, f"en/index.md:{line}:", "ZeroDivisionError")


def test_a_chinese_page_that_lacks_a_heading_fails_the_parity_test(course: Checkout) -> None:
    assert course.run("engine.parity")[0] == 0
    course.edit("zh/index.md", "## 一幅图 {#picture}\n", "")
    status, said = course.run("pytest", "-q", "tests/pages", "-k", "english_and_chinese_are_one_page")
    assert status == 1 and "1 failed" in said, said
    assert "headings (level and anchor) differ: 2 in English, 1 in Chinese" in said and "picture" in said


def test_a_figure_without_alternative_text_fails_the_build(course: Checkout) -> None:
    course.edit("en/index.md", "alt: A straight line from 1 to 2.\n", "")
    line = line_of(course, "en/index.md", "```python\nimport matplotlib")
    refused(course, f"en/index.md:{line}:", "a figure needs figure (its id), alt and caption")


def test_a_drawing_without_settings_fails_the_build(course: Checkout) -> None:
    text = course.path("en/index.md").read_text(encoding="utf-8")
    course.write("en/index.md", re.sub(r"<!-- block\n.*?-->\n", "", text, flags=re.DOTALL))
    line = line_of(course, "en/index.md", "```python\nimport matplotlib")
    refused(course, f"en/index.md:{line}:", "drew a figure, but its settings give no figure id, alt and caption")


def test_a_formula_and_a_link_that_do_not_work_fail_the_build(course: Checkout) -> None:
    course.edit("zh/index.md", "$x^2$", r"$\frac{x$")
    refused(course, "MathError", r"\frac{x")
    course.edit("zh/index.md", r"$\frac{x$", "[other](nowhere.md)")
    refused(course, "nowhere.md", "is not found among documentation files")


def test_a_picture_from_another_host_is_caught_in_the_built_site(course: Checkout) -> None:
    course.edit("en/other.md", "# Other {#other}\n", "# Other {#other}\n\n![x](https://pictures.example/x.png)\n")
    status, said = course.run("engine.build")
    assert status == 0, said
    (found,) = foreign_sources(course.root / "site", ADDRESS)
    assert "en/other/index.html: <img> loads https://pictures.example/x.png" in found


@pytest.mark.parametrize("markup", [
    '<script src="//cdn.example/x.js"></script>', '<iframe src="https://a.example/"></iframe>',
    '<video poster="https://a.example/p.jpg"></video>', '<img srcset="a.png 1x, https://a.example/b.png 2x">',
    '<link rel="stylesheet" href="https://a.example/a.css">', '<object data="https://a.example/a.svg"></object>',
])  # fmt: skip
def test_every_way_to_load_from_another_host_is_seen(tmp_path: Path, markup: str) -> None:
    page = '<a href="https://elsewhere.example/">a link may lead away</a><img src="here.png"><img src="data:,x">'
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    assert foreign_sources(tmp_path, ADDRESS) == []
    (tmp_path / "index.html").write_text(page + markup, encoding="utf-8")
    assert len(foreign_sources(tmp_path, ADDRESS)) == 1


def test_links_that_lead_nowhere_are_seen(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text('<p id="here"></p>', encoding="utf-8")
    page = '<a href="a/#here">good</a><a href="a/#gone">no place</a><a href="b/">no page</a>'
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    names_no_place, leads_nowhere = broken_links(tmp_path, ADDRESS)
    assert "a/#gone names no place" in names_no_place and "b/ leads nowhere" in leads_nowhere


def test_a_build_killed_while_it_writes_leaves_the_site_whole(course: Checkout) -> None:
    before = state_of(course.root / "site")
    process = course.start("engine.build")
    assert process.stdout
    wait_for("MkDocs to write pages", lambda: any(course.root.glob(".site-*/site/en/*")))
    process.kill()
    process.wait()
    process.stdout.close()
    assert state_of(course.root / "site") == before
    assert list(course.root.glob(".site-*")) != []  # nothing could clear it away
    status, said = course.run("engine.build")
    assert status == 0 and "ran " not in said, said
    assert list(course.root.glob(".site-*")) == []
    assert (course.root / "site" / "zh" / "index.html").exists()


def test_results_survive_a_build_killed_between_pages(course: Checkout) -> None:
    course.edit("en/index.md", "import torch\n", "import time\n\nimport torch\n\ntime.sleep(4)\n")
    course.edit("en/other.md", "other page", "another page")
    before = state_of(course.root / "site")
    process = course.start("engine.build")
    assert process.stdout
    for line in process.stdout:
        if line.startswith("ran ") and "en/other" in line:
            break
    process.kill()
    process.wait()
    process.stdout.close()
    assert state_of(course.root / "site") == before
    status, said = course.run("engine", "run")
    assert status == 0
    assert re.search(r"^cached +en/other", said, re.MULTILINE) and re.search(r"^ran +en/index", said, re.MULTILINE)
    assert re.search(r"^1 pages ran, 3 came from the cache, [\d.]+ s$", said, re.MULTILINE)


@pytest.mark.parametrize("can_exchange", [True, False])
def test_the_new_site_takes_the_place_of_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool
) -> None:
    if not can_exchange:
        monkeypatch.setattr(build, "exchange", lambda one, other: False)
    for name in ("site", ".site-x/site"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "which").write_text(name, encoding="utf-8")
    build.put_in_place(tmp_path / ".site-x" / "site", tmp_path / ".site-x" / "old", tmp_path / "site")
    assert (tmp_path / "site" / "which").read_text(encoding="utf-8") == ".site-x/site"
    build.clear_away(tmp_path, tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_site_killed_between_two_renames_comes_back(tmp_path: Path) -> None:
    (tmp_path / ".site-x" / "old").mkdir(parents=True)
    build.clear_away(tmp_path, tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_serving_shows_outputs_and_picks_up_edits_of_page_and_library(course: Checkout) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = course.start("mkdocs", "serve", "-f", "mkdocs.yml", "-a", f"127.0.0.1:{port}")
    assert process.stdout

    def shows(text: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/en/other/", timeout=10) as answer:
                return text in answer.read().decode()
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "the server ended"
            return False

    output = '<pre tabindex="0"><samp>{}</samp></pre>'
    try:
        wait_for("the first page", lambda: shows(output.format("other page")))
        course.edit("en/other.md", '"other page"', '"edited page"')
        wait_for("an edit of a page", lambda: shows(output.format("edited page")))
        library = course.root / "course_lib" / "devices.py"
        library.write_text(library.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
        course.edit("en/other.md", '"edited page"', '"page of a changed library"')
        wait_for("an edit after the library changed", lambda: shows(output.format("page of a changed library")))
        course.edit("en/other.md", 'print("page of a changed library")', "1 / 0")
        time.sleep(3)  # the build of this edit fails; the server must live through it
        course.edit("en/other.md", "1 / 0", 'print("mended page")')
        wait_for("a page mended after an error", lambda: shows(output.format("mended page")))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_make_clean_removes_what_was_made_and_nothing_else(tmp_path: Path) -> None:
    root = Checkout(tmp_path / "course").root
    before = state_of(root), sorted(root.rglob("*"))
    for name in ("site/en/a.html", ".site-x/site/b.html", ".cache/pages/c.json", "course_lib/__pycache__/d.pyc",
                 "docs/engine/__pycache__/e.pyc", ".mypy_cache/f", ".ruff_cache/g", ".pytest_cache/h"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("made", encoding="utf-8")
    subprocess.run(["make", "clean"], cwd=root, check=True, capture_output=True)
    assert (state_of(root), sorted(root.rglob("*"))) == before
