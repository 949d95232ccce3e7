"""The picture of one fruit: a lit, glossy body of revolution with its skin, and the stem."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .colour import from_srgb
from .fruit_raster import FruitRaster
from .fruit_shape import FruitShape
from .fruit_skin import Variety, sample_skin
from .light import Light

SUPERSAMPLING = 2


@dataclass(frozen=True)
class Surface:
    """Points of a surface: colour (N, 3), normal (N, 3) along/across/up, and reflection.

    ``gloss`` and ``polish`` are the strength and the exponent of the lamp's reflection.
    """

    albedo: np.ndarray
    normal: np.ndarray
    gloss: float
    polish: float


def paint_fruit(
    rng: np.random.Generator,
    raster: FruitRaster,
    light: Light,
    variety: Variety,
    ground: np.ndarray,
) -> np.ndarray:
    """Premultiplied linear RGB and coverage of the raster's window, (h, w, 4) float32.

    Args:
        ground: (3,) mean colour of the table, which lights the fruit from below.
    """
    shape = raster.shape
    height, width = raster.body.shape
    fine = (SUPERSAMPLING * width, SUPERSAMPLING * height)
    s, t, radius = (cv2.resize(field, fine) for field in (raster.s, raster.t, raster.radius))
    picture = np.zeros((fine[1], fine[0], 4), np.float32)
    for part in (_paint_stem, _paint_body):
        coverage, seen, surface = part(rng, shape, s, t, radius, variety)
        angle = shape.tangent_angle(np.clip(s[seen], 0, shape.length_px))
        colour = _lit(surface, angle.astype(np.float32), light, ground)
        share = coverage[seen][:, None]
        picture[seen] *= 1 - share
        picture[seen] += share * np.concatenate([colour, np.ones_like(share)], axis=1)
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _paint_body(rng, shape: FruitShape, s, t, radius, variety: Variety):
    """Coverage (h, w), the pixels that it touches (h, w), and their surface."""
    grid = np.linspace(0, shape.length_px, 512)
    taper = np.gradient(shape.half_width(grid), grid)
    slope = np.interp(s, grid, taper).astype(np.float32)
    edge = (radius - np.abs(t)) / np.sqrt(1 + slope**2)
    coverage = np.where(radius > 0, np.clip(SUPERSAMPLING * edge + 0.5, 0, 1), 0)
    seen = coverage > 0
    s, slope, across = s[seen], slope[seen], np.clip(t[seen] / radius[seen], -1, 1)
    up = np.sqrt(1 - across**2)
    skin = sample_skin(rng, shape, variety)
    rows, columns = skin.slope_s.shape
    row = ((np.arcsin(across) / np.pi + 0.5) * (rows - 1)).astype(int)
    column = (np.clip(s / shape.length_px, 0, 1) * (columns - 1)).astype(int)
    relief_s, relief_t = skin.slope_s[row, column], skin.slope_t[row, column]
    normal = np.stack([-slope - relief_s, across - relief_t * up, up + relief_t * across], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    albedo = skin.albedo[row, column]
    collar = np.clip(1 - s / (0.5 * shape.stem_width_px + 2), 0, 1)[:, None]  # around the stem
    albedo = albedo * (1 - 0.35 * collar)
    return coverage, seen, Surface(albedo, normal, variety.gloss, variety.polish)


def _paint_stem(rng, shape: FruitShape, s, t, radius, variety: Variety):
    """Like :func:`_paint_body`; the stub flares a little towards its dry, pale cut."""
    half = shape.stem_width_px / 2 * (0.85 + 0.15 * np.clip(-s / shape.stem_px, 0, 1))
    edge = np.minimum(half - np.abs(t), np.minimum(s + shape.stem_px, 6 - s))
    coverage = np.clip(SUPERSAMPLING * edge + 0.5, 0, 1)
    seen = coverage > 0
    depth, across = (s[seen] + shape.stem_px)[:, None], np.clip(t[seen] / half[seen], -1, 1)
    brown, green = from_srgb((128, 112, 66)), from_srgb((92, 112, 52))
    fade = np.clip(depth / shape.stem_px + rng.uniform(-0.5, 0.3), 0, 1)
    fibre = 1 + 0.25 * np.sin(across * rng.uniform(5, 9) + rng.uniform(0, 6))[:, None]
    albedo = (brown * (1 - fade) + green * fade) * fibre
    albedo = np.where(depth < 1.5, from_srgb((176, 164, 116)), albedo)
    normal = np.stack([0 * across, across, np.sqrt(1 - across**2)], axis=1)
    return coverage, seen, Surface(albedo, normal, 0.03, 8.0)


def _lit(surface: Surface, angle: np.ndarray, light: Light, ground: np.ndarray) -> np.ndarray:
    """Light that leaves the surface upwards, (N, 3); ``angle`` (N,) is the body's direction."""
    along, across, up = surface.normal.T
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = along * cos - across * sin, along * sin + across * cos
    lamp = np.clip(_dot(light.direction, x, y, up), 0, None)[:, None] * light.lamp
    openness = (0.5 + 0.5 * up)[:, None]
    sky = openness**1.5 * light.sky + (1 - openness) * 0.35 * ground
    half_way = light.direction + np.float32([0, 0, 1])
    facing = np.clip(_dot(half_way / np.linalg.norm(half_way), x, y, up), 0, 1)
    mirror = surface.gloss * facing**surface.polish + 0.15 * surface.gloss * facing**4
    haze = 0.05 * (1 - up)[:, None] ** 3 * light.sky  # at a grazing view any skin reflects
    return surface.albedo * (lamp + sky) + mirror[:, None] * light.lamp * 0.6 + haze


def _dot(direction: np.ndarray, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Element by element, so that no threaded library has a say in the bytes."""
    return direction[0] * x + direction[1] * y + direction[2] * z
