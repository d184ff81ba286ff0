"""Pages in processes of their own, and results by content."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from engine import DOCS, ROOT, cache
from engine.errors import PageError
from engine.page import Page
from engine.runner import records_for, run_pages

GOOD = "# T\n\n```python\nimport torch\nprint(torch.ones(2))\n```\n"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("load", "store"):
        original = getattr(cache, name)
        monkeypatch.setattr(cache, name, lambda *a, original=original: original(*a, folder=tmp_path))
    return tmp_path


def lines_of(page: Page) -> list[str]:
    lines: list[str] = []
    records_for([page], report=lines.append)
    return [line.split()[0] for line in lines]


def test_an_unchanged_page_is_not_run_again(store: Path) -> None:
    page = Page(Path("docs/en/a.md"), GOOD)
    assert lines_of(page) == ["ran"] and lines_of(page) == ["cached"]


def test_prose_costs_nothing_and_code_does(store: Path) -> None:
    assert lines_of(Page(Path("docs/en/a.md"), GOOD)) == ["ran"]
    assert lines_of(Page(Path("docs/en/a.md"), GOOD.replace("# T", "# Other\n\nWords."))) == ["cached"]
    assert lines_of(Page(Path("docs/en/a.md"), GOOD.replace("ones", "zeros"))) == ["ran"]


def test_a_damaged_result_is_made_again(store: Path) -> None:
    page = Page(Path("docs/en/a.md"), GOOD)
    records_for([page])
    for file in store.iterdir():
        file.write_text("{", encoding="utf-8")
    assert lines_of(page) == ["ran"]


def test_the_key_sees_engine_and_versions_and_a_lab_sees_the_library(tmp_path: Path) -> None:
    digests = (cache.environment_digest, cache.engine_digest)
    for name in ("course_lib/a.py", "docs/engine/b.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    seen = [{digest(tmp_path)} for digest in digests]
    for name in ("course_lib/a.py", "docs/engine/b.py"):
        (tmp_path / name).write_text("x = 2\n", encoding="utf-8")
        for digest, values in zip(digests, seen, strict=True):
            values.add(digest(tmp_path))
    assert [len(values) for values in seen] == [3, 2]


def test_a_killed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    cache.write_atomically(file, "old")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        cache.write_atomically(file, "new")
    assert file.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [file]


def test_a_failing_page_is_reported_and_not_stored(store: Path) -> None:
    with pytest.raises(PageError, match="ZeroDivisionError"):
        records_for([Page(Path("docs/en/a.md"), GOOD + "\n```python\n1 / 0\n```\n")])
    assert not list(store.iterdir())


def test_a_block_that_kills_its_process_is_named() -> None:
    page = Page(Path("docs/en/a.md"), GOOD + "\n```python\nimport os\nos._exit(3)\n```\n")
    (outcome,) = run_pages([page])
    assert outcome.error and outcome.error.line == 8 and "exit code 3" in outcome.error.what


def test_code_that_python_cannot_interrupt_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.runner.GRACE", 0.5)
    block = "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\ntime.sleep(60)"
    page = Page(Path("docs/en/a.md"), f"---\nblock_timeout: 0.5\n---\n\n```python\n{block}\n```\n")
    (outcome,) = run_pages([page])
    assert outcome.error and "ran longer than its 0.5 seconds" in outcome.error.what


def test_a_build_believes_what_the_tests_have_stored() -> None:
    """The digest that decides is the same here, in pytest, as in a build's process."""
    ask = "from engine.cache import engine_digest; print(engine_digest())"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(DOCS)},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == cache.engine_digest()
