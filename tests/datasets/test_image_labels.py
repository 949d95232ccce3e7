"""Labels of the whole image move as those of objects do, under MMDetection's own transforms.

Beside a map lie the masks of its classes, and beside a box its mask and its corners as keypoints;
all of them in one ``TaskLabels``.
"""

from __future__ import annotations

import numpy as np
import pytest
from mmdet.registry import TRANSFORMS
from mmdet.structures.bbox import HorizontalBoxes
from mmdet.structures.mask import BitmapMasks

from projects.smn.datasets import TaskLabels
from projects.smn.tasks import IGNORED, Boxes, Values
from projects.smn.tasks.keypoint import Keypoints
from projects.smn.tasks.mask import Masks
from projects.smn.tasks.semantic import SemanticMap

WIDTH, HEIGHT, NUM_CLASSES = 40, 28, 3
BOX = (6, 4, 22, 17)
DIRECTIONS = ('horizontal', 'vertical', 'diagonal')


def random_map(seed=0) -> np.ndarray:
    """Blocks of classes and of what is not labelled."""
    blocks = np.random.default_rng(seed).integers(0, NUM_CLASSES + 1, (7, 10)).astype(np.uint8)
    blocks[blocks == NUM_CLASSES] = IGNORED
    return blocks.repeat(4, 0).repeat(4, 1)


def one_hot(values: np.ndarray) -> np.ndarray:
    return np.stack([values == value for value in range(NUM_CLASSES)]).astype(np.uint8)


def results(seed=0, box=BOX) -> dict:
    """What a pipeline holds after loading: three objects, which cover the image."""
    x1, y1, x2, y2 = box
    painted = np.zeros((NUM_CLASSES, HEIGHT, WIDTH), np.uint8)
    painted[:, y1:y2, x1:x2] = 1
    values = random_map(seed)
    known = np.ones(NUM_CLASSES, bool)
    objects = dict(
        classes=Masks(BitmapMasks(one_hot(values), HEIGHT, WIDTH), known),
        painted=Masks(BitmapMasks(painted, HEIGHT, WIDTH), known),
        corners=Keypoints(
            np.tile([[x1, y1, 2], [x2, y2, 2]], (NUM_CLASSES, 1, 1)), HEIGHT, WIDTH, [0, 1]
        ),
    )
    image = dict(
        map=SemanticMap(values[None]),
        box=Boxes([box], HEIGHT, WIDTH),
        species=Values(np.array([1])),
    )
    boxes = [[0, 0, WIDTH, HEIGHT]] * NUM_CLASSES
    return dict(
        img=np.zeros((HEIGHT, WIDTH, 3), np.uint8),
        img_shape=(HEIGHT, WIDTH),
        gt_bboxes=HorizontalBoxes(boxes),
        gt_bboxes_labels=np.arange(NUM_CLASSES),
        gt_ignore_flags=np.zeros(NUM_CLASSES, bool),
        gt_masks=TaskLabels(objects, image, Boxes(boxes, HEIGHT, WIDTH)),
    )


def moved(config: dict, seed=0, box=BOX) -> tuple[TaskLabels, tuple[int, int]]:
    """The labels after a transform, and the (height, width) of the image."""
    np.random.seed(seed)
    after = TRANSFORMS.build(config)(results(seed, box))
    return after['gt_masks'], after['img'].shape[:2]


EXACT = [
    *(dict(type='RandomFlip', prob=1.0, direction=direction) for direction in DIRECTIONS),
    dict(type='RandomTranspose', prob=1.0),
    dict(type='RandomCrop', crop_size=(20, 25)),
    dict(type='RandomCrop', crop_size=(10, 10), crop_type='absolute'),
    dict(type='RandomCrop', crop_size=(1.0, 0.4), crop_type='relative'),
    dict(type='Pad', size=(50, 30)),
    dict(type='Pad', size_divisor=32),
    dict(type='Resize', scale_factor=2.0, keep_ratio=True),
    dict(type='Resize', scale=(3 * WIDTH, HEIGHT), keep_ratio=False),
]
RESIZING = [
    dict(type='Resize', scale=(57, 41), keep_ratio=True),
    dict(type='Resize', scale=(31, 90), keep_ratio=False),
    dict(type='Resize', scale=(13, 9), keep_ratio=False),
    dict(type='RandomResize', scale=(50, 40), ratio_range=(0.5, 1.9), keep_ratio=True),
    dict(type='RandomChoiceResize', scales=[(90, 60), (31, 20)], keep_ratio=False),
]


def name_of(config: dict) -> str:
    return '-'.join(str(value).replace(' ', '') for value in config.values())


