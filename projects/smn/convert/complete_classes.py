"""Of which classes a COCO file says that every object of an image is boxed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from projects.smn.errors import UserError
from projects.smn.reading import complete as reading
from projects.smn.reading.values import identity

OF_LVIS = ('neg_category_ids', 'not_exhaustive_category_ids')


def read_complete(coco: Mapping[str, Any], names: Mapping[int, str], source: object) -> None:
    """Bring ``complete`` of all images into our form, with new names of classes, in place.

    Images of LVIS (Gupta et al. 2019) list the categories that were looked for and are not there,
    and those that are there and not all boxed. Of a category that is in neither list and has no
    object, nothing is known.

    Args:
        coco: The content of a file, before any object or image of it is dropped. Lists of LVIS are
            removed from images that have no ``complete``, and count for these.
        names: Category id to the class that it becomes. A class of several categories is complete
            where all of them are.
        source: The file, for messages.

    Raises:
        UserError: If ``complete`` is no flag and no list of the file's categories, or a list of
            LVIS is none of ids.
    """
    ids = defaultdict(set)
    for category in coco['categories']:
        ids[category['name']].add(category['id'])
    seen = defaultdict(set)
    for annotation in coco['annotations']:
        seen[annotation['image_id']].add(annotation['category_id'])
    for image in coco['images']:
        complete, where = image.get('complete'), f'{source}: image {image["id"]}'
        if 'complete' in image:
            complete = image['complete'] = reading.read_complete(complete, ids, where)
        if isinstance(complete, list):
            known = set().union(*(ids[name] for name in complete))
        elif complete is None and any(key in image for key in OF_LVIS):
            absent, not_all = (_ids(image.pop(key, None), key, where) for key in OF_LVIS)
            known = (seen[image['id']] | absent) - not_all
        else:
            continue
        image['complete'] = _classes_of(known, names)


def _ids(value: Any, key: str, where: str) -> set[int | str]:
    if value is not None and not isinstance(value, list):
        raise UserError(f'{where}: its `{key}` are {value!r:.40}, and no list of ids')
    try:
        return set(map(identity, value or ()))
    except UserError as error:
        raise UserError(f'{where}: `{key}`: {error}') from None


def _classes_of(known: Collection[int], names: Mapping[int, str]) -> list[str]:
    unknown = {name for number, name in names.items() if number not in known}
    return [name for name in dict.fromkeys(names.values()) if name not in unknown]
