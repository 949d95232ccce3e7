"""The frame of a COCO file: its three lists, ids, sizes and categories, checked and made alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from projects.smn.errors import UserError, listing

from .annotation_files import UNICODE, parse_json, read_text
from .formats import instead_of
from .values import identity, same_text, whole_number

# The keys that every entry of these lists must have.
REQUIRED = dict(
    images={'id', 'file_name'},
    categories={'id', 'name'},
    annotations={'image_id', 'category_id'},
)
SIZE = ('height', 'width')
IDS = dict(images=('id',), categories=('id',), annotations=('image_id', 'category_id'))


def read_frame(
    path: str,
    backend_args: dict | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """A COCO file with the keys that are needed; ids and sizes are of one form.

    Args:
        path: Of the file.
        backend_args: Of mmengine's file backends.
        say: Is called with what is taken for granted.

    Raises:
        UserError: If it is missing, not COCO, or refers to what it does not have.
    """
    text, encoding = read_text(path, backend_args)
    if encoding == 'cp1252':
        say(f'file that is not {UNICODE.upper()}, read as {encoding}')
    return settle_frame(parse_json(text, path), path)


def settle_frame(content: Any, path: str | Path, sized: bool = True) -> dict[str, Any]:
    """Check the frame of what a COCO file holds, and bring its ids and sizes to one form, in place.

    Args:
        content: Of the JSON file.
        path: Of the file, for messages.
        sized: Whether every image must have a size. Who reads the images themselves knows better.

    Raises:
        UserError: If it is not COCO, or refers to what it does not have.
    """
    for key in REQUIRED:
        if not isinstance(content, Mapping) or not isinstance(content.get(key), list):
            raise UserError(
                f'{path} is not COCO: it has no list {key!r}{instead_of("COCO", content)}'
            )
    if other := instead_of('COCO', content):
        raise UserError(f'{path} is not COCO of objects{other}')
    for key in REQUIRED:
        for entry in content[key]:
            _settle_entry(path, key, entry, sized)
    for key in ('images', 'categories'):
        counts = Counter(entry['id'] for entry in content[key])
        for number, count in counts.most_common(1):
            if count > 1:
                raise UserError(f'{path} has two {key} of one id, {number!r}')
    known = {category['id'] for category in content['categories']}
    for annotation in content['annotations']:
        if annotation['category_id'] not in known:
            raise UserError(
                f'{path}: annotation {annotation.get("id")!r}: its category_id '
                f'{annotation["category_id"]!r} is not in `categories`'
            )
    return content


def _settle_entry(path: str | Path, key: str, entry: Any, sized: bool) -> None:
    if not isinstance(entry, dict):
        raise UserError(f'{path} is not COCO: {entry!r:.40} in {key!r} is no object')
    required = REQUIRED[key] | ({*SIZE} if sized and key == 'images' else set())
    if missing := sorted(required - set(entry)):
        raise UserError(
            f'{path}: the entry of {key!r} with id {entry.get("id")!r} has no {listing(missing)}'
        )
    name = dict(images='image', categories='category', annotations='annotation')[key]
    for part in IDS[key]:
        if type(entry[part]) is not int:
            try:
                entry[part] = identity(entry[part])
            except UserError as error:
                raise UserError(f'{path}: {name} {entry.get("id")!r}: {part}: {error}') from None
    if key == 'images':
        _settle_image(path, entry, sized)
    elif key == 'categories':
        if not isinstance(entry['name'], str):
            raise UserError(
                f'{path}: category {entry["id"]!r}: its name must be text, not '
                f'{entry["name"]!r:.40}'
            )
        entry['name'] = same_text(entry['name'])


def _settle_image(path: str | Path, image: dict[str, Any], sized: bool) -> None:
    where = f'{path}: image {image["id"]!r}'
    if not isinstance(image['file_name'], str):
        raise UserError(f'{where}: file_name must be text, not {image["file_name"]!r:.40}')
    for side in () if sized else SIZE:
        if image.get(side) in (None, '', 0, '0') and not isinstance(image.get(side), bool):
            image.pop(side, None)
    said = [image[side] for side in SIZE if side in image]
    try:
        sizes = [whole_number(side) for side in said]
    except UserError:
        sizes = [0]
    if min(sizes, default=1) < 1:
        width, height = (image.get(side) for side in reversed(SIZE))
        raise UserError(
            f'{where}: width and height must be whole numbers, 1 or more, not '
            f'{(width, height)!r:.60}'
        )
    image.update(zip((side for side in SIZE if side in image), sizes, strict=True))
