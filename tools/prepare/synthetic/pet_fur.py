"""The picture of a pet: fur with its pattern, lit by a lamp."""

from __future__ import annotations

import cv2
import numpy as np

from .colour import from_srgb, mix
from .light import Light
from .noise import fractal_noise, grain
from .pet_body import KINDS
from .pet_breeds import Breed
from .pet_raster import PetRaster

BARE = ('eye', 'pupil', 'nose', 'inner_ear')
SPOTTED = ('body', 'haunch', 'leg', 'tail', 'head')
EDGE_PX = 0.8  # blur of the outline


def paint_pet(
    rng: np.random.Generator, raster: PetRaster, breed: Breed, light: Light, scale: float
) -> np.ndarray:
    """Premultiplied linear RGB and coverage, (h, w, 4) float32; ``scale`` is pixels per unit."""
    colour = _albedo(rng, raster, breed, scale) * _light(raster, light)
    shiny = np.isin(raster.kind, [KINDS.index(kind) for kind in ('eye', 'pupil', 'nose')])
    mirror = np.clip(_facing(raster.normal, light), 0, 1) ** 30
    colour = colour + (0.5 * mirror * shiny)[..., None] * light.lamp
    picture = np.concatenate([colour, np.ones_like(colour[..., :1])], axis=-1)
    picture *= raster.mask[..., None]
    return cv2.GaussianBlur(picture.astype(np.float32), (0, 0), EDGE_PX)


def _albedo(rng, raster: PetRaster, breed: Breed, scale: float) -> np.ndarray:
    shape = raster.kind.shape
    vary = 1 + rng.normal(0, 0.07) + np.float32([1, 0, -1]) * rng.normal(0, 0.03)
    albedo = _colours(rng, breed)[raster.kind] * vary.astype(np.float32)
    soft = cv2.GaussianBlur(albedo * raster.mask[..., None], (0, 0), 0.02 * scale)
    inside = cv2.GaussianBlur(raster.mask.astype(np.float32), (0, 0), 0.02 * scale)
    soft /= np.maximum(inside, 0.01)[..., None]
    bare = _among(raster.kind, BARE)
    albedo = mix(soft, albedo, bare)  # fur changes its colour gradually, skin does not
    fur, dark = 1 - bare, from_srgb(breed.dark)
    blobs = fractal_noise(rng, shape, 0.13 * scale, 1)
    spots = np.clip(3 * (blobs - 0.55), 0, 1) * _among(raster.kind, SPOTTED)
    albedo = mix(albedo, dark, breed.spots * 0.85 * spots * fur)
    hair = grain(rng, shape, 0.6) + 0.7 * fractal_noise(rng, shape, (0.1 * scale, 0.03 * scale), 2)
    albedo = mix(albedo, dark, breed.ticking * np.clip(0.35 * hair, 0, 0.6) * fur)
    return albedo * (1 + 0.07 * hair * fur)[..., None]


def _colours(rng: np.random.Generator, breed: Breed) -> np.ndarray:
    """Linear RGB of each kind of part, (kinds + 1, 3); the last is what index -1 gets."""
    bare = {
        'pupil': (12, 10, 10),
        'eye': breed.eyes[rng.integers(len(breed.eyes))],
        'nose': (176, 110, 104) if breed.species == 'cat' else (26, 22, 22),
        'inner_ear': (206, 150, 138),
    }
    named = {**dict.fromkeys(KINDS, breed.coat), **breed.markings, **bare}
    return np.stack([from_srgb(named[kind]) for kind in (*KINDS, 'body')])


def _light(raster: PetRaster, light: Light) -> np.ndarray:
    """Irradiance, (h, w, 3): lamp, and sky from above."""
    lamp = np.clip(0.85 * _facing(raster.normal, light) + 0.15, 0, None)[..., None]
    sky = (0.62 - 0.38 * raster.normal[..., 1:2]) * (0.6 + 0.4 * raster.normal[..., 2:])
    return lamp * light.lamp * 0.8 + sky * light.sky


def _facing(normal: np.ndarray, light: Light) -> np.ndarray:
    # Element by element, so that no threaded library has a say in the bytes.
    x, y, z = light.direction
    return normal[..., 0] * x + normal[..., 1] * y + normal[..., 2] * z


def _among(kind: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    return np.isin(kind, [KINDS.index(name) for name in names]).astype(np.float32)
