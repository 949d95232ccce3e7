"""COCO's average precision, computed by pycocotools from arrays in memory."""

from __future__ import annotations

import contextlib
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

# Positions of the numbers in COCOeval.stats.
BOX_STATS = dict(mAP=0, mAP_50=1, mAP_75=2, mAP_s=3, mAP_m=4, mAP_l=5)
# For keypoints COCO counts the 20 best detections of an image: few for fruits on a table.
KEYPOINT_DETECTIONS = [100]
NO_CATEGORY = -1
"""Of a task that asks about no class, for numbers of nothing."""


def average_precision(
    truth: list[dict[str, Any]],
    detections: list[dict[str, Any]],
    categories: Sequence[int],
    iou_type: str,
    sigmas: Sequence[float] | None = None,
    ious: Sequence[float] = (),
) -> dict[str, float]:
    """Run ``COCOeval``.

    Args:
        truth: Annotations with ``image_id``, ``category_id``, ``bbox``, ``area``, ``iscrowd`` and,
            by ``iou_type``, ``segmentation`` or ``keypoints``.
        detections: Results in COCO's format.
        categories: The category ids that count.
        iou_type: ``'bbox'``, ``'segm'`` or ``'keypoints'``.
        sigmas: Of the keypoints.
        ious: Further IoU thresholds, of COCO's 0.5 to 0.95, to report as ``mAP_60`` and so on.

    Returns:
        The named numbers in [0, 1]; NaN where there is no ground truth. At most 100 detections of
        a class count in an image.
    """
    evaluation = _evaluated(truth, detections, categories, iou_type, sigmas)
    return _numbers(evaluation, evaluation.eval, iou_type, ious)


def average_precision_per_class(
    truth: list[dict[str, Any]], detections: list[dict[str, Any]], categories: Sequence[int]
) -> list[dict[str, float]]:
    """Those of the boxes of each category, in the order of ``categories``.

    The arguments are those of :func:`average_precision`.
    """
    evaluation = _evaluated(truth, detections, categories, 'bbox', None)
    whole = evaluation.eval
    return [
        _numbers(evaluation, {name: v[..., k : k + 1, :, :] for name, v in whole.items()}, 'bbox')
        for k in range(len(categories))
    ]


def _evaluated(
    truth: Iterable[dict[str, Any]],
    detections: Iterable[dict[str, Any]],
    categories: Sequence[int],
    iou_type: str,
    sigmas: Sequence[float] | None,
) -> COCOeval:
    """An evaluation that has accumulated all categories, each on the images that it is on.

    pycocotools looks at each image for each category, which takes hours where both are many. No
    number of a category depends on another one, nor on images without its objects and detections.
    """
    true, found = _by_category(truth), _by_category(detections)
    parts = []
    for category in list(categories) or [NO_CATEGORY]:
        part = _of_category(true[category], found[category], category, iou_type, sigmas)
        parts.append(part.eval)
    evaluation = COCOeval(iouType=iou_type)
    evaluation.params = part.params
    evaluation.eval = {
        # The classes are the third last dimension, before sizes and numbers of detections.
        name: np.concatenate([p[name] for p in parts], axis=-3)
        for name in ('precision', 'recall', 'scores')
    }
    return evaluation


def _of_category(
    truth: list[dict[str, Any]],
    detections: list[dict[str, Any]],
    category: int,
    iou_type: str,
    sigmas: Sequence[float] | None,
) -> COCOeval:
    """An evaluation that has accumulated one category."""
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools tells what it does
        images = dict.fromkeys(record['image_id'] for record in (*truth, *detections))
        coco = _coco(truth, images, category)
        # loadRes wants one or more.
        found = coco.loadRes(detections) if detections else _coco([], images, category)
        evaluation = COCOeval(coco, found, iou_type)
        if iou_type == 'keypoints':
            evaluation.params.maxDets = KEYPOINT_DETECTIONS
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = np.asarray(sigmas)
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


def _numbers(
    evaluation: COCOeval, found: dict[str, Any], iou_type: str, ious: Sequence[float] = ()
) -> dict[str, float]:
    """Named means of what was accumulated; NaN where there was nothing to count."""
    evaluation.eval = found
    if iou_type == 'keypoints':
        thresholds = dict(OKS_AP=None, OKS_AP_50=0.5, OKS_AP_75=0.75)
        values = {name: _mean_at(evaluation, iou) for name, iou in thresholds.items()}
    else:
        with contextlib.redirect_stdout(io.StringIO()):  # and prints a table of its own
            evaluation.summarize()
        values = {name: float(evaluation.stats[i]) for name, i in BOX_STATS.items()}
    values.update({f'mAP_{iou * 100:.0f}': _mean_at(evaluation, iou) for iou in ious})
    # pycocotools says -1 where it found nothing to count.
    return {name: value if value >= 0 else float('nan') for name, value in values.items()}


def _mean_at(evaluation: COCOeval, iou: float | None) -> float:
    """AP at one threshold or over all of them, over all sizes; -1 where nothing was counted."""
    # Thresholds, recalls, classes, sizes (the first is all), detections an image (the last is 100).
    precision = evaluation.eval['precision'][:, :, :, 0, -1]
    if iou is not None:
        precision = precision[np.isclose(evaluation.params.iouThrs, iou)]
    known = precision[precision > -1]
    return float(known.mean()) if known.size else -1.0


def _by_category(records: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    for record in records:
        found[record['category_id']].append(record)
    return found


def _coco(annotations: list[dict[str, Any]], images: Iterable[int], category: int) -> COCO:
    coco = COCO()
    coco.dataset = dict(
        info={},
        # pycocotools asks for a size even where masks are RLE, which have their own.
        images=[dict(id=i, height=0, width=0) for i in images],
        categories=[dict(id=category)],
        annotations=[dict(annotation, id=i + 1) for i, annotation in enumerate(annotations)],
    )
    coco.createIndex()
    return coco
