"""What the page keeps, and for how long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from canned import HEIGHT, IMAGE_TASKS, OBJECT_TASKS, TASKS, WIDTH, CannedPredictor, canned_sample

from projects.smn.serving.exports import Exporter, Prediction
from projects.smn.serving.page_results import RecentResults
from projects.smn.tasks import encode_mask

IMAGE = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
MAP_BYTES = HEIGHT * WIDTH


def _results(names=TASKS, **options) -> RecentResults:
    return RecentResults(CannedPredictor(tasks=names).tasks, **options)


@pytest.mark.parametrize('names', [TASKS, OBJECT_TASKS, IMAGE_TASKS], ids=['all', 'obj', 'image'])
@pytest.mark.parametrize('score_thr', [0, 0.5, 0.95])
def test_a_result_comes_back_as_it_was_above_a_threshold(names, score_thr):
    results, prediction = _results(names), Prediction.of(canned_sample(names))
    result = results.get(results.add(IMAGE, prediction), score_thr)
    exporter = Exporter(CannedPredictor(tasks=names).dataset_meta)
    expected = prediction.at_least(score_thr)
    assert exporter.to_dict(result.prediction) == exporter.to_dict(expected)
    assert exporter.to_mask_zip([result.prediction]) == exporter.to_mask_zip([expected])
    assert result.image is IMAGE


def test_a_lower_threshold_brings_back_what_a_higher_one_has_hidden():
    results = _results()
    key = results.add(IMAGE, Prediction.of(canned_sample()))
    found = [len(results.get(key, score_thr).prediction.objects['scores']) for score_thr in (1, 0)]
    assert found == [0, 2]


def test_the_results_that_were_used_last_are_kept_within_the_limit():
    prediction = Prediction.of(canned_sample(OBJECT_TASKS))
    results = _results(OBJECT_TASKS)
    results.add(IMAGE, prediction)
    results = _results(OBJECT_TASKS, max_bytes=3 * results.num_bytes)
    first, second, third = (results.add(IMAGE, prediction) for _ in range(3))
    results.get(first, 0)
    fourth = results.add(IMAGE, prediction)
    assert len(results) == 3
    for key in (first, third, fourth):
        results.get(key, 0)
    with pytest.raises(KeyError):
        results.get(second, 0)


def _bytes_of(prediction: Prediction, names=TASKS) -> int:
    results = _results(names)
    results.add(IMAGE, prediction)
    return results.num_bytes


def test_semantic_maps_count_towards_the_limit():
    with_map, without = ['mask', 'ground'], ['mask']
    difference = _bytes_of(Prediction.of(canned_sample(with_map)), with_map) - _bytes_of(
        Prediction.of(canned_sample(without)), without
    )
    assert difference == MAP_BYTES


def test_masks_count_towards_the_limit_by_how_long_their_code_is():
    plain = Prediction.of(canned_sample(['mask']))
    ragged = np.random.default_rng(0).random(plain.objects['mask'].shape) < 0.5
    codes = [
        sum(len(encode_mask(mask)['counts']) for mask in masks)
        for masks in (plain.objects['mask'], ragged)
    ]
    complex_ = replace(plain, objects={**plain.objects, 'mask': ragged})
    assert codes[1] > 1000
    difference = _bytes_of(complex_, ['mask']) - _bytes_of(plain, ['mask'])
    assert difference == codes[1] - codes[0]


def test_a_result_counts_even_if_its_image_is_tiny_and_gives_its_bytes_back():
    results, prediction = (
        _results(['mask'], max_bytes=100_000),
        Prediction.of(canned_sample(['mask'])),
    )
    tiny = np.zeros((1, 1, 3), np.uint8)
    for _ in range(100):
        results.add(tiny, prediction)
        assert results.num_bytes <= 100_000
    assert 0 < len(results) < 50


def test_the_newest_result_is_kept_whatever_its_size():
    results = _results(max_bytes=1)
    keys = [results.add(IMAGE, Prediction.of(canned_sample())) for _ in range(2)]
    assert len(results) == 1
    results.get(keys[1], 0)


def test_no_two_results_share_a_key():
    results, prediction = _results(), Prediction.of(canned_sample())
    assert len({results.add(IMAGE, prediction) for _ in range(50)}) == 50
