"""A photograph of cucumbers and a colour board on a table, with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .camera import photograph
from .colour_board import THICKNESS_PX, ColourBoard, paint_board
from .fruit_picture import paint_fruit
from .fruit_raster import FruitRaster
from .fruit_skin import Variety
from .layout import sample_fruits
from .light import Light, shadow_of, stamp
from .table_tops import sample_table_top

GENERATOR_VERSION = 1
"""Goes up with any change that makes other images or labels from the same seed."""

SIDE_PX = (320, 512)
_SIDE_STEP = 16


@dataclass(frozen=True)
class FruitScene:
    """What lies where, before anything is painted.

    Attributes:
        height, width: of the image in pixels.
        board: the colour board; no fruit lies on it.
        fruits: from the bottom to the top.
    """

    height: int
    width: int
    board: ColourBoard
    fruits: list[FruitRaster]

    @classmethod
    def sample(cls, rng: np.random.Generator) -> FruitScene:
        sides = rng.integers(SIDE_PX[0] // _SIDE_STEP, SIDE_PX[1] // _SIDE_STEP + 1, 2)
        height, width = (int(side) * _SIDE_STEP for side in sides)
        board = ColourBoard.sample(rng, height, width)
        return cls(height, width, board, sample_fruits(rng, board, height, width))


def render(seed: int, split: int, index: int) -> tuple[FruitScene, np.ndarray, str]:
    """Number ``index`` of a split, whatever else is rendered beside it.

    Returns:
        The scene, and its photograph and table top as :func:`paint` gives them.
    """
    rng = np.random.default_rng([seed, split, index])
    scene = FruitScene.sample(rng)
    return scene, *paint(rng, scene)


def paint(rng: np.random.Generator, scene: FruitScene) -> tuple[np.ndarray, str]:
    """A photograph of ``scene``: table, light and camera vary.

    Returns:
        (height, width, 3) uint8 RGB, and the kind of table top, one of ``TABLE_TOPS``.
    """
    light, variety = Light.sample(rng), Variety.sample(rng)
    kind, table = sample_table_top(rng, scene.height, scene.width)
    ground = table.mean((0, 1))
    canvas = table * light.on_table(*_shadows(scene, light))
    picture, x, y = paint_board(rng, scene.board, light)
    _lay(canvas, picture, x, y)
    covered = np.zeros((scene.height, scene.width), np.float32)
    for fruit in scene.fruits:
        if covered[fruit.window][fruit.covers].any():
            _shade_below(canvas, covered, fruit, light)
        _lay(canvas, paint_fruit(rng, fruit, light, variety, ground), fruit.x, fruit.y)
        stamp(covered, fruit.covers, fruit.x, fruit.y)
    return photograph(rng, canvas), kind


def _shadows(scene: FruitScene, light: Light) -> tuple[np.ndarray, np.ndarray]:
    """Shares of lamp and sky that fruits and board block on the table, (height, width) each."""
    lamp, sky = shadow_of(scene.fruits, light, scene.height, scene.width)
    mask = scene.board.mask(scene.height, scene.width)
    thrown = np.zeros_like(lamp)
    for level in (0.0, THICKNESS_PX / 2, THICKNESS_PX):
        stamp(thrown, mask, *light.shift(level))
    thrown = cv2.GaussianBlur(thrown, (0, 0), 0.8)
    return np.maximum(lamp, thrown), np.maximum(sky, 0.3 * cv2.GaussianBlur(thrown, (0, 0), 2))


def _shade_below(canvas, covered, fruit: FruitRaster, light: Light) -> None:
    """Darken the fruits that ``fruit`` lies upon, close to it."""
    lamp, sky = shadow_of([fruit], light, *covered.shape)
    canvas *= 1 - (covered * (0.45 * lamp + 0.35 * sky))[..., None]


def _lay(canvas: np.ndarray, picture: np.ndarray, x: int, y: int) -> None:
    """Lay a premultiplied picture (h, w, 4) over ``canvas`` at column ``x``, row ``y``."""
    top, left = max(y, 0), max(x, 0)
    bottom = min(y + picture.shape[0], canvas.shape[0])
    right = min(x + picture.shape[1], canvas.shape[1])
    picture = picture[top - y : bottom - y, left - x : right - x]
    target = canvas[top:bottom, left:right]
    target *= 1 - picture[..., 3:]
    target += picture[..., :3]
