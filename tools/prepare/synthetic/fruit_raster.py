"""One fruit on the pixel grid: its label masks, and the body coordinates that its picture needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .fruit_shape import FruitShape

SPINE_FRACTION = 0.2
SPINE_MIN_PX = 5.0
_MARGIN = 2  # pixels around the fruit: the soft edge of its picture must fit


@dataclass(frozen=True)
class FruitRaster:
    """A window of the image that holds one whole fruit; arrays are (h, w) over that window.

    Attributes:
        shape: the fruit in image coordinates.
        x, y: column and row of the window's first pixel.
        s, t, radius: body coordinates of the pixel centres, and the body's radius at ``s``.
        body: pixel centres within the outline. The stem is not part of it.
        spine: the part of ``body`` close to the centre line.
        stem: the stub at the head end; it hides what lies below, but carries no label.
    """

    shape: FruitShape
    x: int
    y: int
    s: np.ndarray
    t: np.ndarray
    radius: np.ndarray
    body: np.ndarray
    spine: np.ndarray
    stem: np.ndarray

    @classmethod
    def of(cls, shape: FruitShape) -> FruitRaster:
        """Evaluate ``shape`` at pixel centres, without anything drawn."""
        x, y, width, height = _window(shape)
        rows, columns = np.mgrid[y : y + height, x : x + width] + 0.5
        s, t = shape.body_coordinates(np.stack([columns.ravel(), rows.ravel()], axis=1))
        radius = shape.half_width(s)
        body = np.abs(t) < radius
        band = max(SPINE_FRACTION * shape.width_px, SPINE_MIN_PX) / 2
        stem = (np.abs(t) <= shape.stem_width_px / 2) & (s >= -shape.stem_px) & (s < 5) & ~body
        grid = (height, width)
        return cls(
            shape,
            x,
            y,
            *(field.reshape(grid).astype(np.float32) for field in (s, t, radius)),
            *(mask.reshape(grid) for mask in (body, body & (np.abs(t) <= band), stem)),
        )

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the image that the window covers."""
        height, width = self.body.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)

    @property
    def covers(self) -> np.ndarray:
        """What cannot be seen through: body and stem."""
        return self.body | self.stem

    def moved_to(self, x: int, y: int) -> FruitRaster:
        """The same fruit with its window at column ``x``, row ``y``; masks stay as they are."""
        return replace(self, shape=self.shape.moved(x - self.x, y - self.y), x=x, y=y)

    def on_image(self, mask: np.ndarray, height: int, width: int) -> np.ndarray:
        """``mask`` (h, w) of the window as (height, width) of the image."""
        full = np.zeros((height, width), dtype=bool)
        full[self.window] = mask
        return full


def _window(shape: FruitShape) -> tuple[int, int, int, int]:
    """x, y, width, height of the smallest window around body and stem, with a margin."""
    s = np.linspace(0, shape.length_px, len(shape.centre_line))
    angle = shape.tangent_angle(s)
    across = np.stack([-np.sin(angle), np.cos(angle)], axis=1) * shape.half_width(s)[:, None]
    back = np.array([np.cos(shape.heading), np.sin(shape.heading)])
    side = np.array([-back[1], back[0]]) * shape.stem_width_px / 2
    tip = np.asarray(shape.head) - shape.stem_px * back
    points = [shape.centre_line + across, shape.centre_line - across, [tip + side, tip - side]]
    points = np.concatenate(points)
    low = np.floor(points.min(0)).astype(int) - _MARGIN
    size = np.ceil(points.max(0)).astype(int) + _MARGIN - low
    return int(low[0]), int(low[1]), int(size[0]), int(size[1])
