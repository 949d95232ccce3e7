"""What holds for the metrics of all tasks together."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.evaluator import Evaluator
from mmengine.structures import InstanceData
from pycocotools import mask as mask_utils
from scored_images import (
    CLASSES,
    HEIGHT,
    TASK_CONFIGS,
    TASKS,
    UNLABELLED,
    WIDTH,
    compared,
    exact,
    extended,
    image_of,
    make_object,
    perfect_images,
    random_images,
    scores,
    taken,
)

from projects.smn.errors import UserError
from projects.smn.evaluation import MultiTaskMetric, metrics_table

FREE_CELL = 11


def _same(values):
    return pytest.approx(values, abs=1e-9, nan_ok=True)


@pytest.fixture(params=range(2))
def images(request):
    return random_images(request.param, count=3)


def test_a_perfect_prediction_has_one_everywhere_and_no_error():
    values = scores(perfect_images(0))
    assert len(values) > 30
    for name, value in values.items():
        is_error = name.endswith('MAE')
        assert math.isnan(value) or value == pytest.approx(0 if is_error else 1), name
    # Only sizes that do not occur are left out.
    assert {k.split('/')[1] for k, v in values.items() if math.isnan(v)} <= {'mAP_m', 'mAP_l'}


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('count', [1, 3])
def test_an_unlabelled_object_and_detections_on_it_change_nothing(task, count, images):
    row = make_object(np.random.default_rng(0), FREE_CELL, **UNLABELLED[task])
    right = make_object(np.random.default_rng(0), FREE_CELL)
    found = [exact(right, 0.99 - 0.1 * i) for i in range(count)]
    changed = [extended(images[0], [row], found), *images[1:]]
    assert scores(changed, task) == _same(scores(images, task))
    labelled = [extended(images[0], [right], found), *images[1:]]
    assert scores(labelled, task) != _same(scores(images, task))


@pytest.mark.parametrize('task', TASKS)
def test_an_unlabelled_object_that_was_not_found_changes_nothing(task, images):
    row = make_object(np.random.default_rng(0), FREE_CELL, **UNLABELLED[task])
    changed = [extended(images[0], [row], []), *images[1:]]
    assert scores(changed, task) == _same(scores(images, task))
    labelled = [extended(images[0], [make_object(np.random.default_rng(0), FREE_CELL)], [])]
    assert scores([*labelled, *images[1:]], task) != _same(scores(images, task))


@pytest.mark.parametrize('task', [name for name in TASKS if name != 'mask'])
def test_objects_of_a_class_without_the_task_change_nothing(task, images):
    rng = np.random.default_rng(0)
    rows = [make_object(rng, 10, 2), make_object(rng, 11, 2)]
    assert CLASSES[2] not in TASKS[task].of
    changed = [extended(images[0], rows, [exact(rows[0], 0.9)]), *images[1:]]
    assert scores(changed, task) == _same(scores(images, task))


@pytest.mark.parametrize('label', range(3))
def test_a_detection_in_an_ignored_box_changes_nothing(label, images):
    row = make_object(np.random.default_rng(0), FREE_CELL, label)
    detections = [exact(row, 0.99)]
    crowd = row['bboxes'] + [-5, -5, 5, 5]
    excused = [extended(images[0], [], detections, [crowd]), *images[1:]]
    assert scores(excused) == _same(scores(images))
    wrong = scores([extended(images[0], [], detections), *images[1:]])
    for task in ('bbox', *TASKS):
        ap = f'{task}/OKS_AP' if task == 'ends' else f'{task}/mAP'
        has_it = task == 'bbox' or CLASSES[label] in TASKS[task].of
        if ap in wrong and has_it:
            assert wrong[ap] < scores(images)[ap]


def test_the_order_of_images_does_not_matter(images):
    order = np.random.default_rng(0).permutation(len(images))
    assert scores([images[i] for i in order]) == _same(scores(images))


def test_the_order_of_detections_and_objects_does_not_matter(images):
    rng = np.random.default_rng(0)
    shuffled = [
        compared(
            taken(image.detections, rng.permutation(len(image.detections['labels']))),
            taken(image.objects, rng.permutation(len(image.objects['labels']))),
            image.ignored,
        )
        for image in images
    ]
    assert scores(shuffled) == _same(scores(images))


def test_an_image_without_objects_or_detections_changes_nothing(images):
    assert scores([*images, image_of([], [])]) == _same(scores(images))


def test_detections_on_an_image_without_objects_only_cost_precision(images):
    found = [exact(make_object(np.random.default_rng(0), 0, label), 0.99) for label in range(3)]
    before, after = scores(images), scores([*images, image_of([], found)])
    changed = {name for name in before if after[name] != _same(before[name])}
    assert {'bbox/mAP', 'mask/mAP', 'core/mAP', 'ends/OKS_AP'} <= changed
    assert all('AP' in name and after[name] < before[name] for name in changed)


def test_objects_on_an_image_without_detections_only_cost_recall(images):
    missed = [make_object(np.random.default_rng(0), 0, label) for label in range(3)]
    before, after = scores(images), scores([*images, image_of(missed, [])])
    changed = {name for name in before if after[name] != _same(before[name])}
    assert {f'{task}/matched' for task in ('bbox', *TASKS)} <= changed
    assert all('AP' in n or n.endswith('matched') for n in changed)
    assert all(after[name] < before[name] for name in changed)


def test_nothing_found_is_zero_average_precision_and_no_value_elsewhere():
    values = scores([image_of([make_object(np.random.default_rng(0))], [])])
    assert values['bbox/mAP'] == values['mask/mAP'] == values['ends/OKS_AP'] == 0
    assert all(values[f'{task}/matched'] == 0 for task in ('bbox', *TASKS))
    for name in ('mask/Dice', 'ends/PCK', 'grade/kappa', 'colour/accuracy', 'length/MAE'):
        assert math.isnan(values[name])


@pytest.mark.parametrize('count', [0, 1, 2])
def test_without_objects_and_detections_nothing_is_measured(count):
    values = scores([image_of([], []) for _ in range(count)])
    assert set(values) == set(scores(random_images(0)))
    assert all(map(math.isnan, values.values()))


@pytest.mark.parametrize('task', TASKS)
def test_a_task_without_any_label_has_no_value_and_a_dash_in_the_table(task):
    rng = np.random.default_rng(0)
    objects = [make_object(rng, cell, cell % 2, **UNLABELLED[task]) for cell in range(4)]
    found = [exact(make_object(rng, cell, cell % 2), 0.5) for cell in range(4)]
    values = scores([image_of(objects, found)])
    assert all(math.isnan(v) for k, v in values.items() if k.startswith(f'{task}/'))
    assert not math.isnan(values['bbox/mAP'])
    lines = metrics_table(values).splitlines()
    cells = {line.split('|')[1].strip(): line.split('|')[2:-1] for line in lines}
    assert {cell.strip() for cell in cells[task]} == {'', '-'}
    assert '-' not in {cell.strip() for cell in cells['bbox']}


class TestThroughTheEvaluator:
    """From data samples, as a run hands them over."""

    def _instances(self, fields):
        data = InstanceData()
        for name, value in fields.items():
            if name in ('mask', 'core'):
                masks = [mask_utils.decode(mask) for mask in value]
                value = BitmapMasks(masks, HEIGHT, WIDTH)
            elif name != 'scores' and value.dtype == float:
                value = torch.tensor(value, dtype=torch.float32)
            else:
                value = torch.tensor(value)
            data[name] = value
        return data

    def _sample(self, image, complete=True):
        sample = DetDataSample(metainfo=dict(complete=complete))
        sample.gt_instances = self._instances(image.objects)
        sample.gt_instances.set_metainfo(dict(complete=complete))
        sample.pred_instances = self._instances(image.detections)
        for name in ('mask', 'core'):  # predicted masks are RLE, labels are not yet
            sample.pred_instances[name] = image.detections[name]
        sample.ignored_instances = InstanceData(bboxes=torch.tensor(image.ignored))
        return sample

    def test_a_detection_of_a_class_that_is_not_boxed_is_neither_right_nor_wrong(self):
        """An apple and a pear are found, and above each a detection of nothing has a higher score.

        Then half of the detections of a class are right when its object is found: an AP of 1/2.
        """
        rng = np.random.default_rng(0)
        objects = [make_object(rng, cell, cell) for cell in (0, 1)]
        nothing = [make_object(rng, 4 + label, label) for label in (0, 1)]
        detections = [*(exact(o, 0.8) for o in objects), *(exact(o, 0.9) for o in nothing)]
        image = image_of(objects, detections)

        def score(complete):
            evaluator = Evaluator([dict(type='MultiTaskMetric')])
            evaluator.dataset_meta = dict(classes=CLASSES, tasks=TASK_CONFIGS)
            evaluator.process(data_samples=[self._sample(image, complete)])
            metrics = evaluator.evaluate(1)
            return [metrics[name] for name in ('bbox/mAP', 'mask/mAP', 'ends/OKS_AP')]

        assert score(True) == pytest.approx([0.5] * 3, abs=0.01)
        assert score((2,)) == pytest.approx([1.0] * 3)
        assert score((0,)) == pytest.approx([0.75] * 3, abs=0.01)
        assert score((0, 2)) == score((0,))
        assert score((1, 2)) == score((0, 2))
        assert score(False) == score((2,))

    def _evaluate(self, images, incomplete=()):
        """All metrics; ``incomplete`` has the positions of images that are not complete."""
        evaluator = Evaluator([dict(type='MultiTaskMetric')])
        evaluator.dataset_meta = dict(classes=CLASSES, tasks=TASK_CONFIGS)
        for i, image in enumerate(images):
            evaluator.process(data_samples=[self._sample(image, i not in incomplete)])
        return evaluator.evaluate(len(images))

    def test_the_metrics_are_those_of_the_arrays(self):
        images = [*random_images(1), image_of([], [])]
        crowd = make_object(np.random.default_rng(0), FREE_CELL)
        images[0] = extended(images[0], [], [exact(crowd, 0.99)], [crowd['bboxes']])
        assert self._evaluate(images) == pytest.approx(scores(images), abs=1e-5, nan_ok=True)

    def test_samples_without_ignored_boxes_or_objects_work(self):
        images = [image_of([], []), image_of([], [exact(make_object(np.random.default_rng(0)))])]
        sample = self._sample(images[0])
        sample.ignored_instances = InstanceData()
        evaluator = Evaluator([dict(type='MultiTaskMetric')])
        evaluator.dataset_meta = dict(classes=CLASSES, tasks=TASK_CONFIGS)
        evaluator.process(data_samples=[sample, self._sample(images[1])])
        assert all(map(math.isnan, evaluator.evaluate(2).values()))

    def test_metrics_are_named_by_task(self):
        names = {name.partition('/')[0] for name in self._evaluate(random_images(0, count=1))}
        assert names == {'bbox', *TASKS}

    @pytest.mark.parametrize('seed', range(3))
    def test_detections_of_nothing_cost_precision_on_complete_images_only(self, seed):
        images = random_images(seed, count=3)
        rng = np.random.default_rng(seed)
        rows = [make_object(rng, cell, label) for cell in (10, 11) for label in range(3)]
        more = [extended(images[0], [], [exact(row, 0.99) for row in rows]), *images[1:]]
        before = self._evaluate(images, incomplete=[0])
        assert self._evaluate(more, incomplete=[0]) == _same(before)
        after = self._evaluate(more, incomplete=[1])
        for name in ('bbox/mAP', 'mask/mAP', 'core/mAP', 'ends/OKS_AP'):
            assert after[name] < before[name]

    def test_on_an_incomplete_image_the_labelled_objects_count_as_ever(self):
        images = [*random_images(0, count=2), *perfect_images(0, count=1)]
        complete, incomplete = self._evaluate(images), self._evaluate(images, incomplete=[0, 1, 2])
        changed = {name for name in complete if incomplete[name] != _same(complete[name])}
        assert changed
        assert all('AP' in name and incomplete[name] > complete[name] for name in changed)
        missed = [
            extended(image, [make_object(np.random.default_rng(0), 11)], []) for image in images
        ]
        recall = self._evaluate(missed, incomplete=[0, 1, 2])
        for name in ('bbox', 'mask', 'core'):
            assert recall[f'{name}/mAP'] < incomplete[f'{name}/mAP']
            assert recall[f'{name}/matched'] < incomplete[f'{name}/matched']

    def test_a_perfect_prediction_does_not_depend_on_complete(self):
        images = perfect_images(0, count=2)
        assert self._evaluate(images, incomplete=[0, 1]) == _same(self._evaluate(images))

    def test_samples_that_say_nothing_about_complete_are_complete(self):
        images = random_images(0, count=2)
        evaluator = Evaluator([dict(type='MultiTaskMetric')])
        evaluator.dataset_meta = dict(classes=CLASSES, tasks=TASK_CONFIGS)
        for image in images:
            sample = self._sample(image)
            sample.pop('complete')
            evaluator.process(data_samples=[sample])
        assert evaluator.evaluate(len(images)) == _same(self._evaluate(images))


def test_thresholds_that_are_not_cocos_are_refused_before_a_validation():
    assert MultiTaskMetric(box_ious=(0.6,)).box_ious == (0.6,)
    for wrong in ((0.3,), 0.6, ('high',)):
        with pytest.raises(UserError, match=r'^box_ious must be a list with some of'):
            MultiTaskMetric(box_ious=wrong)
