"""What a camera adds to a scene: uneven light, exposure, white balance, blur and noise."""

from __future__ import annotations

import cv2
import numpy as np

from .colour import to_srgb


def photograph(rng: np.random.Generator, scene: np.ndarray) -> np.ndarray:
    """Linear RGB (h, w, 3) to a photograph, (h, w, 3) uint8 RGB."""
    height, width = scene.shape[:2]
    exposure = rng.uniform(0.7, 1.15)
    balance = 1 + np.array([1.0, rng.uniform(-0.3, 0.3), -1.0]) * rng.normal(0, 0.06)
    scene = scene * (exposure * balance).astype(np.float32)
    scene *= _falloff(rng, height, width)[..., None]
    scene = cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.35, 0.75))
    scene += rng.uniform(0.003, 0.014) * np.sqrt(np.clip(scene, 0, 1) + 0.02) * _noise(rng, scene)
    return (to_srgb(scene) * 255 + 0.5).astype(np.uint8)


def _falloff(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Relative light over the image, (h, w): a lamp on one side, and dark corners."""
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    side = rng.uniform(-np.pi, np.pi)
    ramp = 1 + rng.uniform(0, 0.22) * (x * np.cos(side) + y * np.sin(side))
    vignette = 1 - rng.uniform(0, 0.16) * (x * x + y * y)
    return (ramp * vignette).astype(np.float32)


def _noise(rng: np.random.Generator, scene: np.ndarray) -> np.ndarray:
    """Sensor noise (h, w, 3) of about unit variance, smeared by demosaicing."""
    noise = rng.standard_normal(scene.shape, dtype=np.float32)
    noise = cv2.transform(noise, np.float32(np.eye(3) + 0.7))  # the channels share most of it
    return cv2.GaussianBlur(noise, (3, 3), 0.6)
