"""Arrays without a word about what they mean become files and records that say it."""

from __future__ import annotations

from io import BytesIO

import h5py
import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as rle
from raw_array_files import COUNT, HEIGHT, WIDTH, make_arrays, write_arrays

from projects.smn.convert.array_records import ArrayConverter
from projects.smn.convert.raw_arrays import Conventions, open_arrays
from projects.smn.errors import UserError


@pytest.fixture
def convert(tmp_path):
    """Write arrays and convert them: keys to pixels, the COCO file, what was noticed."""

    def call(conventions=Conventions(), **arrays):  # noqa: B008 (it cannot be changed)
        with open_arrays(write_arrays(tmp_path / 'raw', **arrays)) as opened:
            converter = ArrayConverter(opened, conventions, 'train')
            files = {
                key: np.asarray(Image.open(BytesIO(content))) for key, content in converter.files()
            }
        return files, converter.coco, converter.noticed

    return call


def test_pixels_are_kept(convert):
    files, coco, _ = convert()
    images = make_arrays()['images']
    assert [image['file_name'] for image in coco['images']] == [
        f'train_{number:06d}.png' for number in range(1, COUNT + 1)
    ]
    for image, expected in zip(coco['images'], images, strict=True):
        assert np.array_equal(files[f'images/{image["file_name"]}'], expected)
        assert (image['width'], image['height']) == (WIDTH, HEIGHT)


def test_channels_may_be_the_other_way_round(convert):
    files, _, _ = convert(Conventions(channels='bgr'), images=make_arrays()['images'][..., ::-1])
    assert np.array_equal(files['images/train_000001.png'], make_arrays()['images'][0])


@pytest.mark.parametrize('shape', [(COUNT, HEIGHT, WIDTH), (COUNT, HEIGHT, WIDTH, 1)])
@pytest.mark.parametrize('scale', [1, 255])
def test_a_mask_is_a_map_and_the_one_object(convert, shape, scale):
    masks = make_arrays()['masks'].reshape(shape) * scale
    files, coco, noticed = convert(Conventions(class_name='pet'), masks=masks)
    expected = make_arrays()['masks'][..., 0]
    for image, mask in zip(coco['images'], expected, strict=True):
        assert np.array_equal(files[f'annotations/semantic/{image["seg_map"]}'], mask)
        assert 'complete' not in image
    assert [annotation['image_id'] for annotation in coco['annotations']] == [1, 2, 3]
    for annotation, mask in zip(coco['annotations'], expected, strict=False):
        assert np.array_equal(rle.decode(annotation['segmentation']), mask)
        assert annotation['bbox'] == [3, 2, 10, 6]
        assert annotation['area'] == 60
    assert coco['categories'] == [dict(id=1, name='pet')]
    assert noticed['images whose mask is empty'] == 1


def test_a_trimap_needs_words_about_its_values(convert):
    trimaps = np.full((COUNT, HEIGHT, WIDTH), 2)
    trimaps[:, 2:8, 3:13], trimaps[:, 2] = 1, 3
    with pytest.raises(UserError, match=r'values 1, 2, 3: .*--mask-object.*--mask-ignore'):
        convert(masks=trimaps)
    # 2 is background here, which must be 0: nothing is guessed.
    with pytest.raises(UserError, match='all others must be named'):
        convert(Conventions(mask_object=frozenset({1}), mask_ignore=frozenset({3})), masks=trimaps)
    trimaps[trimaps == 2] = 0
    files, coco, _ = convert(Conventions(mask_ignore=frozenset({3})), masks=trimaps)
    values = files['annotations/semantic/train_000001.png']
    assert (values[2] == 255).all()
    assert (values[3:8, 3:13] == 1).all()
    assert coco['annotations'][0]['bbox'] == [3, 3, 10, 5]


def test_both_formats_say_the_same_box_and_one_without_area_is_absent(convert):
    corners = make_arrays()['bboxes']
    sizes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    _, first, noticed = convert(Conventions(box_name='head'), bboxes=corners)
    _, second, _ = convert(Conventions(box_name='head', box_format='xywh'), bboxes=sizes)
    assert first == second
    boxes = [image.get('boxes') for image in first['images']]
    assert boxes == [dict(head=[3, 2, 10, 6])] * 2 + [None] + [dict(head=[3, 2, 10, 6])]
    assert noticed['images without head'] == 1


