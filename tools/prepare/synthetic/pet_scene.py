"""A photograph of one pet with its labels in the form of Oxford-IIIT Pet: trimap and head box."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .camera import photograph
from .light import Light
from .pet_body import HEAD_KINDS, Part, sample_pet
from .pet_breeds import BREEDS, Breed
from .pet_fur import paint_pet
from .pet_places import sample_place
from .pet_raster import PetRaster, rasterize

GENERATOR_VERSION = 1
"""Goes up with any change that makes other images or labels from the same seed."""

SIDE_PX = (240, 400)
_SIDE_STEP = 16
BORDER_SHARE = 0.013  # half the width of the trimap's border, of the longer side
FOREGROUND, BACKGROUND, BORDER = 1, 2, 3


@dataclass(frozen=True)
class PetScene:
    """A photograph and what is known about it.

    Attributes:
        photograph: (h, w, 3) uint8 RGB.
        mask: (h, w) bool, the whole pet: the truth behind the trimap.
        head_mask: (h, w) bool, what is seen of the head with its ears.
        trimap: (h, w) uint8.
        head: left, top, right, bottom of the visible head in pixels; right and bottom are outside.
    """

    photograph: np.ndarray
    mask: np.ndarray
    head_mask: np.ndarray
    trimap: np.ndarray
    head: tuple[int, int, int, int]


def render(seed: int, index: int, breed: str) -> PetScene:
    """Picture number ``index`` of a set, whatever else is rendered beside it."""
    rng = np.random.default_rng([seed, index])
    sides = rng.integers(SIDE_PX[0] // _SIDE_STEP, SIDE_PX[1] // _SIDE_STEP + 1, 2)
    height, width = (int(side) * _SIDE_STEP for side in sides)
    parts, scale = _place(rng, sample_pet(rng, BREEDS[breed]), height, width)
    hair = BREEDS[breed].fluff * 0.29 * scale
    raster = rasterize(rng, parts, height, width, hair)
    picture = _photograph(rng, raster, BREEDS[breed], scale)
    trimap = trimap_of(raster.mask)
    return PetScene(picture, raster.mask, raster.head, trimap, _box(raster.head))


def trimap_of(mask: np.ndarray) -> np.ndarray:
    """Foreground and background, and between them the band in which an annotator was unsure."""
    reach = max(2, round(BORDER_SHARE * max(mask.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    trimap = np.full(mask.shape, BORDER, np.uint8)
    trimap[cv2.erode(mask.astype(np.uint8), disc) > 0] = FOREGROUND
    trimap[cv2.dilate(mask.astype(np.uint8), disc) == 0] = BACKGROUND
    return trimap


def _place(rng, parts: list[Part], height: int, width: int) -> tuple[list[Part], float]:
    """The parts in pixels, and pixels per unit; the head is on the image, the rest mostly."""
    mirrored = rng.random() < 0.5
    units = [part.placed(1.0, mirrored, 0, 0) for part in parts]
    left, top, right, bottom = _extent(units)
    fit = min(width / (right - left), height / (bottom - top))
    scale = float(fit * rng.uniform(0.65, 1.0) * (1.35 if rng.random() < 0.15 else 1.0))
    places = []
    for low, high, side, head in ((left, right, width, 0), (top, bottom, height, 1)):
        spare = side - scale * (high - low)
        origin = spare * rng.uniform(0.15, 0.85) - scale * low
        ends = _extent([part for part in units if part.kind in HEAD_KINDS])
        first, last = scale * ends[head], scale * ends[head + 2]
        places.append(float(np.clip(origin, 3 - first, max(side - 3 - last, 3 - first))))
    return [part.placed(scale, mirrored, *places) for part in parts], scale


def _extent(parts: list[Part]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the ellipsoids' outlines."""
    cos, sin = (np.array([f(part.angle) for part in parts]) for f in (np.cos, np.sin))
    along, across = (np.array([getattr(p, name) for p in parts]) for name in ('along', 'across'))
    reach = np.hypot(along * cos, across * sin), np.hypot(along * sin, across * cos)
    x, y = np.array([part.x for part in parts]), np.array([part.y for part in parts])
    low = (x - reach[0]).min(), (y - reach[1]).min()
    high = (x + reach[0]).max(), (y + reach[1]).max()
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _photograph(rng, raster: PetRaster, breed: Breed, scale: float) -> np.ndarray:
    height, width = raster.kind.shape
    foot = int(np.flatnonzero(raster.mask.any(1))[-1])
    light = Light.sample(rng)
    x, y, z = light.direction
    light = replace(light, direction=np.float32([x, -abs(y), z]))  # lamps hang above
    scene = sample_place(rng, height, width, foot)
    scene *= 1 - _shadow(raster.mask, light, scale)[..., None]
    picture = paint_pet(rng, raster, breed, light, scale)
    scene = scene * (1 - picture[..., 3:]) + picture[..., :3]
    return photograph(rng, scene)


def _shadow(mask: np.ndarray, light: Light, scale: float) -> np.ndarray:
    """How much darker the place is, (h, w): under the pet, and beside it away from the lamp."""
    rows = np.flatnonzero(mask.any(1))
    near = np.zeros(mask.shape, np.float32)
    foot = int(rows[-1] - 0.12 * scale)
    near[max(foot, 0) :] = mask[max(foot, 0) :]
    near = cv2.GaussianBlur(near, (0, 0), 0.1 * scale, sigmaY=0.04 * scale)
    shift = np.float32([[1, 0, -0.2 * scale * light.direction[0]], [0, 1, 0.04 * scale]])
    far = cv2.warpAffine(mask.astype(np.float32), shift, mask.shape[::-1])
    far = cv2.GaussianBlur(far, (0, 0), 0.06 * scale)
    return np.clip(0.7 * near + 0.25 * far, 0, 0.8)


def _box(mask: np.ndarray) -> tuple[int, int, int, int]:
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
