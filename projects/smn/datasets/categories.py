"""The categories of a COCO file, and the classes of a config that they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from projects.smn.errors import UserError, listing
from projects.smn.reading.complete import OF_LVIS, known_by_lvis, read_complete
from projects.smn.reading.values import same_text
from projects.smn.tasks import Completeness

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
            where = f'{self.path}: image {image["id"]!r}'
            known = known_by_lvis(image, {a['category_id'] for a in annotations}, where)
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
    # Between digits, they are part of a number or a range.
    return re.sub(r'(?<!\d)[\s_-]+|[\s_-]+(?!\d)', '', name.casefold())


def _meant(name: str, categories: Iterable[str]) -> str:
    """The end of a sentence about a class that no category is called."""
    lower = {category.lower(): category for category in categories}
    close = get_close_matches(name.lower(), lower, 1)
    return f'; if {lower[close[0]]!r} is meant, name it so in `classes`' if close else ''
