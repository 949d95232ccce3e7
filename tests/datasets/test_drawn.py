"""Labels lie on the upright picture, or on the stored one: what is trained on is the same."""

from __future__ import annotations

import json

import numpy as np
import pytest
from changed_coco import objects, reload
from helpers import HEIGHT, WIDTH, make_dataset
from PIL import Image

from projects.smn.errors import UserError
from projects.smn.reading.orientation import MOVES, as_stored

TURNED = range(2, 9)
SWAPPED = range(5, 9)
UPRIGHT = dict(width=WIDTH, height=HEIGHT)


def store(root, orientation):
    """Write the pictures as a camera does that was held so; they look as before."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    for path in (root / 'train').glob('*.png'):
        pixels = np.asarray(Image.open(path).convert('RGB'))
        Image.fromarray(as_stored(pixels, orientation)).save(path, exif=exif)


def moved(point, orientation):
    """Where a point of the upright picture lies on the stored one."""
    x, y = point
    transposed, mirror = MOVES[orientation]
    if mirror in ('horizontal', 'diagonal'):
        x = WIDTH - x
    if mirror in ('vertical', 'diagonal'):
        y = HEIGHT - y
    return (y, x) if transposed else (x, y)


def draw_stored(coco, orientation):
    """Bring all labels to the stored picture; of polygons, the corners."""

    def outline(values):
        pairs = zip(values[::2], values[1::2], strict=True)
        return [number for pair in pairs for number in moved(pair, orientation)]

    for image in coco['images']:
        if orientation in SWAPPED:
            image.update(width=HEIGHT, height=WIDTH)
    for annotation in coco['annotations']:
        x, y, width, height = annotation['bbox']
        (x1, y1), (x2, y2) = (
            moved(corner, orientation) for corner in ((x, y), (x + width, y + height))
        )
        annotation['bbox'] = [min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)]
        for key in ('segmentation',):
            annotation[key] = [outline(part) for part in annotation.get(key, [])] or None
        for name, parts in annotation.get('masks', {}).items():
            annotation['masks'][name] = [outline(part) for part in parts]
        if points := annotation.get('keypoints'):
            pairs = [points[i : i + 2] for i in (0, 3)]
            (a, b), (c, d) = (moved(pair, orientation) for pair in pairs)
            annotation['keypoints'] = [a, b, points[2], c, d, points[5]]
        if annotation['segmentation'] is None:
            del annotation['segmentation']


def same(first, second):
    """Whether two samples have the same labels; masks but for the pixels at their borders."""
    np.testing.assert_allclose(first.bboxes.tensor, second.bboxes.tensor)
    for one in (first, second):
        one.ends[one.ends[..., 2] == 0] = 0  # nobody knows where those are
    np.testing.assert_allclose(first.ends, second.ends)
    np.testing.assert_allclose(first.length, second.length, equal_nan=True)
    for name in ('mask', 'spine'):
        a, b = getattr(first, name).masks, getattr(second, name).masks
        assert (a != b).sum() <= 0.03 * max(a.sum(), 1)


@pytest.mark.parametrize('orientation', TURNED)
@pytest.mark.parametrize('said', ['of the data set', 'of each image'])
def test_labels_of_the_stored_picture_are_turned_with_it(tiny_coco, coco, orientation, said):
    plain = make_dataset(tiny_coco)
    expected = objects(plain)
    picture = plain[0]['inputs']
    store(tiny_coco, orientation)
    draw_stored(coco, orientation)
    options = {}
    if said == 'of the data set':
        options = dict(drawn='stored')
    else:
        for image in coco['images']:
            image['drawn'] = 'stored'
    dataset = reload(tiny_coco, coco, **options)
    sample = dataset[0]
    assert (sample['inputs'] == picture).all()
    found = sample['data_samples'].gt_instances
    if orientation in (2, 4, 5, 7):  # of a mirrored picture, left was labelled right
        found.ends = found.ends[:, [1, 0]]
    same(found, expected)


@pytest.mark.parametrize('orientation', TURNED)
def test_labels_of_the_upright_picture_stay(tiny_coco, coco, orientation):
    expected = objects(make_dataset(tiny_coco))
    store(tiny_coco, orientation)
    dataset = reload(tiny_coco, coco)
    same(objects(dataset), expected)
    taken = [remark for remark in dataset.remarks.unasked if 'EXIF' in remark.what]
    assert bool(taken) == (orientation not in SWAPPED)  # else the size tells
    assert not reload(tiny_coco, coco, drawn='upright').remarks.unasked


@pytest.mark.parametrize('orientation', SWAPPED)
def test_a_size_that_is_swapped_is_refused_until_somebody_says_how_labels_lie(
    tiny_coco, coco, orientation
):
    expected = objects(make_dataset(tiny_coco))
    store(tiny_coco, orientation)
    for image in coco['images']:
        image.update(width=HEIGHT, height=WIDTH)
    with pytest.raises(UserError, match=r"EXIF turns it .*drawn='upright' .*drawn='stored'"):
        reload(tiny_coco, coco)
    same(objects(reload(tiny_coco, coco, drawn='upright')), expected)


@pytest.mark.parametrize('drawn', [None, 'upright', 'stored'])
def test_a_picture_of_another_size_is_refused_before_a_training(tiny_coco, coco, drawn):
    Image.new('RGB', (30, 20)).save(tiny_coco / 'train' / '2.png')
    with pytest.raises(UserError, match=r'image 2: 2\.png has 30 x 20 pixels'):
        reload(tiny_coco, coco, drawn=drawn)


@pytest.mark.parametrize('place', ['image', 'data set'])
def test_what_is_no_way_to_draw_is_refused(tiny_coco, coco, place):
    coco['images'][0].update(dict(drawn='turned') if place == 'image' else {})
    options = dict(drawn='turned') if place == 'data set' else {}
    with pytest.raises(UserError, match="must be 'upright' or 'stored', not 'turned'"):
        reload(tiny_coco, coco, **options)


def test_a_damaged_image_is_named_before_a_training(tiny_coco, coco):
    (tiny_coco / 'train' / '2.png').write_text(json.dumps('no image'))
    with pytest.raises(UserError, match=r'image 2: .*2\.png cannot be read as an image'):
        reload(tiny_coco, coco)


@pytest.mark.parametrize('orientation', TURNED)
@pytest.mark.parametrize('drawn', ['stored', 'upright'])
def test_what_is_said_counts_for_images_of_a_backend_too(tiny_coco, coco, orientation, drawn):
    expected = objects(make_dataset(tiny_coco))
    store(tiny_coco, orientation)
    if drawn == 'stored':
        draw_stored(coco, orientation)
    elif orientation in SWAPPED:
        for image in coco['images']:
            image.update(width=HEIGHT, height=WIDTH)
    found = objects(reload(tiny_coco, coco, drawn=drawn, backend_args=dict(backend='local')))
    np.testing.assert_allclose(found.bboxes.tensor, expected.bboxes.tensor)
