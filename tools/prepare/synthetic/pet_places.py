"""Where pets are: a ground that recedes, what is behind it, and a few things that lie about."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from .colour import from_srgb, mix
from .noise import fractal_noise, grain
from .table_tops import cloth, concrete, plain, speckled, wood

GREENS = [((52, 84, 30), (118, 146, 60)), ((64, 92, 40), (150, 160, 84)),
          ((96, 100, 50), (176, 168, 104))]  # fmt: skip
THINGS = [(196, 60, 52), (60, 96, 170), (226, 190, 60), (110, 72, 130), (70, 140, 110),
          (224, 220, 214), (60, 58, 60), (150, 104, 66)]  # fmt: skip


def grass(rng: np.random.Generator, side: int) -> np.ndarray:
    """A lawn: blades, and patches that are drier."""
    shape = (side, side)
    dark, light = (from_srgb(colour) for colour in GREENS[rng.integers(len(GREENS))])
    blades = fractal_noise(rng, shape, (9, 2), 2)
    patches = fractal_noise(rng, shape, side / 4, 3)
    return mix(dark, light, 0.45 + 0.22 * blades + 0.2 * patches)


def foliage(rng: np.random.Generator, side: int) -> np.ndarray:
    """Bushes and trees out of focus, with bits of sky."""
    shape = (side, side)
    dark, light = (from_srgb(colour) for colour in GREENS[rng.integers(len(GREENS))])
    leaves = mix(0.5 * dark, light, 0.45 + 0.3 * fractal_noise(rng, shape, side / 9, 4))
    gaps = np.clip(1.5 * (fractal_noise(rng, shape, side / 3, 2) - rng.uniform(0.4, 1.6)), 0, 1)
    return mix(leaves, from_srgb((206, 220, 232)), gaps)


GROUNDS: dict[Callable, tuple[Callable, ...]] = {
    grass: (foliage, foliage, plain),
    wood: (plain, cloth, plain),
    cloth: (cloth, plain, wood),
    concrete: (foliage, plain, concrete),
    speckled: (plain, cloth, wood),
}


def sample_place(rng: np.random.Generator, height: int, width: int, foot: int) -> np.ndarray:
    """A place without the pet, (height, width, 3) float32 linear RGB in [0, 0.95].

    The ground reaches up beyond the row ``foot``, so that the pet does not float.
    """
    ground = list(GROUNDS)[rng.integers(len(GROUNDS))]
    behind = GROUNDS[ground][rng.integers(len(GROUNDS[ground]))]
    side = max(height, width)
    horizon = max(round(foot * rng.uniform(0.2, 0.9)), 1)
    place = np.empty((height, width, 3), np.float32)
    place[:horizon] = behind(rng, side)[:horizon, :width]
    place[horizon:] = _receding(ground(rng, side), height - horizon, width)
    place[:horizon] *= rng.uniform(0.6, 1.05)
    place = cv2.GaussianBlur(place, (0, 0), rng.uniform(0.4, 2.2))  # the focus is on the pet
    for _ in range(rng.integers(0, 4)):
        _put_thing(rng, place, horizon)
    return np.clip(place, 0.01, 0.95)


def _receding(surface: np.ndarray, height: int, width: int) -> np.ndarray:
    """A level surface (side, side, 3) seen from above at an angle: (height, width, 3)."""
    side = surface.shape[0]
    far = np.float32([[0, 0], [side, 0], [side, side], [0, side]])
    spread = 0.6 * width
    near = np.float32([[0, 0], [width, 0], [width + spread, height], [-spread, height]])
    turn = cv2.getPerspectiveTransform(far, near)
    return cv2.warpPerspective(surface, turn, (width, height), borderMode=cv2.BORDER_REFLECT)


def _put_thing(rng: np.random.Generator, place: np.ndarray, horizon: int) -> None:
    """Paint a ball, a cushion or a box: something coloured that is no pet."""
    height, width = place.shape[:2]
    centre = int(rng.integers(width)), int(rng.integers(min(horizon, height - 1), height))
    axes = tuple(int(width * share) for share in rng.uniform(0.04, 0.17, 2))
    mask = np.zeros((height, width), np.float32)
    if rng.random() < 0.5:
        cv2.ellipse(mask, centre, axes, float(rng.uniform(-20, 20)), 0, 360, 1.0, -1, cv2.LINE_AA)
    else:
        box = cv2.boxPoints((centre, (2 * axes[0], 2 * axes[1]), float(rng.uniform(-25, 25))))
        cv2.fillConvexPoly(mask, box.astype(np.int32), 1.0, cv2.LINE_AA)
    rows, columns = np.ogrid[:height, :width]
    round_off = (columns - centre[0]) / axes[0] + 1.4 * (rows - centre[1]) / axes[1]
    shade = np.clip(0.85 - 0.25 * round_off, 0.2, 1.2).astype(np.float32)
    shade += 0.05 * grain(rng, (height, width), 0.8)
    colour = from_srgb(THINGS[rng.integers(len(THINGS))]) * shade[..., None]
    shadow = cv2.GaussianBlur(np.roll(mask, axes[1] // 4, axis=0), (0, 0), 3)
    place *= 1 - 0.4 * shadow[..., None]
    place[:] = mix(place, colour, cv2.GaussianBlur(mask, (0, 0), 0.8))
