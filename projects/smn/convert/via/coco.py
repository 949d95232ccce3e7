"""Files of the VGG Image Annotator as one COCO file, before its images are looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from projects.smn.convert.attach import Point
from projects.smn.convert.report import Report
from projects.smn.convert.via.file import Region, ViaFile
from projects.smn.convert.via.labels import RegionLabels
from projects.smn.convert.via.shapes import is_open, numbers_of, place_of
from projects.smn.errors import UserError, listing


@dataclass
class RegionReader:
    """Collects the regions of several files as annotations, with ids of their own.

    Attributes:
        labels: Reads attributes and classes of the regions.
        class_name: The class of all regions; None takes it from ``labels``.
        keypoints: Classes whose points are keypoints.
        rect_is_mask: Whether a rectangle is an outline too.
        close_polylines: Whether an open polyline is an outline.
        report: Gets what was left out, and why.
        images, annotations, points, classes: What has been read, the classes by name.
    """

    labels: RegionLabels
    class_name: str | None
    keypoints: list[str]
    rect_is_mask: bool
    close_polylines: bool
    report: Report
    images: list[dict] = field(default_factory=list)
    annotations: list[dict] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)

    def read(self, file: ViaFile) -> list[dict]:
        """Add a file; returns the records of its images.

        Raises:
            UserError: A region has an attribute with a value that it cannot have.
        """
        first = len(self.images)
        for image in file.images:
            record: dict[str, Any] = {'id': len(self.images) + 1, 'file_name': image.file_name}
            self.images.append(record)
            self.report.read['images'] += 1
            for region in image.regions:
                self.report.read[f'{region.shape["name"]} regions'] += 1
                if why := self._add(file, region, record):
                    self.report.skipped[why].append(region.name)
                    record['complete'] = False  # something is there, and is not boxed
        return self.images[first:]

    def coco(self) -> dict[str, Any]:
        """What was read, without the sizes of the images.

        Raises:
            UserError: There is no object, or no point of a keypoint.
        """
        if not self.annotations:
            raise UserError(f'{self.report.source}: no region of any image is an object')
        known = dict.fromkeys(point.label for point in self.points)
        for name in self.keypoints:
            if name not in known:
                raise UserError(
                    f'--keypoints {name!r}: no point is that, there is {listing(known)}'
                )
        points = {'keypoints': self.keypoints} if self.keypoints else {}
        categories = [
            {'id': number, 'name': name, **points} for number, name in enumerate(self.classes, 1)
        ]
        return {'images': self.images, 'annotations': self.annotations, 'categories': categories}

    def _add(self, file: ViaFile, region: Region, image: dict[str, Any]) -> str:
        """Take one region; returns why it cannot be, or nothing."""
        name = self.class_name or self.labels.class_name(file, region)
        if name is None:
            return f'regions without a value of {self.labels.class_from!r}'
        if region.shape['name'] == 'point':
            return self._add_point(name, region, image)
        if is_open(region.shape):
            if not self.close_polylines:
                return 'polylines whose ends do not meet'
            self.report.noticed['polylines closed by a straight line'].append(region.name)
        if name not in self.classes:
            self.classes.append(name)
        number = len(self.annotations) + 1
        ids = {'id': number, 'image_id': image['id'], 'category_id': self.classes.index(name) + 1}
        annotation = {**ids, **place_of(region.shape, self.rect_is_mask)}
        if found := self.labels.labels(file, region):
            annotation['attributes'] = found
        self.annotations.append(annotation)
        self.report.names[number] = region.name
        return ''

    def _add_point(self, name: str, region: Region, image: dict[str, Any]) -> str:
        place = numbers_of(region.shape, 'cx', 'cy')
        if name not in self.keypoints or not place:
            return 'points that are no keypoint, and have no extent'
        self.points.append(Point(image['id'], name, *place, image['file_name']))
        return ''
