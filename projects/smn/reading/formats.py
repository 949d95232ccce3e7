"""Whose format a file has, so that the wrong converter can name the right one."""

from __future__ import annotations

import re
from typing import Any

# Format to who reads it.
READERS = {
    'COCO': 'tools/prepare/coco_attributes.py reads it, or makesense.py with points beside it',
    'VIA': 'tools/prepare/via.py reads it',
    'VIA 3': 'nothing here reads it; export it as COCO from VIA',
    'labelme': 'nothing here reads it; labelme2coco makes COCO of it',
    'Label Studio': 'nothing here reads it; export it as COCO from Label Studio',
    'COCO results': 'these are predictions, and no labels',
}
# The same of text that is no JSON.
READERS_OF_TEXT = {
    'VIA as CSV': 'export it as JSON from VIA, which tools/prepare/via.py reads',
    'boxes of makesense.ai': 'export them as COCO JSON; only points are read from its CSV files',
    'points of makesense.ai': 'tools/prepare/makesense.py reads it beside the COCO JSON',
    'YOLO': 'nothing here reads it; export COCO JSON, or convert it, as by fiftyone',
    'Pascal VOC': 'nothing here reads it; export COCO JSON from the program that wrote it',
    'CVAT as XML': 'export it as COCO from CVAT, which tools/prepare/coco_attributes.py reads',
    'OpenImages': 'nothing here reads it; fiftyone makes COCO of it',
    'JSON with a record a line': 'nothing here reads it; export COCO JSON',
}
NUMBER = r'-?\d+(\.\d*)?([eE][-+]?\d+)?'
SHARE = r'([01](\.\d*)?|0?\.\d+|\d(\.\d*)?[eE]-\d+)'  # of an image
# By the first line that is not empty.
FIRST_LINES = {
    'VIA as CSV': r'#?\s*filename,file_size,file_attributes',
    'boxes of makesense.ai': rf'[^,]+(,{NUMBER}){{4}},.*\.\w+"?,\d+,\d+$',
    'points of makesense.ai': rf'[^,]+(,{NUMBER}){{2}},.*\.\w+"?,\d+,\d+$',
    'YOLO': rf'\d+( +{SHARE}){{4,}} *$',
    'Pascal VOC': r'(<\?xml[^>]*>)?\s*<annotation\b',
    'CVAT as XML': r'(<\?xml[^>]*>)?\s*<annotations\b',
    'OpenImages': r'ImageID,(Source|LabelName)',
    'JSON with a record a line': r'\{.*\}$',
}


def format_of(content: Any) -> str | None:
    """The name of the format of a JSON file, one of :data:`READERS`; None if it is unknown."""
    if isinstance(content, list):
        return _format_of_list(content)
    if not isinstance(content, dict):
        return None
    if all(isinstance(content.get(key), list) for key in ('images', 'annotations', 'categories')):
        return 'COCO'
    if {'project', 'config', 'metadata'} <= content.keys():
        return 'VIA 3'
    if {'shapes', 'imagePath'} <= content.keys():
        return 'labelme'
    entries = list(content.values())
    keys = {'filename', 'regions'}
    alike = entries and all(isinstance(entry, dict) and keys <= entry.keys() for entry in entries)
    return 'VIA' if '_via_img_metadata' in content or alike else None


def _format_of_list(content: list) -> str | None:
    first = content[0] if content and isinstance(content[0], dict) else {}
    if {'image_id', 'category_id', 'score'} <= first.keys():
        return 'COCO results'
    return 'Label Studio' if {'annotations', 'data'} <= first.keys() else None


def format_of_text(text: str) -> str | None:
    """The name of the format of text that is no JSON, one of :data:`READERS_OF_TEXT`."""
    start = text.lstrip()[:4000]
    first = start.partition('\n')[0].rstrip()
    if first.startswith('<?xml'):  # what it is stands on the next line
        first = ' '.join(start.split('\n')[:3])
    return next((name for name, form in FIRST_LINES.items() if re.match(form, first)), None)


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
