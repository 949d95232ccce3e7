"""The summary of a converted data set: counts of each part, and what was done to the source."""

from __future__ import annotations

from collections import Counter

from projects.smn.convert.report import Report
from projects.smn.errors import listing

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
    values = {key: Counter(str(have[key]) for have in labels if key in have) for key in attributes}
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
        flags = (annotation.get('keypoints') or ())[2::3]
        for name, flag in zip(points.get(annotation['category_id'], ()), flags, strict=False):
            keypoints[name] += bool(flag)
        for name in annotation.get('masks') or ():
            masks[name] += 1
    found = {'keypoints': keypoints, 'masks': masks}
    return {kind: counts for kind, counts in found.items() if counts}


def print_summary(summary: dict) -> None:
    """Print the counts as a table of the parts, then what was done, and the first of each."""
    if 'read' in summary:
        print('read: ' + ', '.join(f'{number} {what}' for what, number in summary['read'].items()))
    _print_counts(summary['counts'])
    small, large = ('x'.join(map(str, size)) for size in summary['image_sizes'].values())
    print(f'image sizes: {small} to {large}')
    for before, after in summary['repaired'].items():
        print(f'repaired: {before!r} -> {after!r}')
    if summary['not_repairable']:
        print(f'broken text, left as it is: {listing(summary["not_repairable"])}')
    for what, number in summary['corrected'].items():
        print(f'corrected: {what}: {number}')
    for kind in ('skipped', 'noticed'):
        for what, items in summary[kind].items():
            print(f'{kind}: {what}: {len(items)} ({listing(items, 4)})')


def _print_counts(counts: dict[str, dict]) -> None:
    parts = counts.values()
    rows = [('', list(counts))]
    rows += [(key, [part[key] for part in parts]) for key in ('images', 'objects')]
    for kind, title in (('classes', 'class'), ('masks', 'mask'), ('keypoints', 'keypoint')):
        for name in counts['all'].get(kind, ()):
            rows.append((f'{title} {name}', [part[kind][name] for part in parts]))
    for key, values in counts['all']['attributes'].items():
        for value in values:
            found = [part['attributes'][key].get(value, 0) for part in parts]
            rows.append((f'{key} {value}', found))
    width = max(len(title) for title, _ in rows)
    for title, cells in rows:
        print(f'{title:{width}}' + ''.join(f'{cell:>8}' for cell in cells))
