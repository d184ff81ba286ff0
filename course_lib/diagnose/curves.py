"""Losses in whatever form a reader has them: a number, a curve, a CSV that was saved or pasted, a history of `fit`."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# how the columns of a table may be called; the first name is the one in messages
COLUMNS = {
    "train": ("train", "train_loss", "training", "loss"),
    "validation": ("validation", "validation_loss", "validate_loss", "val_loss", "valid_loss", "val"),
    "baseline": ("baseline", "baseline_loss"),
    "test": ("test", "test_loss"),
}


def curve(name: str, losses: Any) -> list[float]:
    """The losses as a list, one for each epoch.

    Args:
        name: what messages call them.
        losses: a number, or a sequence, tensor or array of numbers.

    Raises:
        TypeError: something else.
        ValueError: no number at all.

    >>> curve("train", 0.5), curve("train", (2, 1.5))
    ([0.5], [2.0, 1.5])
    """
    if hasattr(losses, "tolist") and str(getattr(losses, "device", "")) != "meta":
        losses = losses.tolist()
    if isinstance(losses, int | float) and not isinstance(losses, bool):
        losses = [losses]
    if not isinstance(losses, Sequence) or isinstance(losses, str):
        raise TypeError(f"{name} should be a loss, or a sequence with one for each epoch, got {losses!r}")
    for loss in losses:
        if isinstance(loss, bool) or not isinstance(loss, int | float):
            raise TypeError(f"{name} should hold numbers, got {loss!r}; a tensor gives its by .item()")
    if not losses:
        raise ValueError(f"{name} should hold at least one loss, got none")
    return [float(loss) for loss in losses]


def table(source: str | Path | Mapping[str, Any] | Any) -> dict[str, list[float]]:
    """The curves in a table with a column for each of them, by the names train, validation, baseline, test.

    Args:
        source: a path to a CSV file; the text of one, with line breaks, separated by commas, semicolons or tabs, and
            without a header if its columns are (epoch, train, validation) or (train, validation); a mapping from names
            to curves; or a history with rows in `.epochs`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: no column of training losses, or a cell that is no number. Empty cells are left out.

    >>> table("epoch,loss,val_loss\\n1,2.3,2.2\\n2,0.9,\\n")
    {'train': [2.3, 0.9], 'validation': [2.2]}
    """
    if isinstance(source, Mapping):
        columns = dict(source)
    elif isinstance(source, str | Path):
        columns = _csv(source)
    else:
        names = dict.fromkeys(name for row in source.epochs for name in row)
        columns = {name: [row[name] for row in source.epochs if name in row] for name in names}
    found = {}
    for name, synonyms in COLUMNS.items():
        given = next((columns[synonym] for synonym in synonyms if synonym in columns), None)
        if given is not None:
            found[name] = curve(name, given)
    if "train" not in found:
        raise ValueError(f"a column called train should hold the training losses, got columns {', '.join(columns)}")
    return found


def _csv(source: str | Path) -> dict[str, list[float]]:
    if isinstance(source, str) and "\n" in source:
        text = source
    elif Path(source).is_file():
        try:
            text = Path(source).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(f"train should be a CSV file, but {str(source)!r} holds no text: {error}") from error
    else:
        raise FileNotFoundError(f"train should be a CSV file or its text, but there is no file {str(source)!r}")
    lines = text.strip().splitlines()
    delimiter = next((mark for mark in "\t;," if mark in lines[0]), ",") if lines else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter) if row]
    header = [name.lower() for name in rows[0]] if rows else []
    if header and _is_number(header[0]):
        header = ["epoch", "train", "validation"] if len(header) > 2 else ["train", "validation"]
    else:
        rows = rows[1:]
    columns: dict[str, list[float]] = {name: [] for name in header}
    for number, row in enumerate(rows, start=1):
        for name, cell in zip(header, row, strict=False):
            if cell and not _is_number(cell):
                raise ValueError(f"row {number} of the losses should hold numbers, got {cell!r} in column {name!r}")
            if cell:
                columns[name].append(float(cell))
    return columns


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
