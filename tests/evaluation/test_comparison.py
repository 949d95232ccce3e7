"""Which detection found which object, and which of them count."""

from __future__ import annotations

import numpy as np
import pytest
from scored_images import (
    TASKS,
    UNLABELLED,
    exact,
    image_of,
    make_object,
    random_images,
    taken,
)

from projects.smn.evaluation.comparison import box_iou, match_boxes, to_xywh

SQUARE = [10.0, 10.0, 20.0, 20.0]


def _fields(boxes, labels=None, scores=None):
    boxes = np.array(boxes, float).reshape(-1, 4)
    labels = np.zeros(len(boxes), int) if labels is None else np.array(labels)
    scores = np.linspace(0.9, 0.1, len(boxes)) if scores is None else np.array(scores)
    return dict(bboxes=boxes, labels=labels, scores=scores)


def _shifted(by):
    return [SQUARE[0] + by, SQUARE[1], SQUARE[2] + by, SQUARE[3]]


def test_box_iou_is_intersection_over_union():
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 20, (2, 6, 2))
    first, second = np.concatenate([corners, corners + rng.integers(1, 20, (2, 6, 2))], axis=-1)
    canvas = np.zeros((2, 6, 50, 50), bool)
    for boxes, masks in zip((first, second), canvas, strict=True):
        for (x1, y1, x2, y2), mask in zip(boxes, masks, strict=True):
            mask[y1:y2, x1:x2] = True
    a, b = canvas[0][:, None], canvas[1][None]
    both = (a & b).sum((-2, -1))
    np.testing.assert_allclose(box_iou(first, second), both / (a | b).sum((-2, -1)))
    np.testing.assert_allclose(box_iou(first, second, crowd=True), both / a.sum((-2, -1)))


@pytest.mark.parametrize(('detections', 'objects'), [(0, 0), (0, 3), (3, 0)])
def test_box_iou_of_no_boxes_has_the_right_shape(detections, objects):
    boxes = np.tile(SQUARE, (3, 1))
    assert box_iou(boxes[:detections], boxes[:objects]).shape == (detections, objects)


def test_to_xywh_keeps_corner_and_gives_sides():
    np.testing.assert_array_equal(to_xywh(np.float32([[1, 2, 5, 10]])), [[1, 2, 4, 8]])
    assert to_xywh([]).shape == (0, 4)


def test_an_object_is_found_by_one_detection_only():
    match = match_boxes(_fields([SQUARE, SQUARE], scores=[0.4, 0.8]), _fields([SQUARE]))
    np.testing.assert_array_equal(match, [-1, 0])


def test_the_best_score_chooses_first_even_with_the_smaller_iou():
    match = match_boxes(_fields([SQUARE, _shifted(2)], scores=[0.4, 0.8]), _fields([SQUARE]))
    np.testing.assert_array_equal(match, [-1, 0])


def test_a_detection_takes_the_object_with_the_highest_iou_that_is_free():
    truth = _fields([_shifted(1), SQUARE])
    match = match_boxes(_fields([SQUARE, SQUARE], scores=[0.9, 0.8]), truth)
    np.testing.assert_array_equal(match, [1, 0])


def test_a_detection_of_another_class_finds_nothing():
    truth = _fields([SQUARE, SQUARE], labels=[0, 1])
    match = match_boxes(_fields([SQUARE, SQUARE, SQUARE], labels=[1, 2, 0]), truth)
    np.testing.assert_array_equal(match, [1, -1, 0])


@pytest.mark.parametrize(('width', 'found'), [(5.0, True), (4.99, False)])
def test_iou_of_one_half_is_enough_and_less_is_not(width, found):
    half = [SQUARE[0], SQUARE[1], SQUARE[0] + width, SQUARE[3]]
    match = match_boxes(_fields([half]), _fields([SQUARE]))
    np.testing.assert_array_equal(match, [0 if found else -1])


@pytest.mark.parametrize('seed', range(3))
def test_matching_follows_a_permutation_of_detections_and_objects(seed):
    image = random_images(seed, count=1)[0]
    rng = np.random.default_rng(seed)
    d = rng.permutation(len(image.detections['labels']))
    g = rng.permutation(len(image.objects['labels']))
    match = match_boxes(taken(image.detections, d), taken(image.objects, g))
    back = np.append(g, -1)  # position -1 is the last one
    assert (match >= 0).any()
    np.testing.assert_array_equal(back[match], image.match[d])


@pytest.mark.parametrize(('detections', 'objects'), [(0, 0), (0, 3), (3, 0)])
def test_nothing_is_found_without_objects_or_detections(detections, objects):
    boxes = [SQUARE] * 3
    match = match_boxes(_fields(boxes[:detections]), _fields(boxes[:objects]))
    np.testing.assert_array_equal(match, [-1] * detections)


def test_pairs_are_labelled_objects_of_the_task_with_the_detections_that_found_them():
    rng = np.random.default_rng(0)
    objects = [make_object(rng, cell, label) for cell, label in enumerate([0, 2, 1])]
    objects.append(make_object(rng, 3, 0, **UNLABELLED['core']))
    image = image_of(objects, [exact(row) for row in reversed(objects)])
    detections, found = image.pairs(TASKS['core'])
    assert dict(zip(found.tolist(), detections.tolist(), strict=True)) == {0: 3, 2: 1}
    np.testing.assert_array_equal(image.objects_of(TASKS['core']), [0, 2])


class TestDetectionsThatCount:
    """``detections_of``: right or wrong, but not those that nobody can judge."""

    @pytest.fixture
    def objects(self):
        rng = np.random.default_rng(1)
        unlabelled = UNLABELLED['core']
        return [make_object(rng, 0), make_object(rng, 1, **unlabelled), make_object(rng, 2, 2)]

    def _counted(self, objects, detections, ignored=()):
        image = image_of(objects, detections, ignored)
        return image.detections_of(TASKS['core']).tolist()

    def test_the_one_on_a_labelled_object_and_its_duplicate_count(self, objects):
        assert self._counted(objects, [exact(objects[0], 0.9), exact(objects[0], 0.1)]) == [0, 1]

    def test_those_on_an_unlabelled_object_do_not_count(self, objects):
        assert self._counted(objects, [exact(objects[1], 0.9), exact(objects[1], 0.1)]) == []

    def test_one_on_background_counts(self, objects):
        background = exact(make_object(np.random.default_rng(0), 7))
        assert self._counted(objects, [background]) == [0]

    def test_one_of_another_class_on_an_unlabelled_object_counts(self, objects):
        assert self._counted(objects, [{**exact(objects[1]), 'labels': 1}]) == [0]

    def test_one_of_a_class_without_the_task_does_not_count(self, objects):
        assert self._counted(objects, [exact(objects[2])]) == []

    def test_one_in_an_ignored_box_counts_only_if_it_found_a_labelled_object(self, objects):
        background = exact(make_object(np.random.default_rng(0), 7))
        everywhere = [[0, 0, 260, 200]]
        assert self._counted(objects, [background, exact(objects[0])], everywhere) == [1]

    def test_one_that_lies_mostly_outside_an_ignored_box_counts(self, objects):
        background = exact(make_object(np.random.default_rng(0), 7))
        x1, y1, x2, y2 = background['bboxes']
        third = [[x1, y1, x1 + (x2 - x1) / 3, y2]]
        assert self._counted(objects, [background], third) == [0]
