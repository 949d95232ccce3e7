"""Metrics of semantic maps, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from whole_samples import TASKS, fields, metrics_of, sample

from projects.smn.tasks import IGNORED

NAMES = TASKS['map']['classes']
NAN = float('nan')


def maps(seed, count=4, unlabelled=0.2):
    """Pairs of predicted and true maps (1, H, W); some pixels are not labelled."""
    rng = np.random.default_rng(seed)
    pairs = []
    for index in range(count):
        predicted, true = fields(100 * seed + index)['map'], fields(100 * seed + 50 + index)['map']
        agree = rng.random(true.shape) < 0.6
        predicted = np.where(agree, true, predicted)
        true = np.where(rng.random(true.shape) < unlabelled, IGNORED, true)
        pairs.append((predicted.astype(np.uint8), true.astype(np.uint8)))
    return pairs


def scores(pairs, **options):
    """The metrics of the map, without the task's name for those of all classes."""
    tasks = dict(map={**TASKS['map'], **options})
    found = metrics_of([sample(dict(map=p), dict(map=t)) for p, t in pairs], tasks)
    return {key.removeprefix('map/').removeprefix('map:'): value for key, value in found.items()}


def by_hand(pairs, objects=(1, 2, 3)):
    predicted, true = (np.concatenate([p[i].ravel() for p in pairs]) for i in (0, 1))
    predicted, true = predicted[true != IGNORED], true[true != IGNORED]
    iou, dice = [], []
    for index in range(len(NAMES)):
        both = ((predicted == index) & (true == index)).sum()
        sizes = (predicted == index).sum() + (true == index).sum()
        iou.append(both / (sizes - both) if sizes else NAN)
        dice.append(2 * both / sizes if sizes else NAN)
    values = dict(pixel_accuracy=(predicted == true).mean() if len(true) else NAN)
    for name, numbers in (('IoU', iou), ('Dice', dice)):
        values.update({f'{c}/{name}': n for c, n in zip(NAMES, numbers, strict=True)})
        values[f'm{name}'] = mean(numbers)
        values[f'm{name}_objects'] = mean([numbers[i] for i in objects])
    return values


def mean(numbers):
    known = [number for number in numbers if not np.isnan(number)]
    return sum(known) / len(known) if known else NAN


def same(values):
    return pytest.approx(values, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize('seed', range(4))
def test_they_are_what_an_independent_computation_gives(seed):
    assert scores(maps(seed)) == same(by_hand(maps(seed)))


def test_another_background_or_none_changes_only_the_means_of_the_objects():
    pairs = maps(0)
    assert scores(pairs, background='tail') == same(by_hand(pairs, objects=(0, 1, 2)))
    assert scores(pairs, background=None) == same(by_hand(pairs, objects=(0, 1, 2, 3)))


def test_a_perfect_prediction_has_one_everywhere():
    pairs = [(np.where(t == IGNORED, 0, t).astype(np.uint8), t) for _, t in maps(0)]
    assert set(scores(pairs).values()) == {1.0}


def test_a_class_that_nobody_mentions_has_no_number_and_is_left_out_of_the_means():
    pairs = [(np.minimum(p, 1), np.where(t == IGNORED, t, np.minimum(t, 1))) for p, t in maps(0)]
    found = scores(pairs)
    assert found == same(by_hand(pairs))
    assert np.isnan(found['head/IoU'])
    assert found['mIoU'] == same((found['background/IoU'] + found['fur/IoU']) / 2)


def test_a_class_that_is_only_predicted_has_zero():
    true = np.zeros((1, 9, 12), np.uint8)
    predicted = true.copy()
    predicted[0, 0] = 3
    found = scores([(predicted, true)])
    assert found['tail/IoU'] == found['tail/Dice'] == 0
    assert found == same(by_hand([(predicted, true)]))


def test_what_is_said_of_unlabelled_pixels_changes_nothing():
    changed = [(np.where(t == IGNORED, (p + 1) % 4, p).astype(np.uint8), t) for p, t in maps(0)]
    assert scores(changed) == scores(maps(0))


def test_an_unlabelled_image_changes_nothing():
    nothing = np.full((1, 9, 12), IGNORED, np.uint8)
    assert scores([*maps(0), (maps(1)[0][0], nothing)]) == scores(maps(0))


def test_nothing_labelled_is_no_number():
    nothing = np.full((1, 9, 12), IGNORED, np.uint8)
    found = scores([(maps(0)[0][0], nothing)])
    assert set(found) == set(scores(maps(0)))
    assert all(map(np.isnan, found.values()))


@pytest.mark.parametrize('axis', [1, 2])
def test_many_images_are_one_big_image(axis):
    pairs = maps(2)
    big = tuple(np.concatenate([pair[i] for pair in pairs], axis=axis) for i in (0, 1))
    assert scores(pairs) == same(scores([big]))
    assert scores(pairs[::-1]) == same(scores(pairs))


def test_a_slash_in_the_name_of_a_class_does_not_make_a_metric_of_it():
    names = ('background', 'fur/hair', 'head', 'tail')
    found = scores(maps(0), classes=names)
    assert found['fur_hair/IoU'] == scores(maps(0))['fur/IoU']
