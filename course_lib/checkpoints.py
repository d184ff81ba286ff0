"""Checkpoints: what a training run needs to go on, on a disk, whole or not at all.

A file is written beside its place and then renamed, so a kill at any moment leaves the old one or the new one. It is an
ordinary `torch.save` file: a zip archive with a checksum of every part, which `torch.load` does not look at and `load`
does.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import platform
import re
import sys
import warnings
import zipfile
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor
from torch.utils.serialization import config

from course_lib.arguments import check_mapping, path_of, path_to_write

FORMAT, VERSION = "course_lib checkpoint", 1


class CheckpointError(RuntimeError):
    """A checkpoint cannot be written, read or used; the message says which, why, and what to do."""


def _sync(path: Path) -> None:
    """Wait until the disk has it: a rename is lost with the power as long as its folder is only in memory."""
    if sys.platform == "win32" and path.is_dir():
        return  # Windows opens no folders; NTFS journals the rename itself
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check(value: Any, place: str) -> None:
    # found out now, and not on the day when the run has to go on
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _check(key, f"a key of {place}")
            _check(inner, f"{place}[{key!r}]")
    elif type(value) in (list, tuple):
        for index, inner in enumerate(value):
            _check(inner, f"{place}[{index}]")
    elif not (isinstance(value, Tensor | torch.dtype) or type(value) in (int, float, bool, str, bytes, type(None))):
        raise CheckpointError(
            f"{place} is a {type(value).__module__}.{type(value).__qualname__}; a checkpoint holds tensors, numbers, "
            "strings, lists and dicts, so that reading it can never run code: convert it, or leave it out"
        )


def save(state: Mapping[str, Any], path: str | Path) -> None:
    """Write a checkpoint: a temporary file in the same folder, its bytes on the disk, then the rename.

    Args:
        state: tensors, numbers, strings, lists and dicts, nested as you like.
        path: the file; its folder is made. What is there stays as it is until the new one is complete.

    Raises:
        TypeError, ValueError: `state` is no dict, `path` no path.
        IsADirectoryError: `path` is a folder's.
        CheckpointError: `state` holds something else, or the disk does not take it.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.save.html; man 2 rename, man 2 fsync

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> save({"step": 3, "weights": torch.ones(2)}, f"{folder.name}/run.pt")
    >>> load(f"{folder.name}/run.pt")["weights"]
    tensor([1., 1.])
    >>> folder.cleanup()
    """
    path = path_to_write(path)
    check_mapping("state", state, "{'step': 3, 'model': model.state_dict()}")
    _check(state, "state")
    versions = {"torch": str(torch.__version__), "numpy": np.__version__, "python": platform.python_version()}
    content = {**state, "format": FORMAT, "format_version": VERSION, "versions": versions}
    temporary = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with config.patch("save.compute_crc32", True):  # type: ignore[attr-defined] # somebody may have switched it off
            torch.save(content, temporary)
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise CheckpointError(
            f"{path} could not be written: {error}. Is the disk full, or the folder not yours? Earlier checkpoints are "
            "as they were"
        ) from error


def load(path: str | Path) -> dict[str, Any]:
    """Read a checkpoint, after its checksums were found right.

    Args:
        path: a file that `save` wrote.

    Returns:
        The state, its tensors on the CPU, with "versions" of what wrote it.

    Raises:
        FileNotFoundError: there is no such file.
        CheckpointError: it is cut off, damaged, or something else; the message says which.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.load.html

    >>> load("nowhere.pt")
    Traceback (most recent call last):
    FileNotFoundError: there is no checkpoint nowhere.pt
    """
    path = path_of(path, "path", "file")
    if not path.is_file():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                damaged = archive.testzip()
        except Exception as error:  # what a broken archive raises depends on where it is broken
            size = path.stat().st_size
            raise CheckpointError(f"{path} ({size} bytes) is no checkpoint, or only a part of one: {error}") from error
    if damaged is not None:
        raise CheckpointError(f"{path} is damaged: the checksum of its part {damaged} is wrong")
    try:
        # weights_only: a pickle may run any program on this machine; this reads data and nothing else
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path} holds Python objects, and reading those could run any program, so it is refused; save "
            "model.state_dict(), not the model"
        ) from error
    except Exception as error:
        raise CheckpointError(f"{path} is an archive, but torch.save did not write it: {error}") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} is a file of torch.save, but no checkpoint of course_lib; if it holds weights alone: "
            "model.load_state_dict(torch.load(path, weights_only=True))"
        )
    if state["format_version"] > VERSION:
        raise CheckpointError(f"{path} was written by a newer course_lib (format {state['format_version']}): update it")
    return state


def _copied(value: Any, into: Any = None) -> Any:
    """A copy on the CPU that training cannot change any more; `into`, the copy before, lends its memory."""
    if isinstance(value, Tensor):
        value = value.detach()
        if isinstance(into, Tensor) and into.shape == value.shape and into.dtype == value.dtype:
            return into.copy_(value)
        return torch.empty_like(value, device="cpu", memory_format=torch.contiguous_format).copy_(value)
    if isinstance(value, Mapping):
        old = into if isinstance(into, Mapping) else {}
        return {key: _copied(inner, old.get(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        before = into if isinstance(into, list | tuple) and len(into) == len(value) else [None] * len(value)
        return type(value)(_copied(inner, old) for inner, old in zip(value, before, strict=True))
    return value


class Checkpoints:
    """A folder with the last checkpoints of one run, `step-000000120.pt` and so on.

    Args:
        folder: made when the first one is written.
        keep: how many of the newest stay, at least 1.
        every: `fit` writes one at the end of every epoch, and after every so many steps where this is given.

    Raises:
        ValueError: `keep` or `every` is not a whole number ≥ 1.
        CheckpointError: `folder` is a file.

    >>> import tempfile
    >>> place = tempfile.TemporaryDirectory()
    >>> with Checkpoints(place.name, keep=2) as checkpoints:
    ...     for step in (10, 20, 30):
    ...         _ = checkpoints.save({"step": step})
    >>> checkpoints.steps(), checkpoints.latest()["step"]
    ([20, 30], 30)
    >>> place.cleanup()
    """

    def __init__(self, folder: str | Path, *, keep: int = 3, every: int | None = None) -> None:
        for name, value in {"keep": keep, "every": 1 if every is None else every}.items():
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} should be a whole number of at least 1, got {value!r}")
        self.folder, self.keep, self.every = path_of(folder, "folder"), keep, every
        if self.folder.exists() and not self.folder.is_dir():
            raise CheckpointError(f"{folder} should be a folder for checkpoints, but is a file")
        self._memory: Any = None
        self._writer: ThreadPoolExecutor | None = None
        self._writing: Future[None] | None = None

    def path(self, step: int) -> Path:
        """The file of a step.

        >>> Checkpoints("run").path(120).name
        'step-000000120.pt'
        """
        return self.folder / f"step-{step:09d}.pt"

    def steps(self) -> list[int]:
        """The steps of which there are files, in ascending order.

        >>> Checkpoints("empty").steps()
        []
        """
        if not self.folder.is_dir():
            return []
        names = (re.fullmatch(r"step-(\d{9,})\.pt", path.name) for path in self.folder.iterdir())
        return sorted(int(name[1]) for name in names if name)

    def latest(self) -> dict[str, Any] | None:
        """The newest checkpoint that is whole; None where there is no file at all.

        Where the newest is damaged, the one before it is read, with a warning, and the damaged one is renamed to
        `….pt.damaged`.

        Raises:
            CheckpointError: there are files, and every one is damaged.

        >>> Checkpoints("empty").latest() is None
        True
        """
        self.wait()
        damaged: list[tuple[Path, CheckpointError]] = []
        for step in reversed(self.steps()):
            try:
                state = load(self.path(step))
            except CheckpointError as error:
                damaged.append((self.path(step), error))
                continue
            for path, reason in damaged:
                path.replace(path.with_name(path.name + ".damaged"))  # out of the way of the steps that come again
                warnings.warn(f"{reason}. Going on from step {step}; it is now {path.name}.damaged", stacklevel=2)
            return state
        if damaged:
            raise CheckpointError(
                f"none of the {len(damaged)} checkpoints in {self.folder} can be read; to start anew, choose another "
                f"folder. The newest: {damaged[0][1]}"
            ) from damaged[0][1]
        return None

    def save(self, state: Mapping[str, Any], *, wait: bool = True) -> bool:
        """Write a checkpoint, and then remove all but the newest `keep`.

        Args:
            state: as for the function `save`, with its "step".
            wait: False copies the state and leaves the writing to a thread, so that training goes on meanwhile.

        Returns:
            False if the thread is still at the one before, and nothing was done.

        Raises:
            CheckpointError: a later step is already there; this one, or the thread's one before, could not be written.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as place, Checkpoints(place) as checkpoints:
        ...     _ = checkpoints.save({"step": 10}, wait=False)
        ...     _ = checkpoints.save({"step": 20})
        ...     checkpoints.steps()
        [10, 20]
        """
        if not wait and self._writing is not None and not self._writing.done():
            return False
        self.wait()
        steps = self.steps()
        if steps and steps[-1] > state["step"]:
            raise CheckpointError(
                f"{self.folder} holds step {steps[-1]} already, and step {state['step']} would take its place: resume "
                "from it (resume=True), or choose another folder"
            )
        if wait:
            self._write(state)
            return True
        _check(state, "state")  # here, where the traceback shows who brought it
        self._memory = _copied(state, self._memory)
        self._writer = self._writer or ThreadPoolExecutor(1, "checkpoints")
        self._writing = self._writer.submit(self._write, self._memory)
        return True

    def _write(self, state: Mapping[str, Any]) -> None:
        save(state, self.path(state["step"]))
        for step in self.steps()[: -self.keep]:  # the new one is on the disk: now older ones may go
            self.path(step).unlink(missing_ok=True)
        for left in self.folder.glob(".step-*.writing"):  # of a process that was killed while it wrote
            left.unlink(missing_ok=True)

    def wait(self) -> None:
        """Wait until the thread has written what it was given.

        Raises:
            CheckpointError: it could not.

        >>> Checkpoints("empty").wait()
        """
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()

    def close(self) -> None:
        """Wait for the thread, and end it.

        Raises:
            CheckpointError: what it was given could not be written.

        >>> Checkpoints("empty").close()
        """
        if self._writer is not None:
            self._writer.shutdown()
            self._writer, self._memory = None, None
        self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
