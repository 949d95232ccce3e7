"""COCO's average precision, computed by pycocotools from arrays in memory."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

# Positions of the numbers in COCOeval.stats.
BOX_STATS = dict(mAP=0, mAP_50=1, mAP_75=2, mAP_s=3, mAP_m=4, mAP_l=5)
# For keypoints COCO counts the 20 best detections of an image: few for fruits on a table. The last
# number is how many count; summarize() wants its 20 in the list.
KEYPOINT_DETECTIONS = [20, 100]


def average_precision(
    truth: list[dict[str, Any]],
    detections: list[dict[str, Any]],
    num_images: int,
    categories: Sequence[int],
    iou_type: str,
    sigmas: Sequence[float] | None = None,
    ious: Sequence[float] = (),
) -> dict[str, float]:
    """Run ``COCOeval``.

    Args:
        truth: Annotations with ``image_id`` (0 to ``num_images`` - 1), ``category_id``, ``bbox``,
            ``area``, ``iscrowd`` and, by ``iou_type``, ``segmentation`` or ``keypoints``.
        detections: Results in COCO's format.
        num_images: How many images there are.
        categories: The category ids that count.
        iou_type: ``'bbox'``, ``'segm'`` or ``'keypoints'``.
        sigmas: Of the keypoints.
        ious: Further IoU thresholds, of COCO's 0.5 to 0.95, to report as ``mAP_60`` and so on.

    Returns:
        The named numbers in [0, 1]; NaN where there is no ground truth. At most 100 detections of
        a class count in an image.
    """
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints a table of its own
        coco = _coco(truth, num_images, categories)
        # loadRes wants one or more.
        found = coco.loadRes(detections) if detections else _coco([], num_images, categories)
        evaluation = COCOeval(coco, found, iou_type)
        evaluation.params.catIds = list(categories)
        if iou_type == 'keypoints':
            evaluation.params.maxDets = KEYPOINT_DETECTIONS
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = np.asarray(sigmas)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    if iou_type == 'keypoints':
        thresholds = dict(OKS_AP=None, OKS_AP_50=0.5, OKS_AP_75=0.75)
        values = {name: _mean_at(evaluation, iou) for name, iou in thresholds.items()}
    else:
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


def _coco(annotations: list[dict[str, Any]], num_images: int, categories: Sequence[int]) -> COCO:
    coco = COCO()
    coco.dataset = dict(
        info={},
        # pycocotools asks for a size even where masks are RLE, which have their own.
        images=[dict(id=i, height=0, width=0) for i in range(num_images)],
        categories=[dict(id=int(c)) for c in categories],
        annotations=[dict(annotation, id=i + 1) for i, annotation in enumerate(annotations)],
    )
    coco.createIndex()
    return coco