def test_boxes_are_cut_off_at_the_edge_and_left_out_beyond(convert):
    bboxes = np.array([[-4.0, 2, 30, 8], [20, 2, 30, 8], [0, 0, 1, 1], [np.nan] * 4])
    _, coco, noticed = convert(bboxes=bboxes)
    boxes = [image.get('boxes', {}).get('box') for image in coco['images']]
    assert boxes == [[0, 2, 16, 6], None, [0, 0, 1, 1], None]
    assert sum(noticed[what] for what in noticed if what.startswith('boxes')) == 2


def test_the_binary_label_gets_its_words_and_nan_is_absent(convert):
    conventions = Conventions(binary_name='species', binary_classes=('cat', 'dog'))
    for binary in (make_arrays()['binary'], make_arrays()['binary'][:, 0]):
        _, coco, _ = convert(conventions, binary=binary)
        labels = [image.get('attributes', {}).get('species') for image in coco['images']]
        assert labels == ['cat', 'dog', None, 'dog']
        objects = {a['image_id']: a.get('attributes') for a in coco['annotations']}
        assert objects == {1: dict(species='cat'), 2: dict(species='dog'), 3: None}


def test_images_alone_are_not_complete(convert):
    _, coco, _ = convert(masks=None, bboxes=None, binary=None)
    assert coco['annotations'] == []
    for image in coco['images']:
        assert image['complete'] is False
        assert not {'seg_map', 'boxes', 'attributes'} & set(image)


def test_numbers_may_be_of_any_type(convert):
    whole = make_arrays()
    expected = convert()
    again = convert(images=whole['images'].astype(float), masks=whole['masks'].astype(bool))
    assert again[1] == expected[1]
    assert all(np.array_equal(again[0][key], value) for key, value in expected[0].items())


@pytest.mark.parametrize(
    ('arrays', 'words'),
    [
        (dict(images=None), 'has no images.h5'),
        (dict(images=np.zeros((COUNT, HEIGHT, WIDTH), np.uint8)), r'not \(4, 12, 16, 3\)'),
        (dict(images=np.zeros((0, HEIGHT, WIDTH, 3), np.uint8)), 'images.h5 is empty'),
        (dict(images=make_arrays()['images'] / 255), 'row 0 has other values than whole numbers'),
        (dict(masks=np.zeros((COUNT, 5, 5), np.uint8)), r'masks.h5: .* not \(4, 12, 16\) or'),
        (dict(masks=np.full((COUNT, HEIGHT, WIDTH), np.nan)), 'whole numbers from 0 to 255'),
        (dict(masks=np.full((COUNT, HEIGHT, WIDTH), -1)), 'whole numbers from 0 to 255'),
        (dict(bboxes=np.zeros((COUNT - 1, 4))), 'bboxes.h5: the shape is'),
        (
            dict(bboxes=np.array([[5.0, 5, 3, 3]] * COUNT)),
            'row 0, .*cannot be xyxy; see --box-format',
        ),
        (dict(bboxes=np.array([[0.1, 0.1, 0.5, 0.9]] * COUNT)), 'these are fractions'),
        (dict(binary=np.array([0, 1, 2, 1])), 'row 2 is 2, not 0 or 1'),
        (dict(binary=np.array([b'a'] * COUNT)), 'has no numbers'),
    ],
)
def test_what_contradicts_the_conventions_is_refused(convert, arrays, words):
    with pytest.raises(UserError, match=words) as error:
        convert(**arrays)
    assert '\n' not in str(error.value)


def test_the_array_may_have_another_name_if_it_is_the_only_one(tmp_path):
    folder = write_arrays(tmp_path, masks=None)
    (folder / 'binary.h5').unlink()
    with h5py.File(folder / 'binary.h5', 'w') as file:
        file['labels'] = np.zeros(COUNT)
    with open_arrays(folder) as arrays:
        assert arrays['binary'].name == '/labels'
    with h5py.File(folder / 'binary.h5', 'a') as file:
        file['more'] = np.zeros(COUNT)
    with (
        pytest.raises(UserError, match="no array 'binary'; it has 'labels', 'more'"),
        open_arrays(folder),
    ):
        pass
