"""A class for every pixel: options, labels, what is written."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from pycocotools import mask as mask_utils

from projects.smn.errors import UserError
from projects.smn.tasks import IGNORED, SemanticTask

CLASSES = ('background', 'floor', 'shelf')


def task(**options):
    options = {'name': 'scene', 'classes': CLASSES, 'dataset_classes': ('person',), **options}
    return SemanticTask(**options)


def values(seed=0):
    return np.random.default_rng(seed).integers(0, len(CLASSES), (1, 9, 14)).astype(np.uint8)


def test_the_label_is_the_file_that_the_image_record_names():
    assert task().find_label(dict(seg_map='a.png', depth='b.png')) == 'a.png'
    assert task(source='depth').find_label(dict(seg_map='a.png', depth='b.png')) == 'b.png'
    assert task().find_label(dict(id=1)) is None
    assert task().parse_label('a.png') == 'a.png'


@pytest.mark.parametrize('label', ['', 3, [], ['a.png'], {}, True])
def test_a_label_that_is_no_file_name_is_refused(label):
    with pytest.raises(UserError, match='is not the name of a file'):
        task().parse_label(label)


def test_removing_the_label_leaves_an_image_that_is_not_labelled():
    record = dict(id=1, seg_map='a.png')
    assert task().without_label(record) == dict(id=1)
    assert record == dict(id=1, seg_map='a.png')


@pytest.mark.parametrize('classes', ['floor', (), ('floor',), ('a', 'b', 'a')])
def test_classes_must_be_two_or_more_different_names(classes):
    with pytest.raises(UserError, match=r"'scene': classes must"):
        task(classes=classes)


def test_255_classes_leave_a_value_for_what_is_not_labelled_and_256_do_not():
    names = [f'c{i}' for i in range(256)]
    assert len(task(classes=names[:255]).classes) == IGNORED
    with pytest.raises(UserError, match='2 to 255'):
        task(classes=names)


def test_the_background_must_be_a_class_or_none():
    assert task(background='floor').background == 'floor'
    assert task(background=None).background is None
    assert task(classes=('a', 'b')).background == 'background'  # the default, which names none
    with pytest.raises(UserError, match=r"'wall' is not a class.*'floor'"):
        task(background='wall')


def test_it_is_about_the_whole_image():
    assert task().per == 'image'
    with pytest.raises(UserError, match='whole image, so it has no `of`'):
        task(of=('person',))
    with pytest.raises(TypeError, match='per'):
        task(per='object')


def loaded(pixels: list) -> np.ndarray:
    """What the task makes of a PNG with these pixels."""
    content = BytesIO()
    Image.fromarray(np.array(pixels, np.uint8)).save(content, 'PNG')
    size = np.shape(pixels)
    return task().load(['map.png'], size, read=lambda path: content.getvalue()).values


@pytest.mark.parametrize('value', [0, 1, 2, IGNORED])
def test_classes_and_unlabelled_pixels_are_accepted(value):
    assert loaded([[0, value]]).tolist() == [[[0, value]]]


@pytest.mark.parametrize('value', [3, 100, 254])
def test_a_value_that_is_no_class_is_named(value):
    with pytest.raises(UserError, match=f'map.png.*pixels of value {value}, but 3 classes'):
        loaded([[0, value, IGNORED]])


@pytest.mark.parametrize('to', [np.asarray, torch.tensor])
def test_one_labelled_pixel_is_a_label(to):
    blank = np.full((1, 2, 2), IGNORED, np.uint8)
    assert task().labelled(dict(scene=to(blank))).tolist() == [False]
    blank[0, 1, 0] = 2
    assert task().labelled(dict(scene=to(blank))).tolist() == [True]


def test_masks_that_are_written_are_those_of_the_map():
    written = task().to_json(dict(scene=values()), 0)
    assert set(written) == set(CLASSES)
    for index, name in enumerate(CLASSES):
        assert np.array_equal(mask_utils.decode(written[name]), values()[0] == index)


def test_a_class_that_is_not_in_the_image_is_not_written():
    written = task().to_json(dict(scene=np.full((1, 9, 14), 2, np.uint8)), 0)
    assert set(written) == {'shelf'}


def test_columns_are_the_shares_of_the_classes_in_percent():
    row = task().to_columns(dict(scene=values()), 0)
    assert list(row) == task().columns()
    assert list(row) == ['scene background (%)', 'scene floor (%)', 'scene shelf (%)']
    for index, share in enumerate(row.values()):
        assert share == pytest.approx(100 * (values() == index).mean(), abs=0.01)
    assert sum(row.values()) == pytest.approx(100, abs=0.02)
