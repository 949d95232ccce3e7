"""Codes of masks become indices of classes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from raw_triples import mask

from projects.smn.convert.warehouse.masks import Codes, read_mask
from projects.smn.errors import UserError
from projects.smn.tasks import IGNORED


def test_the_order_of_the_classes_is_the_index_and_a_class_may_have_several_codes():
    codes = Codes.parse(['floor=3', 'wall=0', 'floor=9', 'ignore=255'])
    assert codes.classes == ('floor', 'wall')
    assert codes.values == {3: 0, 0: 1, 9: 0, 255: IGNORED}
    found = codes.to_map(np.array([[0, 3], [9, 255]]), 'x.png')
    assert found.dtype == np.uint8
    assert found.tolist() == [[1, 0], [0, 255]]


def test_codes_in_order_leave_a_mask_as_it_is(tmp_path):
    values = np.random.default_rng(0).integers(0, 4, (9, 7))
    codes = Codes.parse(f'c{n}={n}' for n in range(4))
    assert np.array_equal(codes.to_map(values, tmp_path), values)


@pytest.mark.parametrize('word', ['floor', 'floor=', '=1', 'floor=a', 'floor=-1', 'floor=70000'])
def test_a_word_that_is_no_pair_is_one_sentence(word):
    with pytest.raises(UserError, match='is not NAME=CODE'):
        Codes.parse([word])


def test_a_code_of_two_classes_and_too_many_classes_are_one_sentence():
    with pytest.raises(UserError, match='names the code 1 twice'):
        Codes.parse(['floor=1', 'wall=1'])
    with pytest.raises(UserError, match='has 256 classes'):
        Codes.parse(f'c{n}={n}' for n in range(256))


def test_a_code_outside_the_classes_is_named_with_its_file():
    with pytest.raises(UserError, match=r'x\.png has pixels of code 3, 7, which'):
        Codes.parse(['background=0']).to_map(mask(), 'x.png')


@pytest.mark.parametrize('kind', [np.uint8, np.uint16])
def test_a_mask_is_read_as_it_was_written(tmp_path, kind):
    Image.fromarray(mask().astype(kind)).save(tmp_path / 'a.png')
    assert np.array_equal(read_mask(tmp_path / 'a.png'), mask())


def test_of_a_palette_the_index_counts_and_of_black_and_white_0_and_1(tmp_path):
    image = Image.fromarray(mask())
    image.putpalette([value for n in range(256) for value in (255 - n, n, 90)])
    image.save(tmp_path / 'a.png')
    assert Image.open(tmp_path / 'a.png').mode == 'P'
    assert np.array_equal(read_mask(tmp_path / 'a.png'), mask())
    Image.fromarray(mask() > 0).save(tmp_path / 'b.png')
    assert np.array_equal(read_mask(tmp_path / 'b.png'), mask() > 0)


def test_a_damaged_mask_is_none_and_one_in_colour_is_one_sentence(tmp_path):
    path = tmp_path / 'a.png'
    path.write_bytes(b'no image')
    assert read_mask(path) is None
    Image.fromarray(np.stack([mask()] * 3, axis=-1)).save(path)
    with pytest.raises(UserError, match='is no mask of codes, but an image in RGB'):
        read_mask(path)
