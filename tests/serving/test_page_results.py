"""What the page keeps, and for how long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from canned import HEIGHT, IMAGE, IMAGE_TASKS, OBJECT_TASKS, TASKS, WIDTH, canned_prediction

from projects.smn.serving.mask_zip import mask_zip
from projects.smn.serving.page_results import RecentResults, num_bytes
from projects.smn.tasks import encode_mask

MAP_BYTES = HEIGHT * WIDTH


@pytest.mark.parametrize('names', [TASKS, OBJECT_TASKS, IMAGE_TASKS], ids=['all', 'obj', 'image'])
@pytest.mark.parametrize('score_thr', [0, 0.5, 0.95])
def test_a_result_comes_back_as_it_was_above_a_threshold(names, score_thr):
    results, prediction = RecentResults(), canned_prediction(names)
    result = results.get(results.add(prediction), score_thr)
    expected = prediction.at_least(score_thr)
    assert result.to_dict() == expected.to_dict()
    assert mask_zip([result]) == mask_zip([expected])
    assert result.source is IMAGE


def test_a_lower_threshold_brings_back_what_a_higher_one_has_hidden():
    results = RecentResults()
    key = results.add(canned_prediction())
    assert [len(results.get(key, score_thr)) for score_thr in (1, 0)] == [0, 2]


def test_the_results_that_were_used_last_are_kept_within_the_limit():
    prediction = canned_prediction(OBJECT_TASKS)
    results = RecentResults(max_bytes=3 * num_bytes(prediction))
    first, second, third = (results.add(prediction) for _ in range(3))
    results.get(first, 0)
    fourth = results.add(prediction)
    assert len(results) == 3
    for key in (first, third, fourth):
        results.get(key, 0)
    with pytest.raises(KeyError):
        results.get(second, 0)


def test_semantic_maps_count_towards_the_limit():
    with_map, without = canned_prediction(['mask', 'ground']), canned_prediction(['mask'])
    assert num_bytes(with_map) - num_bytes(without) == MAP_BYTES


def test_masks_count_towards_the_limit_by_how_long_their_code_is():
    plain = canned_prediction(['mask'])
    ragged = [encode_mask(mask) for mask in np.random.default_rng(0).random((2, 48, 64)) < 0.5]
    complex_ = replace(plain, objects={**plain.objects, 'mask': ragged})
    codes = [sum(len(rle['counts']) for rle in p['mask']) for p in (plain, complex_)]
    assert codes[1] > 1000
    assert num_bytes(complex_) - num_bytes(plain) == codes[1] - codes[0]


def test_a_result_counts_even_if_its_image_is_tiny_and_gives_its_bytes_back():
    results = RecentResults(max_bytes=100_000)
    tiny = canned_prediction(['mask'], source=np.zeros((1, 1, 3), np.uint8))
    for _ in range(100):
        results.add(tiny)
        assert results.num_bytes <= 100_000
    assert 0 < len(results) < 50


def test_the_newest_result_is_kept_whatever_its_size():
    results = RecentResults(max_bytes=1)
    keys = [results.add(canned_prediction()) for _ in range(2)]
    assert len(results) == 1
    results.get(keys[1], 0)


def test_no_two_results_share_a_key():
    results, prediction = RecentResults(), canned_prediction()
    assert len({results.add(prediction) for _ in range(50)}) == 50
