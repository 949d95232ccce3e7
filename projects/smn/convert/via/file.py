"""A file of the VGG Image Annotator (VIA), versions 1 and 2: its frame is checked on reading.

Version 1 has ``regions`` as a dict with the keys "0", "1", ..., version 2 as a list. A project file
of version 2 holds the same under ``_via_img_metadata``, and says beside it which attributes there
are. The format is that of https://www.robots.ox.ac.uk/~vgg/software/via/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from projects.smn.convert.report import Report
from projects.smn.convert.sources import read_json
from projects.smn.convert.via.shapes import SHAPES
from projects.smn.errors import UserError, listing
from projects.smn.reading.formats import format_of, instead_of
from projects.smn.reading.values import whole_number


@dataclass
class Region:
    """One region; ``name`` is what an error message calls it: the image, and its place from 0."""

    name: str
    shape: Mapping[str, Any]
    attributes: Mapping[str, Any]


@dataclass
class ViaImage:
    """One image: its name and its length in bytes when it was labelled, -1 if not known."""

    file_name: str
    size: int
    regions: list[Region]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class ViaFile:
    """A whole file; ``options`` maps attributes with a fixed choice to the ids to choose from."""

    path: Path
    images: list[ViaImage]
    options: dict[str, list[str]] = field(default_factory=dict)

    @property
    def regions(self) -> list[Region]:
        return [region for image in self.images for region in image.regions]


def read_via(path: Path, report: Report) -> ViaFile:
    """Read an annotation file or a project file.

    Raises:
        UserError: There is no such file, or it is not VIA's.
    """
    content = read_json(path, report)
    if format_of(content) == 'VIA 3':
        raise UserError(f'{path} is of VIA 3, and only versions 1 and 2 are read')
    if other := instead_of('VIA', content):
        raise UserError(f'{path} is not VIA{other}')
    if not isinstance(content, dict):
        raise UserError(f'{path} is not VIA: it is no JSON object')
    entries = content.get('_via_img_metadata', content)
    if not isinstance(entries, dict) or not entries:
        raise UserError(f'{path} is not VIA: it names no image')
    images = [_image(path, key, entry) for key, entry in entries.items()]
    return ViaFile(path, images, _options(content.get('_via_attributes')))


def _image(path: Path, key: str, entry: Any) -> ViaImage:
    name, regions = _mapping(entry).get('filename'), _mapping(entry).get('regions')
    if not isinstance(name, str) or not isinstance(regions, (dict, list)):
        raise UserError(
            f'{path} is not VIA: its entry {key!r:.60} has no `filename` with `regions`'
        )
    named = regions.items() if isinstance(regions, dict) else enumerate(regions)
    found = [_region(path, f'{name} region {number}', region) for number, region in named]
    return ViaImage(name, _size(entry), found, _mapping(entry.get('file_attributes')))


def _region(path: Path, name: str, region: Any) -> Region:
    shape = _mapping(region).get('shape_attributes')
    if not isinstance(shape, dict):
        raise UserError(f'{path} is not VIA: {name} has no `shape_attributes`')
    if shape.get('name') not in SHAPES:
        raise UserError(f'{path}: {name} is a {shape.get("name")!r}, and not {listing(SHAPES)}')
    attributes = region.get('region_attributes') or {}
    if not isinstance(attributes, dict):
        raise UserError(f'{path} is not VIA: `region_attributes` of {name} is no object')
    return Region(name, shape, attributes)


def _size(entry: Mapping[str, Any]) -> int:
    try:
        return whole_number(entry.get('size'))
    except UserError:
        return -1


def _options(declared: Any) -> dict[str, list[str]]:
    found = {}
    for name, attribute in _mapping(_mapping(declared).get('region')).items():
        options = _mapping(_mapping(attribute).get('options'))
        if options and attribute.get('type') != 'text':
            found[name] = list(options)
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    """``value`` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}
