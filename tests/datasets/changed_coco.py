"""Data sets of a changed annotation file."""

from __future__ import annotations

from helpers import make_dataset, write_coco


def reload(root, content, **options):
    """The data set of a changed annotation file."""
    write_coco(root, content)
    return make_dataset(root, **options)


def objects(dataset, index=0):
    return dataset[index]['data_samples'].gt_instances
