"""A folder that is there whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_lib.arguments import path_of


@contextmanager
def whole_folder(root: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder to fill: it takes the name `root` at the end of the block, and vanishes if the block fails.

    Args:
        root: the folder to be; what leads to it is made too.

    Raises:
        FileExistsError: there is something at `root` already, other than an empty folder.
        TypeError: `root` is no path.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with whole_folder(f"{place}/new") as folder:
    ...         _ = (folder / "a.txt").write_text("a")
    ...     print(os.listdir(place), os.listdir(f"{place}/new"))
    ['new'] ['a.txt']
    """
    final = path_of(root).absolute()
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise FileExistsError(f"{final} is there already: remove it, or choose another folder")
    # in the same folder, so on the same disk: only there is a rename one step
    final.parent.mkdir(parents=True, exist_ok=True)
    part = final.with_name(f".{final.name}.{os.getpid()}.part")
    part.mkdir()
    try:
        yield part
        if final.exists():
            final.rmdir()  # it was empty; Windows renames onto nothing only
        part.rename(final)
    except BaseException:
        shutil.rmtree(part)
        raise
