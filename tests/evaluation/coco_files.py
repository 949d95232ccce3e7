"""What pycocotools says about the same images, by way of COCO's JSON files."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import numpy as np
from pycocotools import mask as mask_utils
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from scored_images import CLASSES, HEIGHT, TASKS, WIDTH

NAMES = dict(
    bbox=('mAP', 'mAP_50', 'mAP_75', 'mAP_s', 'mAP_m', 'mAP_l'),
    segm=('mAP', 'mAP_50', 'mAP_75', 'mAP_s', 'mAP_m', 'mAP_l'),
    keypoints=('OKS_AP', 'OKS_AP_50', 'OKS_AP_75'),
)
KINDS = dict(bbox='bbox', mask='segm', core='segm', ends='keypoints')


def coco_scores(images: list, task: str, folder: Path) -> dict[str, float]:
    """The numbers that pycocotools prints for a task (or ``'bbox'``), NaN for its -1."""
    labels = range(len(CLASSES))
    if task in TASKS:
        labels = [CLASSES.index(name) for name in TASKS[task].of]
    annotations, results = [], []
    for i, image in enumerate(images):
        annotations += _annotations(image.objects, _image_id(i), task, labels)
        annotations += _crowds(image.ignored, _image_id(i), labels)
        results += _results(image.detections, _image_id(i), task, labels)
    for position, annotation in enumerate(annotations):
        annotation['id'] = 100 + position
    truth = dict(
        info={},
        images=[dict(id=_image_id(i), width=WIDTH, height=HEIGHT) for i in range(len(images))],
        categories=[dict(id=label + 1, name=CLASSES[label]) for label in labels],
        annotations=annotations,
    )
    (folder / 'truth.json').write_text(json.dumps(truth))
    (folder / 'results.json').write_text(json.dumps(results))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(folder / 'truth.json'))
        found = coco.loadRes(str(folder / 'results.json'))
        evaluation = COCOeval(coco, found, KINDS[task])
        if KINDS[task] == 'keypoints':
            evaluation.params.kpt_oks_sigmas = np.array(TASKS[task].sigmas)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    values = dict(zip(NAMES[KINDS[task]], evaluation.stats, strict=False))
    return {name: float(v) if v >= 0 else float('nan') for name, v in values.items()}


def _image_id(index: int) -> int:
    return 7 + 10 * index


def _corners_to_xywh(box) -> list[float]:
    x1, y1, x2, y2 = map(float, box)
    return [x1, y1, x2 - x1, y2 - y1]


def _annotations(truth: dict, image_id: int, task: str, labels) -> list[dict]:
    annotations = []
    for g, label in enumerate(truth['labels'].tolist()):
        if label not in labels:
            continue
        annotation = dict(
            image_id=image_id,
            category_id=label + 1,
            iscrowd=0,
            bbox=_corners_to_xywh(truth['bboxes'][g]),
            area=float(truth['areas'][g]),
        )
        if KINDS[task] == 'segm':
            annotation['segmentation'] = truth[task][g]
            annotation['area'] = float(mask_utils.area(truth[task][g]))
        if KINDS[task] == 'keypoints':
            annotation['keypoints'] = truth[task][g].reshape(-1).tolist()
            annotation['num_keypoints'] = int((truth[task][g][:, 2] > 0).sum())
        annotations.append(annotation)
    return annotations


def _crowds(ignored: np.ndarray, image_id: int, labels) -> list[dict]:
    return [
        dict(
            image_id=image_id,
            category_id=label + 1,
            iscrowd=1,
            bbox=_corners_to_xywh(box),
            area=float(np.prod(box[2:] - box[:2])),
        )
        for box in ignored
        for label in labels
    ]


def _results(prediction: dict, image_id: int, task: str, labels) -> list[dict]:
    results = []
    for d, label in enumerate(prediction['labels'].tolist()):
        if label not in labels:
            continue
        value = dict(
            bbox=lambda d: _corners_to_xywh(prediction['bboxes'][d]),
            segm=lambda d: prediction[task][d],
            keypoints=lambda d: prediction[task][d].reshape(-1).tolist(),
        )[KINDS[task]](d)
        key = 'segmentation' if KINDS[task] == 'segm' else KINDS[task]
        score = float(prediction['scores'][d])
        results.append({'image_id': image_id, 'category_id': label + 1, 'score': score, key: value})
    return results
