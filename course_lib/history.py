"""What a training run measured: the loss of every step, and a row for every epoch."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from course_lib.arguments import path_to_write

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(repr=False)
class History:
    """The record that `fit` returns.

    Attributes:
        steps: the training loss of every step, in the order of the steps.
        epochs: for every epoch its number from 1 ("epoch"), the steps done by its end ("step"), the mean of the
            training "loss" and of every metric over the samples as they came by, the same from the validation set as
            "validate_loss" and so on, the learning rate "lr" of the first group, and the "seconds" it took.

    >>> History([4.0, 2.0], [{"epoch": 1, "step": 2, "loss": 3.0, "lr": 0.1, "seconds": 0.5}])
    epoch  step  loss   lr  seconds
        1     2     3  0.1      0.5
    """

    steps: list[float] = field(default_factory=list)
    epochs: list[dict[str, float]] = field(default_factory=list)

    def best(self, name: str = "validate_loss") -> dict[str, float]:
        """The row of the epoch with the smallest value, the first of equals.

        Args:
            name: a column of `epochs`.

        Raises:
            ValueError: there is no such column.

        >>> History(epochs=[{"epoch": 1, "loss": 3.0}, {"epoch": 2, "loss": 1.0}]).best("loss")
        {'epoch': 2, 'loss': 1.0}
        """
        rows = [row for row in self.epochs if isinstance(name, str) and name in row]
        if not rows:
            raise ValueError(f"no epoch has {name!r}; there are: {', '.join(self._columns()) or 'no epochs'}")
        return min(rows, key=lambda row: row[name])

    def _columns(self) -> list[str]:
        return list(dict.fromkeys(name for row in self.epochs for name in row))

    def table(self) -> str:
        """The epochs as lines of text, four digits a number.

        >>> print(History(epochs=[{"epoch": 1, "loss": 0.123456}]).table())
        epoch    loss
            1  0.1235
        """
        if not self.epochs:
            return f"no epoch is complete; {len(self.steps)} steps"
        names = self._columns()
        rows = [[f"{row[name]:.4g}" if name in row else "" for name in names] for row in self.epochs]
        widths = [max(len(cell) for cell in column) for column in zip(names, *rows, strict=True)]
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [names, *rows]
        ]
        return "\n".join(line.rstrip() for line in lines)

    def __repr__(self) -> str:
        return self.table()

    def plot(self, axes: Axes | None = None, *, lang: str = "en") -> Axes:
        """Draw the loss: of every step thin, of the epochs with points, of validation dashed.

        Args:
            axes: where to draw; new ones by default.
            lang: "en" or "zh", the language of the labels.

        Returns:
            The axes, with the step along x.

        >>> History([4.0, 2.0], [{"epoch": 1, "step": 2, "loss": 3.0}]).plot().get_xlabel()
        'step'
        """
        from matplotlib import pyplot as plt  # only who draws waits for it

        if not isinstance(lang, str) or lang not in ("en", "zh"):
            raise ValueError(f"lang should be 'en' or 'zh', got {lang!r}")
        words = {
            "en": ("step", "loss", "each step", "training, mean of the epoch", "validation"),
            "zh": ("步", "损失", "每一步", "训练集（每轮平均）", "验证集"),
        }[lang]
        if axes is None:
            axes = plt.subplots()[1]
        axes.plot(range(1, len(self.steps) + 1), self.steps, linewidth=0.5, alpha=0.6, label=words[2])
        for name, label, style in (("loss", words[3], "o-"), ("validate_loss", words[4], "s--")):
            rows = [row for row in self.epochs if name in row]
            if rows:
                axes.plot([row["step"] for row in rows], [row[name] for row in rows], style, markersize=4, label=label)
        axes.set(xlabel=words[0], ylabel=words[1])
        axes.legend()
        return axes

    def save_csv(self, path: str | Path) -> None:
        """Write the epochs as a table for a spreadsheet, numbers in full.

        Args:
            path: the file; its folder is made; what is there is replaced.

        Raises:
            TypeError, ValueError, OSError: `path` is no path, or no file can be written there.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     History(epochs=[{"epoch": 1, "loss": 0.5}]).save_csv(f"{folder}/run.csv")
        ...     print(Path(folder, "run.csv").read_text())
        epoch,loss
        1,0.5
        <BLANKLINE>
        """
        target = path_to_write(path)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("w", newline="") as file:
                table = csv.DictWriter(file, self._columns(), lineterminator="\n")
                table.writeheader()
                table.writerows(self.epochs)
        except OSError as error:
            raise OSError(error.errno, f"path {str(target)!r} could not be written: {error.strerror}") from error

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps.

        >>> History([1.0]).state_dict()
        {'steps': tensor([1.], dtype=torch.float64), 'epochs': []}
        """
        return {"steps": torch.tensor(self.steps, dtype=torch.float64), "epochs": [dict(row) for row in self.epochs]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave.

        >>> history = History()
        >>> history.load_state_dict(History([1.0]).state_dict())
        >>> history.steps
        [1.0]
        """
        self.steps, self.epochs = state["steps"].tolist(), [dict(row) for row in state["epochs"]]
