"""Several categories of a file as one class: what is by position in them comes into one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from projects.smn.errors import UserError
from projects.smn.reading.points import flat
from projects.smn.reading.values import same_text

POINTS = 'keypoints'


def join_categories(
    coco: Mapping[str, Any], names: Mapping[int, str], classes: Sequence[str], source: object
) -> list[dict]:
    """One category per class; annotations get its id, and their points its order, in place.

    A class has all points that its categories name, in the order in which they come. What a
    category does not name is not labelled there. What else a category holds (a skeleton counts
    points) is that of the first that names points, else of the first.

    Args:
        coco: The content of a file, whose annotations are all of these classes.
        names: Category id to the class that it becomes.
        classes: The names of the classes; their ids count from 1.
        source: The file, for messages.

    Raises:
        UserError: If points have no names, and other categories of their class name theirs; or if
            they are not as many as their names.
    """
    points = {c['id']: _points(c, source) for c in coco['categories'] if c['id'] in names}
    joined, order = [], {}
    for number, name in enumerate(classes, 1):
        members = [c for c in coco['categories'] if names.get(c['id']) == name]
        first = next((c for c in members if points[c['id']]), members[0])
        rest = {key: value for key, value in first.items() if key != 'supercategory'}
        order[name] = list(dict.fromkeys(point for c in members for point in points[c['id']]))
        rest |= {POINTS: order[name]} if order[name] else {}
        joined.append({**rest, 'id': number, 'name': name})
    titles = {category['id']: category['name'] for category in coco['categories']}
    for annotation in coco['annotations']:
        number = annotation['category_id']
        own, asked = points[number], order[names[number]]
        if annotation.get(POINTS) and own != asked:
            where = f'{source}: annotation {annotation["id"]}: its category {titles[number]!r}'
            annotation[POINTS] = _ordered(annotation[POINTS], own, asked, where)
        annotation['category_id'] = classes.index(names[number]) + 1
    return joined


def _points(category: Mapping[str, Any], source: object) -> list[str]:
    names = category.get(POINTS) or []
    sound = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not sound or len({*map(same_text, names)}) < len(names):
        raise UserError(
            f'{source}: the `keypoints` of category {category["name"]!r} are no list of different '
            'names'
        )
    return [same_text(name) for name in names]


def _ordered(label: Sequence, own: list[str], asked: list[str], where: str) -> list:
    """x, y, v of each point in ``asked``; 0, 0, 0 of those that are not in ``own``."""
    if not own:
        raise UserError(
            f'{where} does not name the points, and other categories of its class name theirs'
        )
    values = flat(label)
    if len(values) != 3 * len(own):
        raise UserError(
            f'{where} names {len(own)} points, and {len(values)} numbers are no x, y, v'
        )
    by_name = {name: values[3 * place : 3 * place + 3] for place, name in enumerate(own)}
    return [value for name in asked for value in by_name.get(name, (0, 0, 0))]
