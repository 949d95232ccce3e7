"""Whether two annotations are one object, which was written down twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from projects.smn.errors import UserError

from .values import flag, numbers, said

# They say nothing of the object itself, or follow from what does.
NO_LABELS = {'id', 'image_id', 'category_id', 'area', 'num_keypoints'}
FLAGS = {'iscrowd', 'ignore'}
COUNTS = 'counts'
EMPTY: tuple[Any, ...] = (None, (), frozenset(), '')


def same_object_key(annotation: Mapping[str, Any], category: Hashable = None) -> Hashable:
    """Equal for two annotations of one image if they are one object, to the last label.

    What values mean is compared, and not how they are written: 3, 3.0 and ``"3"`` are one, and so
    are an absent key, null and an empty list or text.

    Args:
        annotation: Of a COCO file. Any further key may be a label.
        category: What its category means, such as its name; default: its ``category_id``. Two
            categories of a file may have one name.
    """
    values = {key: _flag(value) for key, value in annotation.items() if key in FLAGS}
    for key, value in annotation.items():
        if key not in NO_LABELS | FLAGS:
            values[key] = _meaning(value)
    labels = frozenset((key, value) for key, value in values.items() if value not in EMPTY)
    return said(annotation.get('category_id')) if category is None else category, labels


def found_twice(
    annotations: Iterable[Mapping[str, Any]], names: Mapping[Any, str] | None = None
) -> set[int]:
    """The positions of annotations that are there already.

    Args:
        annotations: Of any number of images; what is remembered is that of one at a time.
        names: Category id to name.
    """
    by_image: dict[Any, list[tuple[int, Mapping]]] = defaultdict(list)
    for position, annotation in enumerate(annotations):
        by_image[annotation['image_id']].append((position, annotation))
    twice = set()
    for group in by_image.values():
        seen = set()
        for position, annotation in group:
            name = (names or {}).get(annotation.get('category_id'))
            key = same_object_key(annotation, name)
            if key in seen:
                twice.add(position)
            seen.add(key)
    return twice


def _meaning(value: Any) -> Hashable:
    """A JSON value such that two are equal if they mean the same."""
    if isinstance(value, Mapping):
        items = [(key, _meaning(item)) for key, item in value.items() if key != COUNTS]
        if COUNTS in value:  # the runs of a mask; as text they are no number
            runs = value[COUNTS]
            items.append((COUNTS, runs if isinstance(runs, str) else _meaning(runs)))
        return frozenset((key, item) for key, item in items if item not in (None, ''))
    if not isinstance(value, (list, tuple)):
        return None if value is None else said(value)
    if not {list, tuple, dict} & {*map(type, value)}:
        try:
            return tuple(numbers(value))
        except UserError:
            pass
    return tuple(map(_meaning, value))


def _flag(value: Any) -> bool | str | None:
    try:
        return flag(value) or None  # false is what absence means
    except UserError:
        return said(value)
