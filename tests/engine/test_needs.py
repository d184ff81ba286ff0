"""What the copy button copies."""

from pathlib import Path

import pytest
from engine.errors import PageError
from engine.needs import needs_of, scripts_of
from engine.page import Page


def page(*blocks: str) -> Page:
    return Page(Path("page.md"), "\n".join(b if b.startswith("<!--") else f"```python\n{b}\n```\n" for b in blocks))


def needed(*blocks: str) -> list[int]:
    made = page(*blocks)
    return [piece.block for piece in needs_of(made)[len(made.blocks)]]


def test_only_what_is_used_is_copied() -> None:
    assert needed("a = 1", "b = 2", "c = a + 1", "print(c)") == [1, 3]


def test_imports_come_without_their_block() -> None:
    assert scripts_of(page("import math\nx = 1\nprint(x)", "print(math.pi)"))[2] == "import math\n\nprint(math.pi)\n"


def test_a_name_bound_first_is_not_needed() -> None:
    assert needed("a = 1", "a = 2\nprint(a)") == []


def test_names_inside_functions_count() -> None:
    assert needed("rate = 0.1", "def step(w):\n    return w - rate", "step(1)") == [1, 2]


def test_arguments_and_comprehension_variables_do_not_count() -> None:
    assert needed("w = 1", "n = 3", "f = lambda w: w\n[n for n in range(2)]") == []


def test_training_a_model_is_needed_by_what_measures_it() -> None:
    assert needed(
        "import torch\nmodel = torch.nn.Linear(1, 1)",
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nfor _ in range(3):\n    optimizer.step()",
        "print(1)",
        "model.weight",
    ) == [1, 2]


def test_drawing_and_printing_change_nothing() -> None:
    assert needed("import matplotlib.pyplot as plt\nx = [1]", "plt.plot(x)\nprint(x)", "sum(x)") == [1]


def test_what_pyplot_gave_draws_its_arguments_and_leaves_them_as_they_are() -> None:
    plt, x, use = "import matplotlib.pyplot as plt", "x = [1]\ny = [2]", "sum(x) + sum(y)"
    assert needed(x, f"{plt}\nfigure, axes = plt.subplots()\naxes.hist(x)", use) == [1]
    loop = "for axis, values in zip(plt.subplots(2)[1], (x, y)):\n    axis.hist(values)"
    assert needed(x, f"{plt}\n{loop}", use) == [1]
    assert needed(x, f"{plt}\naxes = plt.gca()", "axes.hist(x)", "axes.get_title()") == [1, 2, 3]


def test_of_what_is_walked_together_each_is_itself() -> None:
    both = "x = [[1]]\ny = [[2]]"
    plain = "for a, b in zip(x, y):\n    {}.append(1)"
    assert needed(both, plain.format("a"), "x") == [1, 2]
    other = (
        "import matplotlib.pyplot as plt\nfor n, (axis, b) in enumerate(zip(plt.subplots(1)[1], y)):\n    b.append(n)"
    )
    assert needed(both, other, "y") == [1, 2] and needed(both, other, "x") == [1]
    assert needed("x = [[1]]", "y = [[2]]", plain.format("a"), "y") == [2]
    rows = (
        "import matplotlib.pyplot as plt\nleft, right = plt.subplots(2)[1]\nfor axis, b in ((left, x), (right, y)):\n"
    )
    assert needed(both, rows + "    axis.hist(b)", "x + y") == [1] and needed(both, rows + "    b.pop()", "y") == [1, 2]
    assert needed("x = [[1]]", "y = [[2]]", "for a, b in list(zip(x, y)):\n    a.append(1)", "y") == [1, 2, 3]


def test_a_doctest_is_copied_without_prompts_and_outputs() -> None:
    assert scripts_of(page(">>> a = 1\n>>> a\n1", "a + 1"))[2] == "a = 1\na\n\na + 1\n"


def test_a_name_from_a_block_that_raises_is_refused() -> None:
    with pytest.raises(PageError, match="which raises"):
        needs_of(page("<!-- block\nraises: ValueError\n-->\n```python\na = 1\nraise ValueError\n```\n", "a"))
