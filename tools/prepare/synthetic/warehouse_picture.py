"""The picture of a warehouse: each pixel's surface, lit by rows of lamps and by what they light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .camera import photograph
from .colour import from_srgb
from .light import Light
from .warehouse_camera import WarehouseCamera
from .warehouse_hall import Hall
from .warehouse_pattern import pattern
from .warehouse_raster import WarehouseRaster
from .warehouse_shadow import shadows
from .warehouse_shapes import Thing

HAZE_M = 120.0
HAZE = np.float32([0.52, 0.54, 0.57])
DIM_M = 0.5  # below this height things are dimmer, for the floor is near


@dataclass(frozen=True)
class _View:
    """What the pixels show: scalars (h, w), vectors (3, h, w), all float32.

    Attributes:
        ray: direction, ``ahead`` times which is the way to the surface.
        ahead: distance along the camera's axis in metres.
        place, normal: of the surface.
        floor, shelf: 1 where the thing is one, else 0; rails are floor.
        front: distance of the rack's front from the middle of the aisle.
    """

    ray: np.ndarray
    ahead: np.ndarray
    place: np.ndarray
    normal: np.ndarray
    floor: np.ndarray
    shelf: np.ndarray
    front: np.ndarray

    @classmethod
    def of(cls, raster: WarehouseRaster, things: Sequence[Thing], camera: WarehouseCamera) -> _View:
        ray, number = camera.rays(), raster.thing_map()
        ahead = 1 / np.maximum(raster.nearness, np.float32(1e-3))
        place = ray * ahead + camera.position.astype(np.float32)[:, None, None]
        normal = np.stack([np.take(axis, raster.index) for axis in raster.surfaces.normals.T])
        curved = raster.index >= raster.faces
        bend = raster.bend[curved]
        normal[:, curved] = (bend / np.sqrt(np.square(bend).sum(1, keepdims=True) + 1e-12)).T
        kinds = [
            (t.label in ('floor', 'rail'), t.label == 'shelf',
             abs(t.boxes[0].centre[0]) if t.label == 'shelf' else 0) for t in things
        ]  # fmt: skip
        per_thing = [np.take(column, number) for column in np.array(kinds, np.float32).T]
        return cls(ray, ahead, place, normal, *per_thing)


def paint(
    rng: np.random.Generator,
    raster: WarehouseRaster,
    things: Sequence[Thing],
    hall: Hall,
    camera: WarehouseCamera,
) -> np.ndarray:
    """A photograph, (h, w, 3) uint8 RGB."""
    view, light = _View.of(raster, things, camera), Light.sample(rng)
    x, depth, up = light.direction
    towards = np.array([x, up, depth])  # a Light has its z axis upwards
    lamp, sky = _irradiance(view, things, camera, towards)
    shade = _pools(view, hall) * (1 - 0.62 * view.shelf * _inside_rack(view))
    shade *= pattern(rng, raster.surfaces, raster.index, view.place, view.ahead / camera.focal)
    glow = np.take(raster.surfaces.column('glow'), raster.index)
    gloss = np.take(raster.surfaces.column('gloss'), raster.index)
    mirror = gloss * np.where(view.floor > 0, _lamps(view, hall, camera), _highlight(view, towards))
    haze = np.exp(view.ahead * np.float32(-1 / HAZE_M))
    colours = np.array([from_srgb(finish.colour) for finish in raster.surfaces.finishes])
    scene = np.empty((*raster.index.shape, 3), np.float32)
    for channel in range(3):
        lit = shade * (lamp * light.lamp[channel] + sky * light.sky[channel]) + glow
        colour = np.take(colours[:, channel], raster.index) * lit + mirror
        scene[..., channel] = HAZE[channel] + haze * (colour - HAZE[channel])
    return photograph(rng, scene)


def _irradiance(
    view: _View, things: Sequence[Thing], camera: WarehouseCamera, towards: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the lamp's light and of the light from all around that arrive, (h, w) each."""
    lamp_gone, sky_gone = shadows(things, camera, towards)
    lamp = np.clip(sum(towards[i] * view.normal[i] for i in range(3)), 0, None)
    lamp *= 1 - 0.8 * lamp_gone * view.floor
    low = np.sqrt(np.clip(view.place[1] / DIM_M, 0, 1))
    sky = (0.64 + 0.36 * view.normal[1]) * (0.72 + 0.28 * np.maximum(low, view.floor))
    return lamp, sky * (1 - 0.65 * sky_gone * view.floor)


def _pools(view: _View, hall: Hall) -> np.ndarray:
    """Brighter below the lamps, (h, w)."""
    along = 0.5 - 0.5 * np.cos(view.place[2] * (2 * np.pi / hall.lamp_step))
    return 1.0 + 0.35 * along * np.clip(1 - view.place[1] / hall.high, 0, 1)


def _inside_rack(view: _View) -> np.ndarray:
    """Metres behind the front of the rack, (h, w), up to 0.8."""
    return np.clip(np.abs(view.place[0]) - view.front, 0, 0.8)


def _lamps(view: _View, hall: Hall, camera: WarehouseCamera) -> np.ndarray:
    """What a floor mirrors, (h, w): lamps, where the mirrored ray meets the ceiling."""
    x0, y0, _ = (float(value) for value in camera.position)
    stretch = (y0 + hall.high) / y0
    x, z = x0 + (view.place[0] - x0) * stretch, view.place[2] * stretch
    rows = sum(np.exp(-np.square((x - column) / 0.7)) for column in hall.lamp_rows)
    along = 0.25 + 0.75 * np.clip(np.cos(z * (2 * np.pi / hall.lamp_step) - np.pi), 0, 1)
    grazing = np.clip(1 + view.ray[1] / np.sqrt(np.square(view.ray).sum(0)), 0, 1) ** 3
    return 0.9 * rows * along * (z < hall.far) * grazing


def _highlight(view: _View, towards: np.ndarray) -> np.ndarray:
    """The lamp in anything else, (h, w)."""
    length = np.sqrt(np.square(view.ray).sum(0))
    half = [towards[i] - view.ray[i] / length for i in range(3)]
    facing = sum(part * normal for part, normal in zip(half, view.normal, strict=True))
    facing = np.clip(facing, 0, None) / np.sqrt(sum(part * part for part in half))
    return 0.5 * np.square(np.square(np.square(facing))) ** 3
