"""Metrics of the boxes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from coco_files import coco_scores
from pycocotools.cocoeval import COCOeval
from scored_images import (
    CLASSES,
    exact,
    extended,
    image_of,
    make_object,
    noisy,
    perfect_images,
    random_images,
)

from projects.smn.evaluation.boxes import evaluate_boxes, evaluate_boxes_per_class
from projects.smn.evaluation.per_class import of_class


def _scores(images):
    return evaluate_boxes(images, len(CLASSES))


def _without_matched(values):
    return {name: value for name, value in values.items() if name != 'matched'}


@pytest.mark.parametrize('seed', range(3))
def test_average_precision_is_that_of_pycocotools_on_the_same_files(seed, tmp_path):
    images = random_images(seed)
    values = _without_matched(_scores(images))
    assert 0 < values['mAP'] < values['mAP_50'] < 1
    assert values == pytest.approx(coco_scores(images, 'bbox', tmp_path), abs=1e-9, nan_ok=True)


def test_average_precision_with_crowds_is_that_of_pycocotools(tmp_path):
    rng = np.random.default_rng(3)
    images = random_images(3)
    crowd = make_object(rng, 11)['bboxes'] + [0, 0, 10, 10]
    inside = make_object(rng, 11)
    images[0] = extended(images[0], [], [noisy(rng, inside) for _ in range(4)], [crowd])
    values = _without_matched(_scores(images))
    assert values == pytest.approx(coco_scores(images, 'bbox', tmp_path), abs=1e-9, nan_ok=True)


def test_no_image_is_looked_at_for_a_class_that_is_not_on_it(monkeypatch):
    looks, look = [], COCOeval.evaluateImg
    monkeypatch.setattr(
        COCOeval, 'evaluateImg', lambda self, *args: looks.append(args) or look(self, *args)
    )
    images = [*random_images(0, count=3), *[image_of([], [], [[0, 0, 9, 9]], (0, 1, 2))] * 50]
    pairs = sum(
        len({*image.objects['labels'].tolist(), *image.detections['labels'].tolist()})
        for image in images
    )
    evaluate_boxes(images, 400)
    assert len(looks) == 4 * pairs  # all sizes, small, medium, large


@pytest.mark.parametrize('seed', range(2))
def test_each_class_is_scored_as_if_it_were_alone(seed):
    images = random_images(seed)
    crowd = make_object(np.random.default_rng(seed), 11)
    images[0] = extended(images[0], [], [exact(crowd, 0.99)], [crowd['bboxes']])
    images[1] = replace(images[1], incomplete=(1,))
    for label, found in enumerate(evaluate_boxes_per_class(images, len(CLASSES))):
        alone = _scores(of_class(images, label))
        assert found == pytest.approx(alone, nan_ok=True)


def test_sizes_are_those_of_the_annotated_areas_not_of_the_boxes():
    rng = np.random.default_rng(0)
    small = make_object(rng, bboxes=np.array([0.0, 0.0, 60.0, 60.0]), areas=500.0)
    values = _scores([image_of([small], [exact(small)])])
    assert values['mAP_s'] == pytest.approx(1)
    assert np.isnan(values['mAP_m'])


def test_a_perfect_prediction_is_one():
    values = _scores(perfect_images(0))
    assert values['mAP'] == values['mAP_50'] == values['mAP_75'] == pytest.approx(1)
    assert values['matched'] == 1


def test_matched_is_the_share_of_objects_that_were_found():
    rng = np.random.default_rng(0)
    objects = [make_object(rng, cell, cell % 3) for cell in range(4)]
    wrong_class = {**exact(objects[2]), 'labels': 0}
    images = [image_of(objects, [exact(objects[0]), exact(objects[0]), wrong_class])]
    assert _scores(images)['matched'] == 0.25
    images.append(image_of(objects[1:2], [exact(objects[1])]))
    assert _scores(images)['matched'] == 0.4
