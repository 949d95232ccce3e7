"""Files that label whole images: what is refused, and in which words."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import read_coco, write_coco
from PIL import Image
from whole_images import TASKS, make_whole_images, remove_label
from whole_images import whole_dataset as make_dataset

from projects.smn.errors import UserError


@pytest.fixture
def root(tmp_path):
    return make_whole_images(tmp_path / 'whole')


def change(root, *images: dict) -> None:
    """Update the records of the first images."""
    content = read_coco(root)
    for record, update in zip(content['images'], images, strict=False):
        record.update(update)
    write_coco(root, content)


def without(root, task: str, number: int = 1) -> None:
    """Take a label away from an image."""
    content = read_coco(root)
    remove_label(content['images'][number - 1], task)
    write_coco(root, content)


def sample(root, *transforms, index=0, **options):
    return make_dataset(root, *transforms, **options)[index]['data_samples']


@pytest.mark.parametrize(
    ('update', 'message'),
    [
        (dict(boxes=dict(head=[1, 2, 3])), r"image 1: task 'head': .* is not \[x, y, width"),
        (dict(boxes=dict(head=[1, 2, 0, 3])), r"image 1: task 'head': .* positive width"),
        (dict(boxes=[1, 2, 3, 4]), r"image 1: task 'head': `boxes` must map"),
        (dict(attributes=dict(species='cow')), "image 1: task 'species': 'cow' is not one of"),
        (dict(attributes=dict(weight='fat')), "image 1: task 'weight': 'fat' is no finite number"),
        (dict(seg_map=['1.png']), "image 1: task 'map': .* is not the name of a file"),
        (dict(seg_map='../1.png'), r"image 1: task 'map': '../1\.png' does not lie inside"),
    ],
)
def test_a_wrong_label_is_named_when_the_file_is_read(root, update, message):
    change(root, update)
    with pytest.raises(UserError, match=rf'train\.json: {message}') as error:
        make_dataset(root)
    assert '\n' not in str(error.value)


def test_without_a_folder_for_maps_the_data_set_says_what_it_needs(root):
    with pytest.raises(UserError, match=r"'map'.*data_prefix=dict\(seg="):
        make_dataset(root, data_prefix=dict(img='images/'))
    others = {name: config for name, config in TASKS.items() if name != 'map'}
    assert len(make_dataset(root, tasks=others, data_prefix=dict(img='images/'))) == 3


def save_map(root, array) -> None:
    Image.fromarray(array).save(root / 'maps' / '1.png')


@pytest.mark.parametrize(
    ('shape', 'value', 'message'),
    [
        ((48, 63), 0, '63 x 48 pixels, its image 64 x 48'),
        ((64, 48), 0, '48 x 64 pixels, its image 64 x 48'),
        ((48, 64), 3, "'map'.* pixels of value 3, but 3 classes have the values 0 to 2"),
        ((48, 64, 3), 0, 'one channel of 8 bits'),
        ((48, 64, 4), 0, 'one channel of 8 bits'),
    ],
)
def test_a_map_that_does_not_fit_is_named(root, shape, value, message):
    save_map(root, np.full(shape, value, np.uint8))
    with pytest.raises(UserError, match=rf'maps/1\.png.*{message}') as error:
        sample(root)
    assert '\n' not in str(error.value)


def test_a_map_of_16_bits_is_named(root):
    save_map(root, np.zeros((48, 64), np.uint16))
    with pytest.raises(UserError, match=r'maps/1\.png.*one channel of 8 bits'):
        sample(root)


def test_a_map_that_is_missing_or_no_picture_is_named(root):
    dataset = make_dataset(root)
    path = root / 'maps' / '1.png'
    path.write_bytes(b'no picture')
    with pytest.raises(UserError, match=r'maps/1\.png cannot be read'):
        dataset[0]
    path.unlink()
    with pytest.raises(UserError, match=r'there is no semantic map .*maps/1\.png'):
        dataset[0]


def test_missing_maps_are_counted_when_the_file_is_read(root):
    for number in (2, 3):
        (root / 'maps' / f'{number}.png').unlink()
    without(root, 'map', 1)
    with pytest.raises(UserError, match=r"the map 'map' of image 2, .*2\.png.*2 of 2 are missing"):
        make_dataset(root)


def test_a_task_of_the_config_that_contradicts_its_kind_is_refused(root):
    with pytest.raises(UserError, match='map'):
        make_dataset(root, tasks=dict(map=dict(TASKS['map'], per='object')))


def test_a_transform_that_cannot_move_a_map_is_refused(root):
    tasks = dict(map=TASKS['map'])
    with pytest.raises(UserError, match="RandomAffine, which does not move the labels of 'map'"):
        make_dataset(root, dict(type='RandomAffine'), tasks=tasks)