@pytest.mark.parametrize('seed', range(4))
@pytest.mark.parametrize('config', EXACT, ids=name_of)
def test_a_map_moves_as_the_masks_of_its_classes(config, seed):
    labels, size = moved(config, seed)
    values = labels.image['map'].values[0]
    assert values.shape == size
    assert np.array_equal(one_hot(values), labels.objects['classes'].masks.masks)
    # What is no class is not labelled, and nothing else.
    assert set(np.unique(values)) <= {*range(NUM_CLASSES), IGNORED}


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('config', RESIZING, ids=name_of)
def test_a_resized_map_has_the_class_that_lies_at_the_centre_of_each_pixel(config, seed):
    labels, (height, width) = moved(config, seed)
    values = labels.image['map'].values[0]
    assert values.shape == (height, width) == labels.objects['classes'].masks.masks.shape[1:]
    y, x = ((np.arange(new) + 0.5) * old / new for old, new in ((HEIGHT, height), (WIDTH, width)))
    # A centre on the line between two pixels may have the class of either.
    rows, columns = (abs(centres - centres.round()) > 1e-6 for centres in (y, x))
    expected = random_map(seed)[y.astype(int)][:, x.astype(int)]
    assert np.array_equal(values[rows][:, columns], expected[rows][:, columns])
    assert rows.mean() > 0.8
    assert columns.mean() > 0.8


@pytest.mark.parametrize('pad_val', [0, 1, dict(img=0, masks=7, seg=3)])
def test_what_is_padded_is_not_labelled_whatever_else_it_gets(pad_val):
    labels, size = moved(dict(type='Pad', size=(WIDTH + 9, HEIGHT + 5), pad_val=pad_val))
    values = labels.image['map'].values[0]
    assert values.shape == size == (HEIGHT + 5, WIDTH + 9)
    assert np.array_equal(values[:HEIGHT, :WIDTH], random_map())
    assert (values[HEIGHT:] == IGNORED).all()
    assert (values[:, WIDTH:] == IGNORED).all()


@pytest.mark.parametrize(
    'config', [c for c in EXACT + RESIZING if c['type'] != 'RandomCrop'], ids=name_of
)
def test_a_box_moves_as_its_corners(config):
    labels, size = moved(config)
    box = labels.image['box']
    points = labels.objects['corners'].values[0, :, :2]
    expected = [*points.min(0), *points.max(0)]
    np.testing.assert_allclose(box.values[0], expected, rtol=0, atol=1e-4)
    assert (box.height, box.width) == size


@pytest.mark.parametrize('seed', range(12))
@pytest.mark.parametrize('config', EXACT[:8], ids=name_of)
def test_a_box_is_the_tight_box_of_its_mask_or_not_labelled_without_one(config, seed):
    labels, _ = moved(config, seed)
    (corners,) = labels.image['box'].values
    rows, columns = np.nonzero(labels.objects['painted'].masks.masks[0])
    if len(rows):
        expected = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert corners.tolist() == expected
    else:
        assert np.isnan(corners).all()


def test_a_crop_that_leaves_nothing_of_a_box_makes_it_unlabelled():
    box = Boxes([BOX], HEIGHT, WIDTH)
    assert box.crop(np.array([0, 0, 7, 5])).values.tolist() == [[6, 4, 7, 5]]
    for x1, y1, x2, y2 in ([0, 0, 6, 28], [0, 0, 40, 4], [22, 0, 40, 28], [0, 17, 40, 28]):
        gone = box.crop(np.array([x1, y1, x2, y2]))
        assert np.isnan(gone.values).all()
        assert (gone.height, gone.width) == (y2 - y1, x2 - x1)


@pytest.mark.parametrize('direction', DIRECTIONS)
def test_flipping_twice_is_the_identity_and_once_is_not(direction):
    for field in (SemanticMap(random_map()[None]), Boxes([BOX], HEIGHT, WIDTH)):
        once = field.flip(direction)
        assert not np.array_equal(once.values, field.values)
        assert np.array_equal(once.flip(direction).values, field.values)


def test_transposing_twice_is_the_identity():
    once = SemanticMap(random_map()[None]).transpose()
    assert once.values.shape == (1, WIDTH, HEIGHT)
    assert np.array_equal(once.transpose().values[0], random_map())
    box = Boxes([BOX], HEIGHT, WIDTH).transpose()
    assert (box.height, box.width) == (WIDTH, HEIGHT)
    assert box.transpose().values.tolist() == [list(BOX)]


@pytest.mark.parametrize('config', EXACT + RESIZING, ids=name_of)
def test_a_box_that_is_not_labelled_stays_so(config):
    labels = results()['gt_masks']
    labels.image['box'] = Boxes([[np.nan] * 4], HEIGHT, WIDTH)
    after = TRANSFORMS.build(config)(results() | dict(gt_masks=labels))['gt_masks']
    assert np.isnan(after.image['box'].values).all()


@pytest.mark.parametrize('index', [[], [1], np.array([True, False, True])])
def test_dropping_objects_leaves_the_labels_of_the_image(index):
    labels = results()['gt_masks'][np.asarray(index, dtype=getattr(index, 'dtype', int))]
    assert labels.image['map'].values.shape == (1, HEIGHT, WIDTH)
    assert labels.image['box'].values.tolist() == [list(BOX)]
    assert labels.image['species'].values.tolist() == [1]
