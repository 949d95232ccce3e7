"""Whose format a file has, so that the wrong converter can name the right one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# Format to who reads it.
READERS = {
    'COCO': 'tools/prepare/coco_attributes.py reads it, or makesense.py with points beside it',
    'COCO panoptic': "nothing here reads it; COCO's own panopticapi makes instances of it",
    'VIA': 'tools/prepare/via.py reads it',
    'VIA 3': 'nothing here reads it; export it as COCO from VIA',
    'labelme': 'nothing here reads it; labelme2coco makes COCO of it',
    'Label Studio': 'nothing here reads it; export it as COCO from Label Studio',
    'CreateML': 'nothing here reads it; Roboflow makes COCO of it',
    'Labelbox': 'nothing here reads it; fiftyone makes COCO of it',
    'SuperAnnotate': 'nothing here reads it; make COCO of it with the Python library superannotate',
    'Supervisely': 'nothing here reads it; export it as COCO from Supervisely',
    'Darwin of V7': 'nothing here reads it; `darwin convert coco` makes COCO of it',
    'Datumaro': 'nothing here reads it; `datum convert` makes COCO of it',
    'COCO results': 'these are predictions, and no labels',
}
# The same of text that is no JSON.
READERS_OF_TEXT = {
    'VIA as CSV': 'export it as JSON from VIA, which tools/prepare/via.py reads',
    'VIA 3 as CSV': READERS['VIA 3'],
    'boxes of makesense.ai': 'export them as COCO JSON; only points are read from its CSV files',
    'points of makesense.ai': 'tools/prepare/makesense.py reads it beside the COCO JSON',
    'YOLO': 'nothing here reads it; export COCO JSON, or convert it, as by fiftyone',
    'CSV of TensorFlow': 'nothing here reads it; export COCO JSON from the program that wrote it',
    'Pascal VOC': 'nothing here reads it; export COCO JSON from the program that wrote it',
    'CVAT as XML': 'export it as COCO from CVAT, which tools/prepare/coco_attributes.py reads',
    'OpenImages': 'nothing here reads it; fiftyone makes COCO of it',
    'Labelbox': READERS['Labelbox'],
    'JSON with a record a line': 'nothing here reads it; export COCO JSON',
}
NUMBER = r'-?\d+(\.\d*)?([eE][-+]?\d+)?'
SHARE = r'([01](\.\d*)?|0?\.\d+|\d(\.\d*)?[eE]-\d+)'  # of an image
# A class; a box or the corners of an outline; of points x, y and how they are seen.
YOLO = rf'\d+([ \t]+{SHARE}){{4,}}([ \t]+{SHARE}[ \t]+{SHARE}[ \t]+[012](\.0*)?)*[ \t]*$'
# By the first line that is not empty.
FIRST_LINES = {
    'VIA as CSV': r'#?\s*filename,file_size,file_attributes',
    'VIA 3 as CSV': r'#\s*Exported using VGG Image Annotator|(#\s*CSV_HEADER\s*=\s*)?metadata_id,',
    'boxes of makesense.ai': rf'[^,]+(,{NUMBER}){{4}},.*\.\w+"?,\d+,\d+$',
    'points of makesense.ai': rf'[^,]+(,{NUMBER}){{2}},.*\.\w+"?,\d+,\d+$',
    'YOLO': YOLO,
    'CSV of TensorFlow': r'"?filename"?,"?width"?,"?height"?,"?class"?,"?xmin"?,',
    'Pascal VOC': r'(<\?xml[^>]*>)?\s*<annotation\b',
    'CVAT as XML': r'(<\?xml[^>]*>)?\s*<annotations\b',
    'OpenImages': r'ImageID,(Source|LabelName)',
}
# By what a file begins with; see the specifications of these formats.
PACKED = {
    b'\x1f\x8b': 'compressed by gzip',
    b'PK\x03\x04': 'a ZIP archive',
    b'PK\x05\x06': 'an empty ZIP archive',
    b'BZh': 'compressed by bzip2',
    b'\xfd7zXZ\x00': 'compressed by xz',
    b'\x28\xb5\x2f\xfd': 'compressed by zstd',
    b'7z\xbc\xaf\x27\x1c': 'a 7z archive',
    b'Rar!\x1a\x07': 'a RAR archive',
}


def packed_as(content: bytes) -> str | None:
    """How the content of a file is packed, so that it must be unpacked before it can be read."""
    return next((what for start, what in PACKED.items() if content.startswith(start)), None)


def format_of(content: Any) -> str | None:
    """The name of the format of a JSON file, one of :data:`READERS`; None if it is unknown."""
    if isinstance(content, list):
        return _format_of_list(content)
    if not isinstance(content, dict):
        return None
    if all(isinstance(content.get(key), list) for key in ('images', 'annotations', 'categories')):
        panoptic = 'segments_info' in _first(content['annotations'])
        return 'COCO panoptic' if panoptic else 'COCO'
    found = next((name for name, is_so in OBJECTS.items() if is_so(content)), None)
    if found:
        return found
    entries = list(content.values())
    keys = {'filename', 'regions'}
    alike = entries and all(isinstance(entry, dict) and keys <= entry.keys() for entry in entries)
    return 'VIA' if '_via_img_metadata' in content or alike else None


# By their keys, and what these hold: some of them are words that anybody may use.
OBJECTS = {
    'VIA 3': lambda c: {'project', 'config', 'metadata'} <= c.keys(),
    'labelme': lambda c: {'shapes', 'imagePath'} <= c.keys(),
    'Labelbox': lambda c: _has(c, data_row=dict, projects=dict),
    'SuperAnnotate': lambda c: '___sa_version___' in c or _has(c, metadata=dict, instances=list),
    'Supervisely': lambda c: _has(c, size=dict, objects=list),
    'Darwin of V7': lambda c: (
        _has(c, item=dict, annotations=list)
        or (_has(c, image=dict, annotations=list) and 'filename' in c['image'])
    ),
    'Datumaro': lambda c: _has(c, categories=dict, items=list),
}


def _format_of_list(content: list) -> str | None:
    first = _first(content)
    if {'image_id', 'category_id', 'score'} <= first.keys():
        return 'COCO results'
    if {'annotations', 'data'} <= first.keys() or {'annotation_id', 'annotator'} <= first.keys():
        return 'Label Studio'  # the latter is its JSON-MIN
    if _has(first, image=str, annotations=list):
        shapes = [_first(entry.get('annotations')) for entry in content if isinstance(entry, dict)]
        if any({'label', 'coordinates'} <= shape.keys() for shape in shapes):
            return 'CreateML'
    labelbox = {'Labeled Data', 'Label'} <= first.keys() or _has(first, data_row=dict)
    return 'Labelbox' if labelbox else None


def _first(values: Any) -> Mapping[str, Any]:
    """The first of a list if it is an object; else an empty one."""
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, dict) else {}


def _has(content: Mapping[str, Any], **kinds: type) -> bool:
    return all(isinstance(content.get(key), kind) for key, kind in kinds.items())


def format_of_text(text: str) -> str | None:
    """The name of the format of text that is no JSON, one of :data:`READERS_OF_TEXT`."""
    start = text.lstrip()[:4000]
    first = start.partition('\n')[0].rstrip()
    if first.startswith('<?xml'):  # what it is stands on the next line
        first = ' '.join(start.split('\n')[:3])
    found = next((name for name, form in FIRST_LINES.items() if re.match(form, first)), None)
    return found or _format_of_lines(text)


def _format_of_lines(text: str) -> str | None:
    """As :func:`format_of_text`, of records of JSON a line; one line may be broken JSON."""
    lines = text.lstrip().split('\n', 2)[:2]
    try:
        records = [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return None
    if len(records) < 2 or not all(isinstance(record, dict) for record in records):
        return None
    return 'Labelbox' if format_of(records[0]) == 'Labelbox' else 'JSON with a record a line'


def instead_of_json(text: str) -> str:
    """The end of a sentence that says that text is not JSON."""
    found = format_of_text(text)
    return f'; it looks like {found}: {READERS_OF_TEXT[found]}' if found else ''


def instead_of(asked: str, content: Any) -> str:
    """The end of a sentence that says that a file has not the format that was asked for.

    Args:
        asked: That format.
        content: Of the JSON file.

    Returns:
        ``'; it looks like VIA: tools/prepare/via.py reads it'``, or nothing.
    """
    found = format_of(content)
    return f'; it looks like {found}: {READERS[found]}' if found and found != asked else ''
