"""What the labels of a makesense.ai export mean: classes, masks, keypoints, attributes.

Polygons and points have labels from one list, and the JSON file names all of it as categories, so
a label is known by what is drawn with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from projects.smn.convert.attach import Part, Point
from projects.smn.convert.report import Report
from projects.smn.errors import UserError, listing

# What the labels of our own fruits are called; used where there are such labels.
KEYPOINTS = ('head', 'tail')
MASKS = ('spine=backbone',)


@dataclass
class Meaning:
    """What the labels of the source are.

    Args:
        labels: The label of each category id.
        masks: Labels of polygons that are a mask, to the name of the mask.
        classes: The other labels of polygons, in the order of the categories.
        owners: The classes that points and masks can belong to.
        keypoints: The names of the keypoints, in their order; none if there is no such point.
        attributes: The names of the attributes that points give.
    """

    labels: dict[int, str]
    masks: dict[str, str]
    classes: list[str]
    owners: list[str]
    keypoints: list[str]
    attributes: list[str]


def read_meaning(
    coco: dict,
    points: list[Point],
    report: Report,
    *,
    of: list[str] | None = None,
    mask: list[str] | None = None,
    keypoints: list[str] | None = None,
    attribute: list[str] | None = None,
) -> Meaning:
    """Find out what the options say about the labels that there are.

    Args:
        coco: The file of polygons.
        points: Those of all its images.
        report: Gets what was repaired, and which attributes were inferred.
        of: The classes that points and masks belong to. ``None``, here and below, leaves it to what
            there is.
        mask: ``name=label``: polygons with this label are a mask of this name.
        keypoints: The labels of points that are keypoints, in their order.
        attribute: The attributes that points give.

    Raises:
        UserError: An option names a label that does not occur.
    """
    labels = {category['id']: report.text(category['name']) for category in coco['categories']}
    drawn = {labels[annotation['category_id']] for annotation in coco['annotations']}
    drawn = [label for label in dict.fromkeys(labels.values()) if label in drawn]
    masks = read_masks(mask, drawn)
    classes = [label for label in drawn if label not in masks]
    known = list(dict.fromkeys(point.label for point in points))
    asked = keypoints
    if keypoints is None:
        keypoints = list(KEYPOINTS) if set(KEYPOINTS) & set(known) else []
    taken = {*drawn, *keypoints}
    given = values_by_key(label for label in known if label not in taken)
    _check('--of', of, classes, 'class of polygons')
    _check('--keypoints', asked, known, 'label of points')
    _check('--attribute', attribute, sorted(given), 'attribute of points')
    attributes = attribute
    if attributes is None:
        declared = (label for label in (*labels.values(), *known) if label not in taken)
        attributes = infer_attributes(given, values_by_key(declared), report)
    return Meaning(labels, masks, classes, of or classes, keypoints, attributes)


def infer_attributes(
    given: dict[str, list[str]], declared: dict[str, list[str]], report: Report
) -> list[str]:
    """The keys of ``given`` that seem to be attributes; all that are found are reported.

    A key has several values in ``declared``, or a number as its value. ``color_board`` or
    ``stem_end``, the only label of its key, is rather the name of a thing.
    """
    found = [key for key in sorted(given) if len(declared[key]) > 1 or _is_number(declared[key][0])]
    said = (f'{key}: {", ".join(sorted(given[key]))}' for key in found)
    report.notice('attributes that no --attribute names, by the labels of points', said)
    return found


def values_by_key(labels: Iterable[str]) -> dict[str, list[str]]:
    """``['neck_1', 'neck_3', 'x']`` -> ``{'neck': ['1', '3']}``."""
    values: dict[str, list[str]] = defaultdict(list)
    for key, value in map(key_and_value, dict.fromkeys(labels)):
        if key:
            values[key].append(value)
    return values


def key_and_value(label: str) -> tuple[str, str]:
    """``'neck_3'`` -> ``('neck', '3')``; two empty texts if it is not of that form."""
    key, _, value = label.rpartition('_')
    return (key, value) if key and value else ('', '')


def _is_number(text: str) -> bool:
    return text.replace('.', '', 1).isdecimal()


def read_masks(options: list[str] | None, drawn: list[str]) -> dict[str, str]:
    """``['spine=backbone']`` -> ``{'backbone': 'spine'}``."""
    masks = {}
    for text in MASKS if options is None else options:
        name, _, label = text.partition('=')
        if not name or not label:
            raise UserError(f'--mask {text!r} is not of the form name=label')
        if label in drawn:
            masks[label] = name
        elif options is not None:
            raise UserError(f'--mask {text!r}: no polygon has the label, there is {listing(drawn)}')
    return masks


def name_polygons(coco: dict, meaning: Meaning) -> dict[int, str]:
    """What a user finds each polygon by: makesense.ai shows no ids."""
    files = {image['id']: image['file_name'] for image in coco['images']}
    return {
        a['id']: f'{meaning.labels[a["category_id"]]} (polygon {place}) on '
        f'{files.get(a["image_id"], "no image")}'
        for place, a in enumerate(coco['annotations'], 1)
    }


def split_masks(
    annotations: list[dict], meaning: Meaning, report: Report
) -> tuple[list[Part], list[dict]]:
    """The polygons that are masks of another one, and the annotations that are objects."""
    parts, objects = [], []
    for annotation in annotations:
        mask = meaning.masks.get(meaning.labels[annotation['category_id']])
        if mask is None:
            objects.append(annotation)
            continue
        outline = annotation.get('segmentation')
        name = str(report.name(annotation['id']))
        for polygon in outline if isinstance(outline, list) and outline else [None]:
            parts.append(Part(annotation['image_id'], mask, polygon, name))
    return parts, objects


def sort_points(
    points: Iterable[Point], meaning: Meaning, report: Report
) -> tuple[list[Point], list[Point]]:
    """The points that are keypoints, and those that give an attribute."""
    keypoints, grades = [], []
    for point in points:
        if point.label in meaning.keypoints:
            keypoints.append(point)
        elif point.label in {*meaning.classes, *meaning.masks}:
            report.skipped['points with a label of polygons'].append(str(point))
        elif key_and_value(point.label)[0] in meaning.attributes:
            grades.append(point)
        else:
            report.skipped['points of an unknown label'].append(str(point))
    return keypoints, grades


def categories(meaning: Meaning) -> list[dict]:
    """One COCO category for each class."""
    points = {'keypoints': meaning.keypoints} if meaning.keypoints else {}
    return [
        {'id': number, 'name': name, **(points if name in meaning.owners else {})}
        for number, name in enumerate(meaning.classes, 1)
    ]


def _check(option: str, names: list[str] | None, known: list[str], what: str) -> None:
    for name in names or ():
        if name not in known:
            raise UserError(f'{option} {name!r} is no {what}: there is {listing(known)}')
