"""The skin of a cucumber, unrolled: colour and relief over length and angle."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .colour import from_srgb, mix
from .fruit_shape import FruitShape, smoothstep
from .noise import fractal_noise, grain

VARIETIES = [  # dark, light, stripe
    ((34, 62, 24), (84, 116, 44), (128, 148, 72)),
    ((26, 52, 24), (64, 98, 42), (104, 132, 70)),
    ((52, 84, 30), (108, 138, 56), (156, 170, 92)),
    ((66, 92, 34), (128, 146, 62), (176, 178, 104)),
    ((40, 70, 38), (92, 124, 62), (144, 160, 98)),
]


@dataclass(frozen=True)
class Variety:
    """What the fruits of one scene share.

    Attributes:
        dark, light, stripe: linear RGB, (3,).
        warts: per 1000 square pixels of skin.
        relief: height of the warts in pixels.
        gloss: strength of the lamp's reflection.
        polish: exponent of the reflection; high is a small, sharp highlight.
    """

    dark: np.ndarray
    light: np.ndarray
    stripe: np.ndarray
    warts: float
    relief: float
    gloss: float
    polish: float

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Variety:
        colours = VARIETIES[rng.integers(len(VARIETIES))]
        return cls(
            *(from_srgb(colour) for colour in colours),
            warts=float(rng.uniform(1, 9)),
            relief=float(rng.uniform(0.25, 0.9)),
            gloss=float(rng.uniform(0.1, 0.55)),
            polish=float(rng.uniform(12, 45)),
        )


@dataclass(frozen=True)
class Skin:
    """Textures over (angle, length): rows from one side of the visible half to the other.

    Attributes:
        albedo: (rows, columns, 3) linear RGB.
        slope_s, slope_t: (rows, columns) slope of the relief along and across the fruit.
    """

    albedo: np.ndarray
    slope_s: np.ndarray
    slope_t: np.ndarray


def sample_skin(rng: np.random.Generator, shape: FruitShape, variety: Variety) -> Skin:
    """A skin at two texels per pixel, drawn new for each fruit."""
    size = (int(np.pi * shape.width_px), int(2 * shape.length_px))
    warts = _warts(rng, size, variety.warts)
    relief = variety.relief * warts + 0.05 * fractal_noise(rng, size, 14, 2)
    relief += 0.22 * fractal_noise(rng, size, (22, 400), 1)  # the blunt ribs
    slope_t, slope_s = np.gradient(relief.astype(np.float32))
    albedo = _colours(rng, size, variety, warts)
    return Skin(albedo, 2 * slope_s, 2 * slope_t)


def _colours(rng, size, variety: Variety, warts: np.ndarray) -> np.ndarray:
    u = np.linspace(0, 1, size[1], dtype=np.float32)[None]
    ripe = smoothstep(u, rng.uniform(0.1, 0.5), 1.1)  # dark at the head, lighter at the tail
    bands = fractal_noise(rng, size, (rng.uniform(12, 24), 500), 2)
    cloudy = fractal_noise(rng, size, (40, 90), 4)
    tone = rng.uniform(0.15, 0.45) + 0.3 * ripe + 0.22 * bands + 0.12 * cloudy
    albedo = mix(variety.dark, variety.light, tone)
    streaks = fractal_noise(rng, size, (8, 260), 2)
    reach = smoothstep(u + 0.06 * bands, rng.uniform(0.35, 0.8), 1.0)  # they start at the tail
    albedo = mix(albedo, variety.stripe, 0.75 * reach * np.clip(0.9 * streaks, 0, 1))
    pale = np.clip(fractal_noise(rng, size, 16, 2) - rng.uniform(1.5, 2.6), 0, 1)
    albedo = mix(albedo, variety.stripe, 0.5 * pale)
    albedo = mix(albedo, variety.stripe, rng.uniform(0.1, 0.5) * warts)
    blossom = smoothstep(u, 0.93, 1.0) * rng.uniform(0.2, 0.7)
    albedo = mix(albedo, variety.stripe * np.float32([1.1, 1.0, 0.8]), blossom)
    scar = smoothstep(u, 0.985, 0.995) * np.ones(size, np.float32)
    albedo = mix(albedo, from_srgb((112, 92, 54)), 0.8 * scar)
    return albedo * (1 + 0.10 * grain(rng, size, 0.9))[..., None]


def _warts(rng, size, density: float) -> np.ndarray:
    """Small round bumps, (rows, columns) float32 in [0, 1]."""
    warts = np.zeros(size, np.float32)
    for _ in range(rng.poisson(density * size[0] * size[1] / 4000)):
        centre = int(rng.integers(size[1])), int(rng.integers(size[0]))
        height = float(rng.uniform(0.4, 1.0))
        cv2.circle(warts, centre, int(rng.integers(1, 3)), height, -1)
    return cv2.GaussianBlur(warts, (0, 0), 0.9)
