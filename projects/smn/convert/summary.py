"""The summary of a converted data set: counts of each part, and what was done to the source."""

from __future__ import annotations

from collections import Counter

from projects.smn.convert.report import Report
from projects.smn.reading.points import flat
from projects.smn.reading.values import said

# What a conversion did to its source, of a report.
DONE = ('repaired', 'not_repairable', 'corrected', 'skipped', 'noticed')


def summarize(coco: dict, parts: dict[str, dict], attributes: list[str], report: Report) -> dict:
    """What a reader needs to know of the whole file ``coco`` and of the parts it is split into."""
    sizes = sorted((i['width'] * i['height'], i['width'], i['height']) for i in coco['images'])
    counts = {
        name: count(part, attributes) | count_geometry(part, coco)
        for name, part in {'all': coco, **parts}.items()
    }
    return {
        **({'read': report.read} if report.read else {}),
        'counts': counts,
        'image_sizes': {'smallest': sizes[0][1:], 'largest': sizes[-1][1:]},
        **{what: value for what, value in vars(report).items() if what in DONE},
    }


def count(coco: dict, attributes: list[str]) -> dict:
    """Number of images and of objects, by class and by value of each attribute."""
    names = {category['id']: category['name'] for category in coco['categories']}
    classes = Counter(names[a['category_id']] for a in coco['annotations'])
    labels = [annotation.get('attributes') or {} for annotation in coco['annotations']]
    values = {key: Counter(said(have[key]) for have in labels if key in have) for key in attributes}
    return {
        'images': len(coco['images']),
        'objects': len(coco['annotations']),
        'classes': {name: classes[name] for name in names.values()},
        'attributes': {key: dict(sorted(counts.items())) for key, counts in values.items()},
    }


def count_geometry(part: dict, coco: dict) -> dict:
    """Number of objects with each keypoint and each further mask, of those that ``coco`` has."""
    points = {c['id']: c['keypoints'] for c in coco['categories'] if c.get('keypoints')}
    keypoints = dict.fromkeys((name for names in points.values() for name in names), 0)
    masks = dict.fromkeys((name for a in coco['annotations'] for name in a.get('masks') or ()), 0)
    for annotation in part['annotations']:
        seen = flat(annotation.get('keypoints') or ())[2::3]
        for name, value in zip(points.get(annotation['category_id'], ()), seen, strict=False):
            keypoints[name] += said(value) != '0'
        for name in annotation.get('masks') or ():
            masks[name] += 1
    found = {'keypoints': keypoints, 'masks': masks}
    return {kind: counts for kind, counts in found.items() if counts}
