"""Shadows on the floor: the outlines of things, projected along the light."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .warehouse_camera import NEAR_M, WarehouseCamera, clip_near, touched
from .warehouse_shapes import Box, Round, Thing

CONTACT_M = 0.35  # what is lower than this dims the light from all around


def shadows(
    things: Sequence[Thing], camera: WarehouseCamera, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the lamp's light and of the light from all around that things take from the floor.

    Args:
        direction: towards the lamp, (3,).

    Returns:
        Two maps (h, w) float32 in [0, 1], of use only where the floor is seen.
    """
    thrown = np.zeros((camera.height, camera.width), bool)
    below = np.zeros_like(thrown)
    for thing in things:
        for part in (*thing.boxes, *thing.rounds) if thing.shadow else ():
            points = thing.to_world(_hull(part))
            _fill_hull(thrown, points - points[:, 1:2] / direction[1] * direction, camera)
            if points[:, 1].min() < CONTACT_M:
                _fill_hull(below, points * [1, 0, 1], camera)
    soft = camera.width / 640
    lamp = cv2.GaussianBlur(thrown.astype(np.float32), (0, 0), 2.5 * soft)
    sky = cv2.GaussianBlur(below.astype(np.float32), (0, 0), 6 * soft, sigmaY=3 * soft)
    return lamp, sky


def _hull(part: Box | Round) -> np.ndarray:
    """Points (n, 3) whose convex hull is about the part."""
    signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * 3)).reshape(3, -1).T
    if isinstance(part, Box):
        return np.array(part.centre) + signs / 2 * np.array(part.size)
    if part.taper is None:
        signs = np.concatenate([signs / np.sqrt(3), np.eye(3), -np.eye(3)])
    else:
        signs[:, :2] *= (1 - part.taper * signs[:, 2:]) * np.sqrt(0.5)
    return part.centre + np.einsum('ni,ij->nj', signs, part.axes)


def _fill_hull(mask: np.ndarray, points: np.ndarray, camera: WarehouseCamera) -> None:
    """Fill the hull of points on the floor."""
    hull = cv2.convexHull(points[:, [0, 2]].astype(np.float32))[:, 0]
    floor = np.stack([hull[:, 0], np.zeros(len(hull)), hull[:, 1]], axis=1)
    floor = camera.to_camera(floor)
    floor = floor if (floor[:, 2] >= NEAR_M).all() else clip_near(floor)
    if len(floor):
        mask |= touched(camera.project(floor), mask.shape)
