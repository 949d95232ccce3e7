"""What the fruits lie on: one function per material, each (rng, side) -> linear RGB albedo."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from .colour import from_srgb, mix
from .noise import fractal_noise, grain

WOODS = [((92, 58, 34), (150, 104, 66)), ((168, 124, 80), (214, 176, 128)),
         ((60, 42, 32), (98, 72, 54)), ((176, 150, 118), (226, 206, 178)),
         ((120, 104, 88), (166, 152, 136))]  # fmt: skip
CLOTHS = [(226, 222, 212), (176, 196, 214), (150, 60, 58), (70, 92, 128), (206, 188, 150),
          (90, 98, 92), (232, 214, 206), (58, 60, 66)]  # fmt: skip
PLAINS = [(236, 236, 234), (206, 210, 214), (88, 92, 98), (180, 200, 206), (226, 214, 190),
          (52, 54, 58), (160, 140, 128), (196, 184, 204)]  # fmt: skip
STONES = [(150, 148, 144), (190, 186, 178), (104, 104, 106), (206, 204, 200), (132, 124, 114)]


def wood(rng: np.random.Generator, side: int) -> np.ndarray:
    """Planks with streaks, cathedral rings and pores along the columns' direction."""
    shape = (side, side)
    dark, light = WOODS[rng.integers(len(WOODS))]
    streaks = fractal_noise(rng, shape, (10, 260), 4)
    warp = fractal_noise(rng, shape, (70, 330), 2)
    pores = np.clip(fractal_noise(rng, shape, (2.2, 28), 1) - 1.1, 0, 1.5)
    rows = np.arange(side, dtype=np.float32)[:, None]
    rings = np.sin(2 * np.pi * (rows / rng.uniform(9, 22) + rng.uniform(0.5, 1.2) * warp))
    tone = 0.55 + 0.15 * streaks + 0.11 * rings - 0.16 * pores
    width = int(rng.integers(70, 190))
    seams = np.ones(side, np.float32)
    for top in range(-int(rng.integers(width)), side, width):
        plank = slice(max(top, 0), max(top + width, 0))
        tone[plank] = np.roll(tone[plank], int(rng.integers(side)), axis=1) + rng.normal(0, 0.08)
        if top > 0:
            seams[top - 1 : top + 1] = 0.35, 0.6
    return mix(from_srgb(dark), from_srgb(light), tone) * seams[:, None, None]


def cloth(rng: np.random.Generator, side: int) -> np.ndarray:
    """A woven cloth, plain, striped or checked, with soft folds."""
    shape = (side, side)
    base = from_srgb(CLOTHS[rng.integers(len(CLOTHS))])
    other = from_srgb(CLOTHS[rng.integers(len(CLOTHS))])
    axis = np.arange(side, dtype=np.float32)
    period, block = rng.uniform(2.6, 4.2), rng.uniform(18, 60)
    weave = np.sin(2 * np.pi * axis / period)
    band = (np.sin(2 * np.pi * axis / block) > rng.uniform(-0.2, 0.6)).astype(np.float32)
    pattern = rng.integers(3)  # plain, stripes, checks
    dyed = [0 * band, band[None], (band[None] + band[:, None]) / 2][pattern]
    threads = fractal_noise(rng, shape, (2, 40), 1) + fractal_noise(rng, shape, (40, 2), 1)
    folds = fractal_noise(rng, shape, (60, 240), 2)
    shade = 1 + 0.06 * weave[:, None] * weave[None] + 0.05 * threads + 0.06 * folds
    return mix(base, other, np.broadcast_to(dyed, shape)) * shade[..., None]


def concrete(rng: np.random.Generator, side: int) -> np.ndarray:
    """Cast stone with clouds, fine sand and a few pits."""
    shape = (side, side)
    base = from_srgb(STONES[rng.integers(len(STONES))])
    sand = grain(rng, shape, 0.7)
    pits = np.clip(fractal_noise(rng, shape, 7, 1) - 2.2, 0, 0.6)
    shade = 1 + 0.10 * fractal_noise(rng, shape, 170, 5) + 0.07 * sand - 0.7 * pits
    return base * shade[..., None]


def speckled(rng: np.random.Generator, side: int) -> np.ndarray:
    """A granite or terrazzo worktop: chips of two other colours in a ground."""
    shape = (side, side)
    colours = [from_srgb(STONES[i]) for i in rng.permutation(len(STONES))[:3]]
    surface = np.broadcast_to(colours[0] * rng.uniform(0.7, 1.2), (*shape, 3))
    size = rng.uniform(4, 12)
    for colour in colours[1:]:
        chips = np.clip(4 * (fractal_noise(rng, shape, size, 2) - 1.1), 0, 1)
        surface = mix(surface, colour * rng.uniform(0.4, 1.5), chips)
    return surface * (1 + 0.05 * grain(rng, shape, 0.8))[..., None]


def plain(rng: np.random.Generator, side: int) -> np.ndarray:
    """A painted or plastic board, almost even."""
    shape = (side, side)
    base = from_srgb(PLAINS[rng.integers(len(PLAINS))])
    ramp = np.linspace(-1, 1, side, dtype=np.float32)[None]
    shade = 1 + rng.uniform(0, 0.25) * ramp + 0.03 * fractal_noise(rng, shape, 220, 3)
    return base * (shade + 0.012 * grain(rng, shape, 0.8))[..., None]


def metal(rng: np.random.Generator, side: int) -> np.ndarray:
    """Brushed steel: hairlines, and broad bright bands across them."""
    shape = (side, side)
    base = from_srgb((172, 176, 180)) * rng.uniform(0.6, 1.1)
    hairs = fractal_noise(rng, shape, (1.5, 200), 1)
    bands = fractal_noise(rng, (1, side), (1, 260), 2)
    scratches = np.clip(fractal_noise(rng, shape, (1.2, 60), 1) - 2.6, 0, 1)
    shade = 1 + 0.06 * hairs + 0.16 * bands + 0.3 * scratches
    return base * shade[..., None]


TABLE_TOPS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    'wood': wood,
    'cloth': cloth,
    'concrete': concrete,
    'speckled': speckled,
    'plain': plain,
    'metal': metal,
}


def sample_table_top(rng: np.random.Generator, height: int, width: int) -> tuple[str, np.ndarray]:
    """The name of a random material, and its surface, turned at random.

    Returns:
        A key of :data:`TABLE_TOPS`, and (height, width, 3) float32 linear RGB in [0, 0.95].
    """
    name, material = list(TABLE_TOPS.items())[rng.integers(len(TABLE_TOPS))]
    side = int(np.ceil(np.hypot(height, width))) + 2
    surface = np.ascontiguousarray(material(rng, side), dtype=np.float32)
    surface *= 1 + rng.uniform(-0.04, 0.04, 3).astype(np.float32)  # no two batches alike
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(0, 360), 1)
    turn[:, 2] += (width - side) / 2, (height - side) / 2
    surface = cv2.warpAffine(surface, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    return name, np.clip(surface, 0.01, 0.95)
