"""Mask labels in, masks out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from helpers import CLASSES, HEIGHT, WIDTH
from pycocotools import mask as mask_utils

from projects.smn.errors import UserError
from projects.smn.tasks import MaskTask, decode_mask, encode_mask

SQUARE = [2, 2, 12, 2, 12, 12, 2, 12]
TRIANGLE = [20.5, 3.25, 40, 30, 15, 33.75]


def task(name='mask', **options):
    return MaskTask(name=name, dataset_classes=CLASSES, **options)


def blob(seed=0):
    return np.random.default_rng(seed).random((HEIGHT, WIDTH)) > 0.6


def test_the_source_follows_from_the_name_unless_it_is_given():
    annotation = dict(segmentation=[SQUARE], masks=dict(spine=[TRIANGLE], mask=[]))
    assert task('mask').find_label(annotation) == [SQUARE]
    assert task('spine').find_label(annotation) == [TRIANGLE]
    assert task('outline', source='segmentation').find_label(annotation) == [SQUARE]
    assert task('middle', source='spine').find_label(annotation) == [TRIANGLE]
    assert task('mask', source='mask').find_label(annotation) == []


@pytest.mark.parametrize('annotation', [{}, dict(masks={}), dict(masks=None), dict(masks={'a': 1})])
def test_an_absent_key_is_no_label(annotation):
    assert task('spine').find_label(annotation) is None
    assert task('mask').find_label(annotation) is None


@pytest.mark.parametrize('masks', [[SQUARE], 'spine', 3])
def test_masks_must_map_names(masks):
    with pytest.raises(UserError, match='`masks` must map'):
        task('spine').find_label(dict(masks=masks))


def test_an_empty_list_is_a_label_and_decodes_to_nothing():
    assert task().parse_label([]) == []
    assert decode_mask([], HEIGHT, WIDTH).tolist() == np.zeros((HEIGHT, WIDTH)).tolist()


@pytest.mark.parametrize(
    'label',
    [
        'polygon',
        5,
        {'counts': 'abc'},
        {},
        SQUARE,  # a polygon that is not in a list
        [[1, 2, 3, 4]],
        [[1, 2, 3, 4, 5, 6, 7]],
        [SQUARE, ['a'] * 6],
        [[[1, 2], [3, 4], [5, 6]]],
    ],
)
def test_what_is_neither_polygons_nor_rle_is_refused(label):
    with pytest.raises(UserError, match='neither a list of polygons'):
        task().parse_label(label)


def uncompressed(mask):
    """COCO's counts: lengths of runs in column order, the first of zeros."""
    flat = mask.flatten(order='F').astype(int)
    ends = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *ends, len(flat)]).tolist()
    return dict(size=[HEIGHT, WIDTH], counts=[0, *runs] if flat[0] else runs)


def as_ascii(rle):
    return dict(rle, counts=rle['counts'].decode())


@pytest.mark.parametrize('seed', range(4))
def test_every_form_of_a_mask_decodes_to_it(seed):
    mask = blob(seed)
    rle = mask_utils.encode(np.asfortranarray(mask, np.uint8))
    for label in (uncompressed(mask), rle, as_ascii(rle), encode_mask(mask)):
        decoded = decode_mask(task().parse_label(label), HEIGHT, WIDTH)
        assert decoded.dtype == np.uint8
        assert np.array_equal(decoded, mask)


FULL = HEIGHT * WIDTH


@pytest.mark.parametrize(
    'counts', [[], [10, 20, 30], [10, FULL], [-5, FULL + 5], [10.0, FULL - 10], '', 'garbage', 'é']
)
def test_runs_that_do_not_fill_their_mask_are_refused(counts):
    with pytest.raises(UserError, match=rf'runs of its RLE .* do not fill \[{HEIGHT}, {WIDTH}\]'):
        task().parse_label(dict(size=[HEIGHT, WIDTH], counts=counts))


@pytest.mark.parametrize('size', [None, 'ab', [HEIGHT], [HEIGHT, str(WIDTH)], [0, 0]])
def test_runs_without_a_size_are_refused(size):
    with pytest.raises(UserError, match='runs of its RLE'):
        task().parse_label(dict(size=size, counts=[FULL]))


@pytest.mark.parametrize('seed', range(4))
def test_compressed_runs_are_those_that_pycocotools_decodes(seed):
    whole = encode_mask(blob(seed))
    for cut in range(1, len(whole['counts'])):
        with pytest.raises(UserError, match='do not fill'):
            task().parse_label(dict(whole, counts=whole['counts'][:cut]))
    for height in (1, 2 * HEIGHT):  # the same runs for another mask
        with pytest.raises(UserError, match='do not fill'):
            task().parse_label(dict(whole, size=[height, WIDTH]))


def test_several_polygons_are_one_mask():
    both = decode_mask([SQUARE, TRIANGLE], HEIGHT, WIDTH)
    parts = [decode_mask([polygon], HEIGHT, WIDTH) for polygon in (SQUARE, TRIANGLE)]
    assert np.array_equal(both, parts[0] | parts[1])
    assert all(part.any() for part in parts)


@pytest.mark.parametrize('mask', [blob(), np.zeros((7, 5), bool), np.ones((1, 1), np.uint8)])
def test_encoding_is_json_and_decoding_its_inverse(mask):
    label = json.loads(json.dumps(encode_mask(mask)))
    assert np.array_equal(decode_mask(label, *mask.shape), mask)


def test_an_empty_mask_says_that_there_is_none():
    assert task().is_labelled(task().parse_label([]))
