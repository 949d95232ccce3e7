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
KEYPOINT_STATS = dict(OKS_AP=0, OKS_AP_50=1, OKS_AP_75=2)


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
        The named numbers in [0, 1]; NaN where there is no ground truth.
    """
    names = KEYPOINT_STATS if iou_type == 'keypoints' else BOX_STATS
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints a table of its own
        coco = _coco(truth, num_images, categories)
        # loadRes wants one or more.
        found = coco.loadRes(detections) if detections else _coco([], num_images, categories)
        evaluation = COCOeval(coco, found, iou_type)
        evaluation.params.catIds = list(categories)
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = np.asarray(sigmas)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    # pycocotools says -1 where it found nothing to count.
    values = {name: float(evaluation.stats[position]) for name, position in names.items()}
    values.update({f'mAP_{iou * 100:.0f}': _mean_at(evaluation, iou) for iou in ious})
    return {name: value if value >= 0 else float('nan') for name, value in values.items()}


def _mean_at(evaluation: COCOeval, iou: float) -> float:
    """AP at one IoU threshold, over all sizes; -1 where nothing was counted."""
    (position,) = np.flatnonzero(np.isclose(evaluation.params.iouThrs, iou))
    # Thresholds, recalls, classes, sizes (the first is all), detections an image (the last is 100).
    precision = evaluation.eval['precision'][position, :, :, 0, -1]
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
