"""The flat faces of things, all of them at once as arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .warehouse_shapes import Finish, Thing


def _box_corners() -> np.ndarray:
    """Corners of the six faces of a cube from -1 to 1, (6, 4, 3), counter-clockwise."""
    faces = []
    for axis, across, up in ((0, 2, 1), (1, 0, 2), (2, 0, 1)):
        for sign in (-1.0, 1.0):
            left = sign if axis == 2 else -sign
            face = np.zeros((4, 3))
            face[:, axis] = sign
            face[:, across] = left, -left, -left, left
            face[:, up] = -1.0, -1.0, 1.0, 1.0
            faces.append(face)
    return np.array(faces)


_CUBE = _box_corners()


@dataclass(frozen=True)
class Faces:
    """Flat faces in the axes of the warehouse.

    Attributes:
        corners: (n, 4, 3).
        finishes: of each face.
        things: (n,) index of the thing that it belongs to.
        solid: (n,) bool, whether it is a side of a box; else it is a sheet.
    """

    corners: np.ndarray
    finishes: list[Finish]
    things: np.ndarray
    solid: np.ndarray

    @classmethod
    def of(cls, things: Iterable[Thing]) -> Faces:
        corners, finishes, owners, solid = [np.empty((0, 4, 3))], [], [], []
        for index, thing in enumerate(things):
            boxes, sheets = _boxes(thing), _sheets(thing)
            corners += [thing.to_world(boxes), thing.to_world(sheets)]
            finishes += [box.finish for box in thing.boxes for _ in _CUBE]
            finishes += [sheet.finish for sheet in thing.sheets]
            owners += [index] * (len(boxes) + len(sheets))
            solid += [True] * len(boxes) + [False] * len(sheets)
        return cls(np.concatenate(corners), finishes, np.array(owners, int), np.array(solid, bool))

    @property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Unit vectors from the first corner to the second and to the fourth, (n, 3) each."""
        first = self.corners[:, 0]
        return _unit(self.corners[:, 1] - first), _unit(self.corners[:, 3] - first)

    @property
    def normals(self) -> np.ndarray:
        """Unit vectors to the side from which a face is seen, (n, 3)."""
        across, up = self.edges
        return _unit(np.cross(up, across))


def _boxes(thing: Thing) -> np.ndarray:
    if not thing.boxes:
        return np.empty((0, 4, 3))
    centres = np.array([box.centre for box in thing.boxes])[:, None, None]
    sizes = np.array([box.size for box in thing.boxes])[:, None, None]
    return (centres + sizes / 2 * _CUBE).reshape(-1, 4, 3)


def _sheets(thing: Thing) -> np.ndarray:
    return np.array([sheet.corners for sheet in thing.sheets], float).reshape(-1, 4, 3)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.sqrt(np.square(vectors).sum(-1, keepdims=True))
