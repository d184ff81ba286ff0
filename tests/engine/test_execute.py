"""What a block may do, what it may not, and what the page is told."""

import os
import re
from pathlib import Path

import pytest
from engine.errors import PageError
from engine.execute import Result, session
from engine.page import Page


def run(*blocks: str, settings: str = "", timeout: float | None = 5.0) -> Result:
    """The result of the last of these blocks."""
    text = "# T\n\n" + "\n".join(f"```python\n{block}\n```\n" for block in blocks[:-1])
    text += f"\n{settings}\n```python\n{blocks[-1]}\n```\n"
    page = Page(Path("docs/en/page.md"), text)
    with session(page, timeout) as running:
        return [running.run(block) for block in page.blocks][-1]


def test_prints_and_the_last_value_are_shown() -> None:
    result = run("x = 2\nprint('hello')", "print(x)\nx * 21")
    assert (result.stdout, result.value) == ("2\n", "42")


def test_a_value_just_printed_is_not_shown_twice() -> None:
    assert run("print(3)\n3").value == ""


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("while True:\n    pass", "ran longer than its 1 seconds"),
        ("import time\ntime.sleep(60)", "ran longer than its 1 seconds"),
        ("import sys\nsys.exit(0)", r"called sys.exit\(0\)"),
        ("def f(:\n    pass", "SyntaxError"),
        ("import no_such_package", "ModuleNotFoundError"),
        ("open('/etc/course', 'w')", "only inside its temporary folder"),
        ("from pathlib import Path\nPath('/etc/course').mkdir()", "only inside its temporary folder"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 9))", "may not open a network socket"),
        ("import socket\nsocket.socket()", "may not open a network socket"),
        ("1 / 0", "ZeroDivisionError"),
        ("import matplotlib.pyplot as plt\nplt.plot([1])", "give no figure id"),
        ("import warnings\nwarnings.warn('careful')", "UserWarning: careful"),
        (">>> 1 + 1\n3", "not what the page says"),
        (">>> 1 + 1  # doctest: +SKIP\n3", "not allowed"),
    ],
)
def test_planted_faults_are_caught(block: str, message: str) -> None:
    with pytest.raises(PageError, match=message) as caught:
        run("x = 1", block, timeout=1.0)
    assert caught.value.line == 8
    assert block.splitlines()[0] in str(caught.value)


def test_a_failing_block_names_page_line_and_traceback() -> None:
    with pytest.raises(PageError) as caught:
        run("x = 1\ny = x / 0")
    assert str(caught.value).startswith("docs/en/page.md:5: block 1: failed: ZeroDivisionError")
    assert "line 7, in <module>" in caught.value.detail


def test_files_may_be_written_in_the_temporary_folder() -> None:
    assert run("from pathlib import Path\nPath('a.txt').write_text('x')\nPath('a.txt').read_text()").value == "'x'"


def test_an_expected_exception_is_shown_with_its_message() -> None:
    result = run("raise RuntimeError('boom')", settings="<!-- block\nraises: RuntimeError\n-->")
    assert result.error == "RuntimeError: boom"


@pytest.mark.parametrize(("block", "message"), [("1 + 1", "raised nothing"), ("{}['x']", "should raise RuntimeError")])
def test_a_declared_exception_must_come(block: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        run(block, settings="<!-- block\nraises: RuntimeError\n-->")


def test_a_figure_is_one_svg_for_both_schemes() -> None:
    block = "import matplotlib.pyplot as plt\nplt.plot([1, 2], label='一')\nplt.legend()\nplt.show()"
    settings = '<!-- block\nfigure: F05\nalt: A "line"\ncaption: c\n-->'
    svg = run(block, settings=settings).svg
    assert svg.startswith('<svg class="plot" role="img" aria-label="A &quot;line&quot;"')
    assert "currentColor" in svg and "#000000" not in svg and "<style" not in svg and "<text" in svg
    assert svg == run(block, settings=settings).svg  # the same figure gives the same bytes


def test_numbers_in_a_figure_keep_their_digits() -> None:
    block = "import matplotlib.pyplot as plt\nplt.plot([0, 0.00125])\nplt.yticks([0, 0.00125])\nplt.title('1.2345 °C')"
    svg = run(block, settings="<!-- block\nfigure: F05\nalt: a\ncaption: c\n-->").svg
    assert "1.2345 °C" in svg and "0.00125" in svg and not re.search(r' d="[^"]*\d\.\d{3}', svg)


def test_classes_of_a_page_can_be_pickled() -> None:
    assert run("class A:\n    pass", "import pickle\ntype(pickle.loads(pickle.dumps(A()))).__name__").value == "'A'"


def test_one_page_after_another_may_compile() -> None:
    before = os.environ.get("TORCHINDUCTOR_CACHE_DIR")
    for _ in range(2):  # each in a folder of its own
        run("import torch\nassert torch.compile(torch.sin, backend='eager')(torch.zeros(1)) == 0", timeout=60.0)
    assert os.environ.get("TORCHINDUCTOR_CACHE_DIR") == before


def test_the_process_is_left_as_it_was() -> None:
    import torch

    before, folder = torch.random.get_rng_state(), Path.cwd()
    run("import torch\ntorch.manual_seed(1)\ntorch.set_default_dtype(torch.float64)")
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.get_default_dtype() == torch.float32 and Path.cwd() == folder
