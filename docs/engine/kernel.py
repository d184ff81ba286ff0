"""An IPython extension for the kernel that runs a lab: the conditions under which the blocks of pages run.

The sandbox while a cell runs, warnings as errors, the style of figures, and figures as SVG for both colour schemes.
"""

from __future__ import annotations

import itertools
import json
import os
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.figures import STYLE, svg_of
from engine.sandbox import confined

FOLDER = "COURSE_LAB"  # environment variable: where `figures.json` lies, `progress` is kept, and `work` may be written
SVG = "image/svg+xml"
LIMIT = "COURSE_LAB_SECONDS"  # environment variable: seconds a cell may take


def load_ipython_extension(shell: Any) -> None:
    """Set the kernel up; IPython calls this before the first cell."""
    import matplotlib
    from IPython.display import publish_display_data

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    folder = Path(os.environ[FOLDER])
    declared: dict[str, dict[str, str]] = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    matplotlib.rcParams.update(STYLE)
    plt.show = lambda *args, **kwargs: None
    os.chdir(folder / "work")
    around = ExitStack()
    begun = itertools.count(1)

    def before(info: Any) -> None:
        (folder / "progress").write_text(str(next(begun)), encoding="utf-8")
        around.enter_context(warnings.catch_warnings())
        warnings.simplefilter("error")
        # Chinese text is set in the reader's fonts, so a glyph missing in ours does not matter.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        around.enter_context(confined(folder / "work", float(os.environ[LIMIT])))

    def after(result: Any) -> None:
        around.close()
        settings = declared.get(result.info.raw_cell.strip(), {})
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
            for number in plt.get_fignums():
                drawing = svg_of(plt.figure(number), settings.get("figure", "undeclared"), settings.get("alt", ""))
                publish_display_data({SVG: drawing})  # type: ignore[no-untyped-call] # IPython has no type for it
        plt.close("all")

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
