"""Real pictures of two classes: pieces of textures that come inside scikit-image."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from course_lib.arguments import path_of, whole_number
from course_lib.datasets.installed import installed
from course_lib.datasets.whole_folder import whole_folder

TEXTURES = ("brick", "grass", "gravel")
SIDE = 512  # pixels, of each texture


def write_textures(root: str | os.PathLike[str], size: int = 64, classes: Sequence[str] = ("grass", "gravel")) -> Path:
    """Cut textures into a folder of pictures: `train/grass`, `train/gravel`, `val/grass`, `val/gravel`.

    Each texture is one photograph, so its pieces are much alike. Cut at random, some pieces for validation would
    overlap with pieces to train on, and the score would flatter. Here validation has the lowest quarter, training what
    lies above, and the row of pieces between the two is left out; no two pieces overlap. The textures are about equally
    bright, so it is the pattern that has to be learned: standardise the pixels, or a small network stays at chance.

    Args:
        root: the folder to be made.
        size: side of a piece in pixels, 8 to 128.
        classes: two or three of brick, grass, gravel.

    Returns:
        The path of `root`. A picture is grey, PNG; with 64 pixels there are 40 to train on and 16 to validate of each
        class. Its name tells the piece's row and column.

    Raises:
        ValueError: `size` or `classes` is out of range.
        TypeError: an argument is of the wrong kind.
        FileExistsError: `root` is there already.
        ImportError: scikit-image or Pillow is not installed.

    Licence: CC0. Source: CC0Textures (Bricks25, Gravel04) and linolafett on DeviantArt (Grass-01), as scikit-image
    holds and credits them.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     root = write_textures(f"{place}/textures")
    ...     print(sorted(path.name for path in root.glob("val/grass/*"))[:2], len(list(root.glob("train/gravel/*"))))
    ['row6-column0.png', 'row6-column1.png'] 40
    """
    whole_number("size", size, 8, SIDE // 4, " pixels")
    if isinstance(classes, str) or not isinstance(classes, Sequence) or not all(isinstance(n, str) for n in classes):
        raise TypeError(f"classes should be names such as ('grass', 'gravel'), got {classes!r}")
    if len(classes) < 2 or len(set(classes)) != len(classes) or not set(classes) <= set(TEXTURES):
        raise ValueError(f"classes should be two or three of {', '.join(TEXTURES)}, got {tuple(classes)}")
    data, image = installed("skimage.data", "scikit-image"), installed("PIL.Image", "pillow")
    pieces = SIDE // size
    validation = range(pieces - pieces // 4, pieces)
    training = range(validation.start - 1)
    with whole_folder(root) as folder:
        for name in classes:
            texture = getattr(data, name)()
            for part, rows in (("train", training), ("val", validation)):
                (folder / part / name).mkdir(parents=True)
                for row in rows:
                    for column in range(pieces):
                        piece = texture[row * size : (row + 1) * size, column * size : (column + 1) * size]
                        image.fromarray(piece).save(folder / part / name / f"row{row}-column{column}.png")
    return path_of(root)
