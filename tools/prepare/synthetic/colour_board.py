"""The colour board: a framed chart of patches that lies beside the fruits."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .colour import from_srgb
from .light import Light

THICKNESS_PX = 3.0
_DETAIL = 4  # texels per pixel of the chart before it is turned
_SUPERSAMPLING = 2

PATCHES = [
    (116, 82, 68), (196, 150, 130), (96, 122, 158), (88, 108, 66), (132, 128, 178), (102, 190, 172),
    (216, 126, 44), (72, 92, 168), (194, 90, 98), (94, 60, 106), (158, 188, 64), (224, 162, 46),
    (52, 62, 148), (72, 148, 72), (174, 54, 60), (232, 200, 32), (186, 86, 150), (20, 134, 162),
    (242, 242, 240), (200, 200, 200), (160, 160, 160), (122, 122, 120), (84, 84, 86), (50, 50, 52),
]  # fmt: skip
"""Six columns by four rows in screen colours: natural tones, mixed and strong colours, greys."""


@dataclass(frozen=True)
class ColourBoard:
    """A rectangle with its centre at (x, y), turned by ``angle`` radians; sizes in pixels."""

    x: float
    y: float
    width: float
    height: float
    angle: float

    @classmethod
    def sample(cls, rng: np.random.Generator, height: int, width: int) -> ColourBoard:
        """A board, upright or lying, wholly on an image of ``height`` x ``width``."""
        long_side = rng.uniform(84, 104)
        sides = (long_side, long_side * rng.uniform(0.66, 0.74))
        across, down = sides if rng.random() < 0.5 else sides[::-1]
        angle = rng.uniform(-0.3, 0.3)
        reach_x = (across * np.cos(angle) + down * abs(np.sin(angle))) / 2 + 4
        reach_y = (down * np.cos(angle) + across * abs(np.sin(angle))) / 2 + 4
        x = reach_x + (width - 2 * reach_x) * rng.beta(0.4, 0.4)  # more often near a border
        y = reach_y + (height - 2 * reach_y) * rng.beta(0.4, 0.4)
        return cls(*map(float, (x, y, across, down, angle)))

    def coordinates(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Offsets from the centre along the board's own axes, in pixels."""
        dx, dy = x - self.x, y - self.y
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        return dx * cos + dy * sin, dy * cos - dx * sin

    def mask(self, height: int, width: int) -> np.ndarray:
        """Pixel centres on the board, (height, width) bool."""
        rows, columns = np.ogrid[0.5:height, 0.5:width]
        u, v = self.coordinates(columns, rows)
        return (np.abs(u) < self.width / 2) & (np.abs(v) < self.height / 2)


def paint_board(
    rng: np.random.Generator, board: ColourBoard, light: Light
) -> tuple[np.ndarray, int, int]:
    """Premultiplied linear RGB and coverage (h, w, 4) of a window, and its column and row."""
    reach = np.hypot(board.width, board.height) / 2 + 2
    left, top, side = int(board.x - reach), int(board.y - reach), int(2 * reach) + 2
    axis = (np.arange(_SUPERSAMPLING * side) + 0.5) / _SUPERSAMPLING
    u, v = board.coordinates(axis[None] + left, axis[:, None] + top)
    edge = np.minimum(board.width / 2 - np.abs(u), board.height / 2 - np.abs(v))
    coverage = np.clip(_SUPERSAMPLING * edge + 0.5, 0, 1).astype(np.float32)[..., None]
    chart = _chart(rng, board)
    x = ((u + board.width / 2) * _DETAIL).astype(np.float32)
    y = ((v + board.height / 2) * _DETAIL).astype(np.float32)
    colour = cv2.remap(chart, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colour = colour * (light.lamp * light.direction[2] + light.sky)
    rim = np.clip(1.5 - edge, 0, 1).astype(np.float32)[..., None]
    colour = colour * (1 + 0.25 * rim) + 0.02 * light.sky
    picture = np.concatenate([colour * coverage, coverage], axis=2).astype(np.float32)
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), left, top


def _chart(rng: np.random.Generator, board: ColourBoard) -> np.ndarray:
    """The upright chart, (h, w, 3) linear RGB, ``_DETAIL`` texels per pixel."""
    width, height = round(board.width * _DETAIL), round(board.height * _DETAIL)
    frame = [(38, 38, 40), (236, 234, 228), (128, 128, 128)][rng.choice(3, p=[0.6, 0.25, 0.15])]
    chart = np.empty((height, width, 3), np.float32)
    chart[:] = from_srgb(frame)
    grid = np.array(PATCHES).reshape(4, 6, 3)
    if height > width:
        grid = np.rot90(grid, rng.choice((1, 3)))
    elif rng.random() < 0.5:
        grid = grid[::-1, ::-1]
    border, gap = 5.5 * _DETAIL, 2.0 * _DETAIL
    rows, columns = grid.shape[:2]
    step_y, step_x = (height - 2 * border + gap) / rows, (width - 2 * border + gap) / columns
    for row, column in np.ndindex(rows, columns):
        top, left = round(border + row * step_y), round(border + column * step_x)
        patch = from_srgb(grid[row, column]) * rng.uniform(0.96, 1.04, 3).astype(np.float32)
        chart[top : top + round(step_y - gap), left : left + round(step_x - gap)] = patch
    return cv2.GaussianBlur(chart, (0, 0), 1.0)
