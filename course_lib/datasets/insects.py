"""Ants and bees, drawn: a small folder of pictures to learn the handling of pictures with."""

from __future__ import annotations

import math
import os
import random
from pathlib import Path
from typing import Any

from course_lib.arguments import path_of, whole_number
from course_lib.datasets.installed import installed
from course_lib.datasets.whole_folder import whole_folder

GROUNDS = ((196, 178, 140), (150, 120, 90), (120, 150, 90), (170, 170, 160))  # sand, soil, leaf, stone
FINER = 4  # drawn so many times larger, then made small: smooth edges


class _Pen:
    """Draws on a square layer whose centre is (0, 0) and whose side is 1; y goes down."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.layer = installed("PIL.Image", "pillow").new("RGBA", (side, side))
        self.draw = installed("PIL.ImageDraw", "pillow").Draw(self.layer)

    def _pixels(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        return [((x + 0.5) * self.side, (y + 0.5) * self.side) for x, y in points]

    def oval(self, x: float, y: float, wide: float, high: float, colour: tuple[int, ...], turn: float = 0) -> None:
        angles = [2 * math.pi * step / 60 for step in range(60)]
        around = [(wide * math.cos(angle), high * math.sin(angle)) for angle in angles]
        sin, cos = math.sin(turn), math.cos(turn)
        self.draw.polygon(self._pixels(*((x + cos * a - sin * b, y + sin * a + cos * b) for a, b in around)), colour)

    def both_sides(self, *points: tuple[float, float], wide: float, colour: tuple[int, ...]) -> None:
        for side in (-1, 1):
            line = self._pixels(*((side * x, y) for x, y in points))
            self.draw.line(line, colour, round(wide * self.side), joint="curve")


def _ant(pen: _Pen, rng: random.Random) -> None:
    dark = tuple(part + rng.randint(0, 25) for part in rng.choice(((30, 20, 15), (85, 35, 15), (15, 15, 15))))
    for start, knee, foot in ((-0.15, -0.28, -0.36), (-0.1, -0.08, 0.02), (-0.06, 0.08, 0.3)):
        bend = rng.uniform(-0.03, 0.03)
        pen.both_sides((0, start), (0.2, knee + bend), (0.32, foot + bend), wide=0.018, colour=dark)
    pen.both_sides((0.03, -0.33), (0.12, -0.38), (0.1, -0.47), wide=0.014, colour=dark)
    for y, wide, high in ((-0.28, 0.085, 0.08), (-0.11, 0.055, 0.11), (0.02, 0.025, 0.03), (0.19, 0.12, 0.16)):
        pen.oval(0, y, wide, high, dark)  # head, thorax, the narrow waist, abdomen


def _bee(pen: _Pen, rng: random.Random) -> None:
    yellow = (rng.randint(215, 250), rng.randint(160, 190), rng.randint(20, 60))
    dark = tuple(rng.randint(15, 45) for _ in range(3))
    for start, foot in ((-0.16, -0.22), (-0.08, 0.0), (-0.02, 0.14)):
        pen.both_sides((0, start), (0.17, (start + foot) / 2), (0.2, foot), wide=0.02, colour=dark)
    pen.both_sides((0.03, -0.33), (0.08, -0.42), wide=0.014, colour=dark)
    pen.oval(0, 0.16, 0.14, 0.22, yellow)
    for y in (0.06, 0.16, 0.26):  # stripes as wide as the abdomen is there
        pen.oval(0, y, 0.14 * math.sqrt(1 - ((y - 0.16) / 0.22) ** 2), 0.028, dark)
    pen.oval(0, -0.11, 0.12, 0.12, tuple(part * 2 // 3 for part in yellow))
    pen.oval(0, -0.27, 0.09, 0.075, dark)
    wing, spread = (225, 235, 245), rng.uniform(0.9, 1.2)
    for side in (-1, 1):
        pen.oval(side * 0.24, -0.07, 0.07, 0.2, wing, side * spread)
        pen.oval(side * 0.19, 0.06, 0.05, 0.13, wing, side * spread * 1.3)


def _picture(draw_insect: Any, size: int, rng: random.Random) -> Any:
    image = installed("PIL.Image", "pillow")
    side = size * FINER
    # the ground is drawn from the same choices for both, so that it does not tell the class
    ground = rng.choice(GROUNDS)
    pen = _Pen(side)
    pen.draw.rectangle((0, 0, side, side), ground)
    for _ in range(60):
        shade = rng.randint(-18, 18)
        where = (rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5), rng.uniform(0.01, 0.08), rng.uniform(0.01, 0.08))
        pen.oval(*where, tuple(part + shade for part in ground))
    insect = _Pen(round(side * rng.uniform(0.6, 0.95)))
    draw_insect(insect, rng)
    turned = insect.layer.rotate(rng.uniform(0, 360), image.Resampling.BICUBIC, expand=True)
    shift = [(side - length) // 2 + round(side * rng.uniform(-0.08, 0.08)) for length in turned.size]
    pen.layer.paste(turned, tuple(shift), turned)
    return pen.layer.convert("RGB").resize((size, size), image.Resampling.LANCZOS)


def write_insects(root: str | os.PathLike[str], n: int = 20, seed: int = 0, size: int = 96) -> Path:
    """Draw ants and bees into folders laid out like the photographs of the lecture's example (hymenoptera_data).

    `train/ants`, `train/bees`, `val/ants`, `val/bees`: insects that differ in colour, size, place and direction, on
    sand, soil, leaves or stone. They are drawings: a network that knows them knows no ant.

    Args:
        root: the folder to be made.
        n: pictures of each class to train on, 1 to 100 000; for validation half as many, at least one.
        seed: picture i of a class is the same for the same seed and size, however many there are.
        size: side of a picture in pixels, 16 to 1024.

    Returns:
        The path of `root`; pictures in colour, PNG.

    Raises:
        ValueError: `n` or `size` is out of range.
        TypeError: an argument is of the wrong kind.
        FileExistsError: `root` is there already. After any error there is nothing left behind.
        ImportError: Pillow is not installed.

    Licence: CC0. Source: drawn here; the layout is that of
    https://pytorch.org/tutorials/beginner/transfer_learning_tutorial.html

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     root = write_insects(f"{place}/insects", n=2)
    ...     for picture in sorted(root.rglob("*.png")):
    ...         print(picture.relative_to(root).as_posix())
    train/ants/0000.png
    train/ants/0001.png
    train/bees/0000.png
    train/bees/0001.png
    val/ants/0000.png
    val/bees/0000.png
    """
    whole_number("n", n, 1, 100_000)
    whole_number("seed", seed, 0, 2**64 - 1)
    whole_number("size", size, 16, 1024, " pixels")
    with whole_folder(root) as folder:
        for part, count in (("train", n), ("val", max(1, n // 2))):
            for label, draw_insect in (("ants", _ant), ("bees", _bee)):
                (folder / part / label).mkdir(parents=True)
                for number in range(count):
                    rng = random.Random(f"{seed} {part} {label} {number}")
                    _picture(draw_insect, size, rng).save(folder / part / label / f"{number:04}.png")
    return path_of(root)
