"""Where things lie: fruits on the table, clear of the board, a few of them touching."""

from __future__ import annotations

import cv2
import numpy as np

from .colour_board import ColourBoard
from .fruit_raster import FruitRaster
from .fruit_shape import FruitShape

TOUCHING = 0.2  # of the fruits after the first are laid against or upon another one
MIN_VISIBLE = 0.86
HIDDEN_END = 0.4  # of the fruits that lie upon another may cover its head or tail
_CELL = 4  # pixels: free places are looked for on a coarse grid
_TRIES = 8


def most_fruits(height: int, width: int) -> int:
    """3 fruits fit on 320 x 320 pixels, 8 on 512 x 512, and in proportion between them."""
    return 3 + round(5 * (height * width - 320**2) / (512**2 - 320**2))


def sample_fruits(
    rng: np.random.Generator, board: ColourBoard, height: int, width: int
) -> list[FruitRaster]:
    """At least one fruit, wholly on the image; a later one lies on top of an earlier one."""
    most = most_fruits(height, width)
    count = rng.integers(1 + most // 4, most + 1)
    blocked = board.mask(height, width)
    placed: list[FruitRaster] = []
    while not placed:
        for _ in range(count):
            touching = bool(placed) and rng.random() < TOUCHING
            fruit = _place(rng, FruitShape.sample(rng), placed, blocked, touching)
            placed += [fruit] if fruit else []
    return placed


def visible_masks(fruits: list[FruitRaster], height: int, width: int) -> list[np.ndarray]:
    """Per fruit what no later fruit covers, (height, width) bool."""
    covered = np.zeros((height, width), dtype=bool)
    masks = []
    for fruit in reversed(fruits):
        masks.append(fruit.on_image(fruit.body, height, width) & ~covered)
        covered[fruit.window] |= fruit.covers
    return masks[::-1]


def ends_visible(fruits: list[FruitRaster], index: int) -> list[bool]:
    """Whether head and tail of fruit ``index`` are free of later fruits."""
    ends = fruits[index].shape.head, fruits[index].shape.tail
    return [not any(_covers(top, end) for top in fruits[index + 1 :]) for end in ends]


def _covers(fruit: FruitRaster, point: tuple[float, float]) -> bool:
    column, row = int(np.floor(point[0])) - fruit.x, int(np.floor(point[1])) - fruit.y
    height, width = fruit.covers.shape
    return 0 <= row < height and 0 <= column < width and bool(fruit.covers[row, column])


def _place(rng, shape: FruitShape, placed, blocked, touching: bool) -> FruitRaster | None:
    """Try a few directions of the fruit; None if the table is too full for it."""
    height, width = blocked.shape
    fruits = np.zeros_like(blocked)
    for fruit in placed:
        fruits[fruit.window] |= fruit.covers
    may_hide = rng.random() < HIDDEN_END
    for _ in range(_TRIES):
        turned = shape.turned(float(rng.uniform(-np.pi, np.pi))).moved(*rng.uniform(0, 1, 2))
        raster = FruitRaster.of(turned)
        if raster.covers.shape[0] >= height or raster.covers.shape[1] >= width:
            continue
        for x, y in _candidates(rng, raster, fruits, blocked, touching):
            moved = raster.moved_to(x, y)
            if not touching or _acceptable([*placed, moved], may_hide, height, width):
                return moved
    return None


def _candidates(rng, raster: FruitRaster, fruits, blocked, touching: bool) -> list[tuple[int, int]]:
    """Up to 8 random places (column, row) of the window that suit as far as the grid tells."""
    patch = raster.covers.astype(np.float32)
    wide = cv2.dilate(patch, np.ones((2 * _CELL + 1,) * 2))
    near = _overlap(wide, (fruits | blocked).astype(np.float32)) > 0.1
    if touching:
        board = _overlap(wide, blocked.astype(np.float32)) > 0.1
        near = board | ~near | (_overlap(patch, fruits.astype(np.float32)) > 0.15 * patch.sum())
    rows, columns = np.nonzero(~near)
    pick = rng.permutation(len(rows))[:8]
    height, width = blocked.shape
    bottom, right = height - patch.shape[0], width - patch.shape[1]
    jitter = rng.integers(0, _CELL, (len(pick), 2))
    rows = np.minimum(rows[pick] * _CELL + jitter[:, 0], bottom)
    columns = np.minimum(columns[pick] * _CELL + jitter[:, 1], right)
    return [(int(x), int(y)) for x, y in zip(columns, rows, strict=True)]


def _overlap(patch: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Overlap in pixels for every coarse place at which ``patch`` fits into ``taken``."""
    rows, columns = (-(-side // _CELL) for side in patch.shape)
    padded = np.zeros((rows * _CELL, columns * _CELL), np.float32)
    padded[: patch.shape[0], : patch.shape[1]] = patch
    coarse_patch = cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA)
    size = (taken.shape[1] // _CELL, taken.shape[0] // _CELL)
    coarse = cv2.resize(taken, size, interpolation=cv2.INTER_AREA)
    return cv2.matchTemplate(coarse, coarse_patch, cv2.TM_CCORR) * _CELL**2


def _acceptable(fruits: list[FruitRaster], may_hide: bool, height: int, width: int) -> bool:
    """Every fruit stays almost wholly visible; the last hides an end only if it may."""
    for fruit, mask in zip(fruits, visible_masks(fruits, height, width), strict=True):
        if mask.sum() < MIN_VISIBLE * fruit.body.sum():
            return False
    ends = [end for fruit in fruits for end in (fruit.shape.head, fruit.shape.tail)]
    return may_hide or not any(_covers(fruits[-1], end) for end in ends[:-2])
