"""Of which classes a COCO file says that every object of an image is boxed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from projects.smn.reading import complete as reading


def read_complete(coco: Mapping[str, Any], names: Mapping[int, str], source: object) -> None:
    """Bring ``complete`` of all images into our form, with new names of classes, in place.

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
        elif complete is None and any(key in image for key in reading.OF_LVIS):
            known = reading.known_by_lvis(image, seen[image['id']], where)
            for key in reading.OF_LVIS:
                image.pop(key, None)
        else:
            continue
        image['complete'] = _classes_of(known, names)


def _classes_of(known: Collection[int], names: Mapping[int, str]) -> list[str]:
    unknown = {name for number, name in names.items() if number not in known}
    return [name for name in dict.fromkeys(names.values()) if name not in unknown]
