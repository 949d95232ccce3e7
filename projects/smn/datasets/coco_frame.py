"""The frame of a COCO file: its three lists, ids, sizes and categories, checked and made alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from projects.smn.errors import UserError, listing
from projects.smn.reading.annotation_files import UNICODE, parse_json, read_text
from projects.smn.reading.complete import OF_LVIS, known_by_lvis, read_complete
from projects.smn.reading.formats import instead_of
from projects.smn.reading.values import identity, same_text, whole_number
from projects.smn.tasks import Completeness

# The keys that every entry of these lists must have.
REQUIRED = dict(
    images={'id', 'file_name', 'height', 'width'},
    categories={'id', 'name'},
    annotations={'image_id', 'category_id'},
)
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
    content = parse_json(text, path)
    for key in REQUIRED:
        if not isinstance(content, Mapping) or not isinstance(content.get(key), list):
            raise UserError(
                f'{path} is not COCO: it has no list {key!r}{instead_of("COCO", content)}'
            )
        for entry in content[key]:
            _settle_entry(path, key, entry)
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


def _settle_entry(path: str, key: str, entry: Any) -> None:
    if not isinstance(entry, dict):
        raise UserError(f'{path} is not COCO: {entry!r:.40} in {key!r} is no object')
    if missing := sorted(REQUIRED[key] - set(entry)):
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
        _settle_image(path, entry)
    elif key == 'categories':
        if not isinstance(entry['name'], str):
            raise UserError(
                f'{path}: category {entry["id"]!r}: its name must be text, not '
                f'{entry["name"]!r:.40}'
            )
        entry['name'] = same_text(entry['name'])


def _settle_image(path: str, image: dict[str, Any]) -> None:
    where = f'{path}: image {image["id"]!r}'
    if not isinstance(image['file_name'], str):
        raise UserError(f'{where}: file_name must be text, not {image["file_name"]!r:.40}')
    said = (image['width'], image['height'])
    try:
        sizes = [whole_number(side) for side in said]
    except UserError:
        sizes = [0]
    if min(sizes) < 1:
        raise UserError(
            f'{where}: width and height must be whole numbers, 1 or more, not {said!r:.60}'
        )
    image['width'], image['height'] = sizes


# Of files that are joined, each may know its own classes alone.
ADVICE = '; if nothing of it is labelled there, add the category and say `complete` of its images'


class Categories:
    """The categories of a file, and the classes of a config that they are.

    Args:
        path: Of the file, for messages.
        records: Its ``categories``.
        classes: Of the config, in the order of their labels.

    Attributes:
        names: Category id to name.
        known: The names, each once, in their order.
        labels: Category id to label, of those that are asked for; several ids may have one name,
            as where two files were joined.
        alike: Category id to the class that it is almost called, as by ``Fruit`` and ``fruit``.

    Raises:
        UserError: If the file lacks a class.
    """

    def __init__(self, path: str, records: Iterable[Mapping], classes: tuple[str, ...]) -> None:
        self.path, self.classes = path, tuple(map(same_text, classes))
        self.names = {record['id']: record['name'] for record in records}
        self.known = known = dict.fromkeys(self.names.values())
        for name in self.classes:
            if name not in known:
                raise UserError(
                    f'{path} has no category {name!r}; it has {listing(known)}{_meant(name, known)}'
                    f'{ADVICE}'
                )
        label = {name: i for i, name in enumerate(self.classes)}
        self.labels = {i: label[name] for i, name in self.names.items() if name in label}
        plain = {_plain(name): name for name in self.classes}
        self.alike = {
            i: plain[_plain(name)]
            for i, name in self.names.items()
            if name not in label and _plain(name) in plain
        }

    def complete_of(
        self, image: Mapping[str, Any], annotations: Iterable[Mapping] = ()
    ) -> Completeness:
        """Of which classes an image says that every object is boxed; absent means of all.

        Args:
            image: Its record; lists of LVIS count where there is no ``complete``.
            annotations: Of the image.

        Raises:
            UserError: If it is no flag and no list of the file's categories.
        """
        if 'complete' not in image and any(key in image for key in OF_LVIS):
            known = known_by_lvis(image, {a['category_id'] for a in annotations})
            missing = {self.labels[i] for i in self.labels if i not in known}
            found = tuple(i for i in range(len(self.classes)) if i not in missing)
            return True if not missing else found or False
        where = f'{self.path}: image {image["id"]!r}'
        complete = read_complete(image.get('complete', True), self.known, where)
        if isinstance(complete, bool):
            return complete
        listed = set(complete)
        found = tuple(label for label, name in enumerate(self.classes) if name in listed)
        return True if len(found) == len(self.classes) else found or False


def _plain(name: str) -> str:
    """A name without what people write in two ways: capitals, spaces, hyphens, underscores."""
    return re.sub(r'[\s_-]+', '', name.casefold())


def _meant(name: str, categories: Iterable[str]) -> str:
    """The end of a sentence about a class that no category is called."""
    lower = {category.lower(): category for category in categories}
    close = get_close_matches(name.lower(), lower, 1)
    return f'; if {lower[close[0]]!r} is meant, name it so in `classes`' if close else ''
