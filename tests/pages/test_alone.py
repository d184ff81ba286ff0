"""What `alone.outcomes_of` says of scripts is what happens when each is run from its own file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alone import Outcome, outcomes_of, taken_for_granted

BEGINNING = "import random\n\nrandom.seed(0)\nnumbers = []\n"
SCRIPTS = {
    1: BEGINNING + "numbers.append(random.random())\nprint(numbers)\n",
    2: BEGINNING + "numbers.append(random.random())\nprint(len(numbers), random.random())\n",
    3: BEGINNING + "print(numbers)\nnumbers.append(random.random())\n1 / 0\n",
    4: BEGINNING,
    5: "@property\ndef f(): pass\nprint(type(f).__name__)\n",
    6: "@staticmethod\ndef f(): pass\nprint(type(f).__name__)\n",
    7: "print('never')\n1 +\n",
    8: "import sys\nsys.exit(3)\n",
}
ERRORS = {3: "ZeroDivisionError", 7: "SyntaxError", 8: "SystemExit"}


def test_each_script_prints_and_fails_as_its_file_does(tmp_path: Path) -> None:
    found = outcomes_of(SCRIPTS, 10)
    assert list(found) == list(SCRIPTS)
    for number, script in SCRIPTS.items():
        (tmp_path / "script.py").write_text(script)
        done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert found[number].printed == done.stdout
        assert found[number].error.split("\n")[0] == ERRORS.get(number, "")
        assert bool(done.returncode) == (number in ERRORS)


def test_a_line_that_several_scripts_begin_with_runs_once(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    mark = f"import os\nos.write({writer}, b'x')\n"
    scripts = {number: mark + f"print({number})\n" for number in range(3)} | {3: mark}
    assert [outcome.printed for outcome in outcomes_of(scripts, 10).values()] == ["0\n", "1\n", "2\n", ""]
    os.close(writer)
    assert os.read(reader, 100) == b"x"
    os.close(reader)


@pytest.mark.parametrize(
    "left",
    ["open('left.txt', 'w').close()", "import threading, time\nthreading.Thread(target=time.sleep, args=(1,)).start()",
     "import torch\ntorch.set_num_threads(2)"],
)  # fmt: skip
def test_a_script_sees_nothing_that_another_left(left: str) -> None:
    look = "import os\nprint(sorted(os.listdir()))\n"
    scripts = {1: f"{left}\nx = 1\n{look}", 2: f"{left}\nx = 2\n{look}open('mine.txt', 'w').close()\n{look}"}
    mine = ["left.txt"] if "left.txt" in left else []
    found = outcomes_of(scripts, 10)
    assert found == {
        1: Outcome("", f"{mine}\n"),
        2: Outcome("", f"{mine}\n{sorted([*mine, 'mine.txt'])}\n"),
    }


def test_time_counts_from_the_first_line_of_a_script() -> None:
    busy = "import time\nbegan = time.process_time()\nwhile time.process_time() < began + 0.6: pass\n"
    scripts = {1: busy, 2: busy + "print(1)\n", 3: busy + busy, 4: "while True: pass\n"}
    kinds = {number: outcome.error.split("\n")[0] for number, outcome in outcomes_of(scripts, 1.0).items()}
    assert kinds == {1: "", 2: "", 3: "BlockTimeout", 4: "BlockTimeout"}


def test_the_end_of_a_process_is_told() -> None:
    found = outcomes_of({1: "print(1)\n", 2: "import os\nos._exit(0)\n", 3: "print(3)\n"}, 5)
    assert found == {1: Outcome("", "1\n"), 2: Outcome("no answer", ""), 3: Outcome("", "3\n")}


def test_a_module_that_only_we_have_loaded_is_noticed() -> None:
    outcomes_of({}, 1)
    assert taken_for_granted("import sklearn\nsklearn.datasets.load_digits()\n") == {"sklearn.datasets"}
    assert taken_for_granted("import sklearn\nimport sklearn.datasets\nsklearn.datasets.load_digits()\n") == set()
    assert taken_for_granted("import sklearn\nprint(sklearn.__version__)\n") == set()
    assert taken_for_granted("from sklearn import datasets\ndatasets.load_digits()\n") == set()


def test_a_warning_fails_a_script() -> None:
    found = outcomes_of({1: "import warnings\nwarnings.warn('careful')\n"}, 5)
    assert found[1].error.startswith("UserWarning\n") and "careful" in found[1].error
