"""Labels taken out of a COCO file, to study training on partial labels.

A label is taken out by removing its key: absent means not labelled. Boxes, areas and all keys that
no task reads stay, but for the objects that :func:`make_incomplete` and
:func:`keep_one_class_per_image` drop. Every function returns a new content and leaves the one it is
given alone.

What is drawn for one purpose (a task, the incomplete images) depends on the seed, on that purpose
and on the ids in question only. So a larger share contains the smaller one, and what happens to
one task is the same whatever else is asked for.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from projects.smn.convert.dealing import deal_evenly
from projects.smn.errors import UserError
from projects.smn.reading.complete import read_complete
from projects.smn.reading.values import flag, same_text
from projects.smn.tasks import Task, tasks_per

Coco = dict[str, Any]
Tasks = Mapping[str, Task]


def objects_of(coco: Coco) -> list[dict]:
    """The annotations that are no crowd; from a crowd nothing is learned.

    Raises:
        UserError: If one is neither a crowd nor none.
    """
    return [a for a in coco['annotations'] if not is_ignored(a)]


def is_ignored(annotation: Mapping[str, Any]) -> bool:
    """Whether it is a crowd, or a region that counts for nothing."""
    try:
        return flag(annotation.get('iscrowd')) or flag(annotation.get('ignore'))
    except UserError as error:
        raise UserError(f'annotation {annotation["id"]}: `iscrowd` or `ignore`: {error}') from None


def images_of(records: Iterable[dict]) -> set[int]:
    """The ids of the images of records: of annotations, or of the images themselves."""
    return {record.get('image_id', record['id']) for record in records}


def find_labelled(coco: Coco, tasks: Tasks) -> dict[str, list[dict]]:
    """Task name to the records that are labelled for it, as the data set will see them.

    These are annotations, or images for a task of the whole image. Objects that the data set drops
    because they lie outside their image count here.

    Raises:
        UserError: A label is not what its task accepts.
    """
    take_names(coco, tasks)
    classes = _class_names(coco)
    found: dict[str, list[dict]] = {name: [] for name in tasks}
    for annotation in objects_of(coco):
        for name, task in tasks_per('object', tasks).items():
            asked = is_of(classes[annotation['category_id']], task)
            if asked and _has_label(task, annotation):
                found[name].append(annotation)
    for name, task in tasks_per('image', tasks).items():
        found[name] = [image for image in coco['images'] if _has_label(task, image)]
    return found


def take_names(coco: Coco, tasks: Tasks) -> list[str]:
    """Let the tasks learn what lies by position in the labels of a file, as the data set does.

    Returns:
        What they take for granted, as the file does not name it.

    Raises:
        UserError: The file names something else than a task asks for.
    """
    assumed: list[str] = []
    for task in tasks.values():
        try:
            assumed += task.take_names(coco)
        except UserError as error:
            raise UserError(f'task {task.name!r}: {error}') from None
    return assumed


def keep_shares(coco: Coco, tasks: Tasks, shares: Mapping[str, float], seed: int) -> Coco:
    """Keep the labels of each task in ``shares`` on that share of the images that have them.

    Args:
        coco: The content of a file, as ``read_coco`` gives it.
        tasks: All tasks.
        shares: Task name to a share in [0, 1]. The other tasks keep all their labels.
        seed: Decides which images.

    Returns:
        A content where of n images that have labels of a task, round(share * n) still have them.

    Raises:
        UserError: A task has no label, or shares its label with another task.
    """
    named = {name: tasks[name] for name in shares}
    refuse_common_labels(tasks, shares)
    kept = {}
    for name, images in _images_of(coco, named).items():
        order = shuffled(images, f'{seed} task {name}')
        kept[name] = set(order[: round(shares[name] * len(order))])
    return _filter_labels(coco, named, lambda name, image_id: image_id in kept[name])


def keep_one_task_per_image(coco: Coco, tasks: Tasks, seed: int) -> Coco:
    """Keep the labels of one task on each image, and as many images for each task.

    Args:
        coco: The content of a file, as ``read_coco`` gives it.
        tasks: All tasks; an image is dealt to one that it has labels of, see ``deal_evenly``.
        seed: Decides which images.

    Raises:
        UserError: A task has no label, shares its label with another one, or gets no image.
    """
    refuse_common_labels(tasks, tasks)
    images = _images_of(coco, tasks)
    order = shuffled(set().union(*images.values()), f'{seed} one task per image')
    dealt = deal_evenly({i: [name for name in tasks if i in images[name]] for i in order}, tasks)
    for name in tasks:
        if name not in dealt.values():
            raise UserError(
                f'{len(order)} images with labels are too few to give each of {len(tasks)} tasks '
                f'one: {name!r} gets none'
            )
    return _filter_labels(coco, tasks, lambda name, image_id: dealt.get(image_id) == name)


def make_incomplete(coco: Coco, share: float, drop: float, seed: int) -> Coco:
    """Drop objects of some images and mark these ``complete: false``.

    Args:
        coco: The content of a file, as ``read_coco`` gives it.
        share: Of n images with objects, round(share * n) become incomplete.
        drop: Of k objects of such an image, round(drop * k) are dropped, with all their labels.
        seed: Decides which.
    """
    objects = defaultdict(list)
    for annotation in objects_of(coco):
        objects[annotation['image_id']].append(annotation['id'])
    order = shuffled(objects, f'{seed} incomplete images')
    incomplete = set(order[: round(share * len(order))])
    dropped: set[int] = set()
    for image_id in incomplete:
        order = shuffled(objects[image_id], f'{seed} dropped objects')
        dropped.update(order[: round(drop * len(order))])
    images = [
        {**image, 'complete': False} if image['id'] in incomplete else image
        for image in coco['images']
    ]
    left = [annotation for annotation in coco['annotations'] if annotation['id'] not in dropped]
    return {**coco, 'images': images, 'annotations': left}


def keep_one_class_per_image(coco: Coco, classes: Sequence[str], seed: int) -> Coco:
    """Keep the objects of one class on each image, which says that it is complete for this class.

    As in a set that was joined from sets of one class each. An image may get a class of which it
    has no object. One that is complete for none of the classes stays as it is.

    Args:
        coco: The content of a file, as ``read_coco`` gives it.
        classes: Each gets as many images as the others, or as even a number as ``complete`` allows.
            Objects of other classes go.
        seed: Decides which images.

    Returns:
        A content where each image that was dealt has objects of one class.

    Raises:
        UserError: If there is no object of one of the classes.
    """
    names, classes = _class_names(coco), list(map(same_text, classes))
    for name in classes:
        if not any(names[a['category_id']] == name for a in objects_of(coco)):
            raise UserError(f'no object is of the class {name!r}')
    known = dict.fromkeys(names.values())
    complete = {image['id']: complete_for(image, classes, known) for image in coco['images']}
    order = shuffled((i for i, found in complete.items() if found), f'{seed} one class per image')
    dealt = deal_evenly({i: complete[i] for i in order}, classes)
    images = [
        {**image, 'complete': [dealt[image['id']]]} if image['id'] in dealt else image
        for image in coco['images']
    ]
    left = [
        a
        for a in coco['annotations']
        if names[a['category_id']] == dealt.get(a['image_id'], names[a['category_id']])
    ]
    return {**coco, 'images': images, 'annotations': left}


def complete_for(
    image: Mapping[str, Any], classes: Sequence[str], known: Collection[str]
) -> tuple[str, ...]:
    """Of which of the classes an image says that every object is boxed.

    Raises:
        UserError: If it is no flag and no list of known names, those of the file's categories.
    """
    complete = read_complete(image.get('complete', True), known, f'image {image["id"]}')
    if isinstance(complete, bool):
        return tuple(classes) if complete else ()
    return tuple(name for name in classes if same_text(name) in complete)


def refuse_common_labels(tasks: Tasks, touched: Iterable[str]) -> None:
    """Raise a UserError if a task in ``touched`` reads the same key of the same class as another.

    Removing one task's label would then remove the other's.
    """
    touched = set(touched)
    for one, other in combinations(tasks.values(), 2):
        same_key = one.per == other.per and one.label_path == other.label_path
        common = same_key and set(one.of) & set(other.of)
        if common and touched & {one.name, other.name}:
            raise UserError(
                f'the tasks {one.name!r} and {other.name!r} read the same label, '
                f'`{".".join(one.label_path)}`; switch one of them off with '
                f'--cfg-options tasks.{other.name}=None'
            )


def shuffled(ids: Iterable[int], purpose: str) -> list[int]:
    """The ids in a random order; two of them come in the same order whatever others there are."""
    return sorted(ids, key=lambda number: hashlib.sha256(f'{purpose} {number}'.encode()).digest())


def _images_of(coco: Coco, tasks: Tasks) -> dict[str, set[int]]:
    """Task name to the ids of the images that have labels of it, one or more."""
    found = find_labelled(coco, tasks)
    for name, labelled in found.items():
        if not labelled:
            raise UserError(
                f'nothing has a label of the task {name!r}; leave it out of --keep, or switch it '
                f'off with --cfg-options tasks.{name}=None'
            )
    return {name: images_of(labelled) for name, labelled in found.items()}


def _filter_labels(coco: Coco, tasks: Tasks, stays: Callable[[str, int], bool]) -> Coco:
    """Remove the labels of the tasks from images where ``stays(task name, image id)`` is false."""
    classes = _class_names(coco)
    annotations, images = [], []
    for annotation in coco['annotations']:
        for name, task in tasks_per('object', tasks).items():
            # Another class may use the key for another task.
            reads = is_of(classes[annotation['category_id']], task)
            if reads and not stays(name, annotation['image_id']):
                annotation = task.without_label(annotation)
        annotations.append(annotation)
    for image in coco['images']:
        for name, task in tasks_per('image', tasks).items():
            if not stays(name, image['id']):
                image = task.without_label(image)
        images.append(image)
    return {**coco, 'images': images, 'annotations': annotations}


def is_of(name: str, task: Task) -> bool:
    """Whether a category of that name has the task."""
    return name in map(same_text, task.of)


def _class_names(coco: Coco) -> dict[int, str]:
    return {category['id']: category['name'] for category in coco['categories']}


def _has_label(task: Task, record: Mapping[str, Any]) -> bool:
    try:
        label = task.find_label(record)
        return label is not None and task.is_labelled(task.parse_label(label))
    except UserError as error:
        kind = dict(object='annotation', image='image')[task.per]
        raise UserError(f'{kind} {record["id"]}: task {task.name!r}: {error}') from None
