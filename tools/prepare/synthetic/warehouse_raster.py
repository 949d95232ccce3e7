"""Things on the pixel grid: which surface is seen where, how far away, and how it is inclined.

A depth buffer decides at each pixel; labels and picture both follow from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .warehouse_camera import (
    NEAR_M,
    WarehouseCamera,
    clip_near,
    inside,
    touched,
)
from .warehouse_faces import Faces
from .warehouse_rounds import intersect, window_of
from .warehouse_shapes import LABELS, Finish, Round, Thing


@dataclass(frozen=True)
class Surfaces:
    """What is known of each surface that a pixel may show; faces first, then rounded bodies.

    Attributes:
        finishes: n of them.
        things: (n,) index of the thing.
        normals, across, up: (n, 3) unit vectors; a rounded body has a normal at each pixel instead.
        origins: (n, 3), where the cells of the surface are counted from.
    """

    finishes: list[Finish]
    things: np.ndarray
    normals: np.ndarray
    across: np.ndarray
    up: np.ndarray
    origins: np.ndarray

    def column(self, name: str) -> np.ndarray:
        """One number of all finishes, (n,) float32."""
        return np.array([getattr(finish, name) for finish in self.finishes], np.float32)


@dataclass(frozen=True)
class WarehouseRaster:
    """What is seen of things, over the whole image.

    Attributes:
        surfaces: all there are.
        index: (h, w) int32, the surface that is seen.
        nearness: (h, w) float32, one over the distance along the camera's axis; 0 is nothing.
        bend: (h, w, 3) float32, direction of the normal where a rounded body is seen.
        faces: the first so many surfaces are flat.
        outlines: index of a thing to its pixels as if nothing stood before it, (h, w) bool; only
            of persons and forklifts.
    """

    surfaces: Surfaces
    index: np.ndarray
    nearness: np.ndarray
    bend: np.ndarray
    faces: int
    outlines: dict[int, np.ndarray]

    def thing_map(self) -> np.ndarray:
        """Index of the thing that is seen, (h, w); -1 where there is nothing."""
        return np.where(self.nearness > 0, np.take(self.surfaces.things, self.index), -1)


def rasterize(things: Sequence[Thing], camera: WarehouseCamera) -> WarehouseRaster:
    """Draw all things; the first one that is nearest at a pixel is seen there."""
    faces = Faces.of(things)
    rounds = [(index, _placed(thing, body)) for index, thing in enumerate(things)
              for body in thing.rounds]  # fmt: skip
    shape = camera.height, camera.width
    outlines = {
        index: np.zeros(shape, bool)
        for index, thing in enumerate(things)
        if thing.label in LABELS[-2:]
    }
    drawing = WarehouseRaster(
        _surfaces(faces, rounds),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.float32),
        np.zeros((*shape, 3), np.float32),
        len(faces.finishes),
        outlines,
    )
    _draw_faces(drawing, faces, camera)
    _draw_rounds(drawing, rounds, camera)
    return drawing


def _placed(thing: Thing, body: Round) -> Round:
    centre, axes = thing.to_world(body.centre), thing.to_world(body.axes, points=False)
    return Round(centre, axes, body.finish, body.taper)


def _surfaces(faces: Faces, rounds: list[tuple[int, Round]]) -> Surfaces:
    bodies = [body for _, body in rounds]
    axes = np.array([body.axes for body in bodies]).reshape(-1, 3, 3)
    axes = axes / np.sqrt(np.square(axes).sum(-1, keepdims=True))
    across, up = faces.edges
    return Surfaces(
        faces.finishes + [body.finish for body in bodies],
        np.concatenate([faces.things, [thing for thing, _ in rounds]]).astype(int),
        np.concatenate([faces.normals, 0 * axes[:, 0]]).astype(np.float32),
        np.concatenate([across, axes[:, 0]]).astype(np.float32),
        np.concatenate([up, axes[:, 2]]).astype(np.float32),
        np.concatenate([faces.corners[:, 0], [b.centre for b in bodies] or np.empty((0, 3))]),
    )


def _draw_faces(drawing: WarehouseRaster, faces: Faces, camera: WarehouseCamera) -> None:
    normals = drawing.surfaces.normals[: drawing.faces].astype(np.float64)
    off = np.einsum('ni,ni->n', normals, faces.corners[:, 0] - camera.position)
    points = camera.to_camera(faces.corners)
    whole = (points[..., 2] > NEAR_M).all(1)
    outlines = camera.project(np.maximum(points, [-np.inf, -np.inf, NEAR_M]))
    low, high = outlines.min(1), outlines.max(1)
    beside = ((high < 0) | (low > [camera.width, camera.height])).any(1)
    seen = (off < -1e-6) & (points[..., 2] > NEAR_M).any(1) & ~(whole & beside)
    # One over the distance is linear in column and row on a plane.
    start, by_column, by_row = (
        np.einsum('ni,i->n', normals, step) / np.minimum(off, -1e-6) for step in camera.ray_steps()
    )
    columns, rows = np.arange(camera.width), np.arange(camera.height)[:, None]
    for number in np.flatnonzero(seen):
        outline = outlines[number] if whole[number] else camera.project(clip_near(points[number]))
        window = camera.window(outline)
        if window is None:
            continue
        near = start[number] + by_row[number] * rows[window[0]]
        near = (near + by_column[number] * columns[window[1]]).astype(np.float32)
        # Sheets stay whole where they are thinner than a pixel; sides of a box must not overlap.
        cover = inside if faces.solid[number] else touched
        pixels = cover(outline - [window[1].start, window[0].start], near.shape)
        _put(drawing, number, int(faces.things[number]), window, near, pixels)


def _draw_rounds(
    drawing: WarehouseRaster, rounds: list[tuple[int, Round]], camera: WarehouseCamera
) -> None:
    rays = camera.rays()
    for number, (thing, body) in enumerate(rounds, start=drawing.faces):
        window = window_of(body, camera)
        if window is None:
            continue
        near, gradient = intersect(body, camera.position, rays[:, window[0], window[1]])
        front = _put(drawing, number, thing, window, near, near > 0)
        drawing.bend[window][front] = gradient(front)


def _put(
    drawing: WarehouseRaster,
    number: int,
    thing: int,
    window: tuple[slice, slice],
    near: np.ndarray,
    inside: np.ndarray,
) -> np.ndarray:
    """Draw one surface where it is nearer than what is there; give these pixels, (h, w) bool."""
    if thing in drawing.outlines:
        drawing.outlines[thing][window] |= inside
    front = inside & (near > drawing.nearness[window])
    np.copyto(drawing.nearness[window], near, where=front)
    np.copyto(drawing.index[window], np.int32(number), where=front)
    return front
