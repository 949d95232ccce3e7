"""Labels that were drawn apart from their object, attached to it: points and masks.

What cannot be attached with certainty is reported and left out, so that its label is absent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass

from projects.smn.convert.ownership import (
    Answer,
    nearest_to_point,
    owner_of_part,
    owner_of_point,
)
from projects.smn.convert.report import Report
from projects.smn.reading.outlines import measure

REACH = 0.1  # default of how far off a keypoint may be, see `nearest_to_point`
VISIBLE = 2  # COCO's flag


@dataclass(frozen=True)
class Point:
    """A point with a label, in pixels of its image."""

    image_id: int
    label: str
    x: float
    y: float
    file_name: str

    def __str__(self) -> str:
        return f'{self.label} at {self.x:g},{self.y:g} of {self.file_name}'


@dataclass(frozen=True)
class Part:
    """A polygon that is a further mask of an object."""

    image_id: int
    mask: str
    polygon: list[float]
    name: str

    def __str__(self) -> str:
        return self.name


def on_images(
    labels: Iterable[Point | Part], images: Container[int], noun: str, report: Report
) -> Iterator[Point | Part]:
    """Those on one of ``images``, by id; the others are reported."""
    for label in labels:
        if label.image_id in images:
            yield label
        else:
            report.skipped[f'{noun} whose image is skipped'].append(str(label))


class Attacher:
    """Attaches labels to objects, in place.

    Args:
        objects: Annotations of any number of images that can have the labels.
        report: Gets what was left out, and why.
    """

    def __init__(self, objects: Iterable[dict], report: Report) -> None:
        self.report = report
        self.by_image: dict[int, list[dict]] = defaultdict(list)
        for thing in objects:
            self.by_image[thing['image_id']].append(thing)

    def keypoints(self, points: Iterable[Point], names: list[str], reach: float = REACH) -> None:
        """Write ``keypoints`` and ``num_keypoints``, in the order of ``names``.

        A point goes to the nearest object. An object with two points of one name has none of it.
        """
        found = self._owned(
            points, 'points', lambda things, p: nearest_to_point(things, p.x, p.y, reach)
        )
        for thing, own in found:
            flat = []
            for name in names:
                same = [point for point in own if point.label == name]
                if len(same) > 1:
                    self._skip(f'points {name!r} that one object has several of', same)
                flat += [same[0].x, same[0].y, VISIBLE] if len(same) == 1 else [0, 0, 0]
            if known := flat[2::3].count(VISIBLE):
                thing.update(keypoints=flat, num_keypoints=known)

    def attributes(self, points: Iterable[Point], read: Callable[[str], tuple[str, str]]) -> None:
        """Write ``attributes``: ``read`` says key and value of a point's label.

        A point goes to the smallest object that contains it. Two values for one key are none.
        """
        found = self._owned(points, 'points', lambda things, p: owner_of_point(things, p.x, p.y))
        for thing, own in found:
            by_key: dict[str, list[Point]] = defaultdict(list)
            for point in own:
                by_key[read(point.label)[0]].append(point)
            for key, given in by_key.items():
                values = {read(point.label)[1] for point in given}
                if len(values) > 1:
                    self._skip(f'points that give one object different values of {key!r}', given)
                    continue
                thing.setdefault('attributes', {})[key] = values.pop()
                if len(given) > 1:
                    self.report.noticed['values given twice, alike'] += map(str, given)

    def masks(self, parts: Iterable[Part]) -> None:
        """Write ``masks``; a part goes to the smallest object that contains it."""
        sound = []
        for part in parts:
            if measure([part.polygon], 0, 0):
                sound.append(part)
            else:
                self._skip('mask polygons that are degenerate or malformed', [part])
        found = self._owned(
            sound, 'mask polygons', lambda things, part: owner_of_part(things, part.polygon)
        )
        for thing, own in found:
            masks = thing.setdefault('masks', {})
            for part in own:
                if part.mask in masks:
                    self.report.noticed['masks of several polygons, joined'].append(str(part))
                masks.setdefault(part.mask, []).append(part.polygon)

    def _owned(
        self, labels: Iterable, noun: str, find: Callable[[list[dict], Point | Part], Answer]
    ) -> Iterable[tuple[dict, list]]:
        """Objects with the labels that are theirs; the others are reported."""
        owners: dict[int, tuple[dict, list]] = {}
        for label in labels:
            thing, why = find(self.by_image.get(label.image_id, []), label)
            if thing is None:
                self._skip(f'{noun} {why}', [label])
            else:
                owners.setdefault(thing['id'], (thing, []))[1].append(label)
        return owners.values()

    def _skip(self, why: str, labels: Iterable) -> None:
        self.report.skip(why, map(str, labels))
