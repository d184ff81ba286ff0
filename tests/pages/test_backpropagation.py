"""The page on backpropagation shows a graph of the engine as a diagram: it is what the engine draws."""

from __future__ import annotations

import re

import pytest
from engine import LANGUAGES, ROOT

from course_lib.autograd import Value, mermaid


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_graph_is_what_the_engine_draws(language: str) -> None:
    w, x, bias, y = Value(2.0, "w"), Value(1.0, "x"), Value(-2.0, "bias"), Value(1.0, "y")
    z = w * x + bias
    y_hat = z.sigmoid()
    cost = (y_hat - y) ** 2
    z.name, y_hat.name, cost.name = "z", "ŷ", "C"
    cost.backward()
    page = (ROOT / "docs" / language / "backprop" / "backpropagation.md").read_text(encoding="utf-8")
    (graph,) = re.findall(r"^figure: engine-graph$.*?^```mermaid\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    assert graph == mermaid(cost)
