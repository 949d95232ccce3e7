"""Whose format a file has, so that the wrong converter can name the right one."""

from __future__ import annotations

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
