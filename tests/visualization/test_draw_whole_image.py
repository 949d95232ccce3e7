"""Drawing what is said about the whole image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData, PixelData

from projects.smn.tasks import IGNORED, build_tasks
from projects.smn.visualization import TaskVisualizer
from projects.smn.visualization.captions import Writer, image_caption
from projects.smn.visualization.draw import colour_of, numbered, point_colour

HEIGHT, WIDTH, SCALE = 120, 160, 2
CLASSES = ('pet',)
TASKS = dict(
    map=dict(type='SemanticTask', classes=('background', 'fur', 'head')),
    species=dict(type='ClassificationTask', per='image', classes=('cat', 'dog')),
    weight=dict(type='RegressionTask', per='image', unit='kg'),
    head=dict(type='BoxTask'),
)
IMAGE = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
FUR, HEAD, UNLABELLED = (slice(60, 100), slice(80, 150)), (slice(20, 50), slice(90, 150)), -8


def values():
    """Fur and head on background; the lowest rows are not labelled."""
    array = np.zeros((1, HEIGHT, WIDTH), np.uint8)
    array[0][FUR], array[0][HEAD], array[0, UNLABELLED:] = 1, 2, IGNORED
    return torch.from_numpy(array)


def visualizer(*names: str, **changes):
    result = TaskVisualizer(min_side=SCALE * WIDTH)
    tasks = {name: {**TASKS[name], **changes} for name in names}
    result.dataset_meta = dict(classes=CLASSES, tasks=tasks)
    return result


def drawn(which, **fields):
    """The picture of a sample that has these fields, as integers."""
    sample = DetDataSample(**fields)
    which.add_datasample('image', IMAGE, sample)
    return which.get_image().astype(int)


def whole(**fields):
    return InstanceData(**{name: torch.tensor(value) for name, value in fields.items()})


def enlarged(region):
    """Where a region of the image is in the picture, without its border."""
    return tuple(slice(s.start * SCALE + 4, s.stop * SCALE - 4) for s in region)


@pytest.mark.parametrize('side', ['gt', 'pred'])
def test_a_map_tints_its_classes_and_neither_background_nor_unlabelled_pixels(side):
    picture = drawn(visualizer('map'), **{f'{side}_sem_seg': PixelData(map=values())})
    assert picture.shape == (SCALE * HEIGHT, SCALE * WIDTH, 3)
    for index, region in ((1, FUR), (2, HEAD)):
        pixels = picture[enlarged(region)].reshape(-1, 3)
        assert (pixels == pixels[0]).all()
        towards = np.array(colour_of(index)) - 90
        assert (np.sign(pixels[0] - 90) == np.sign(towards)).all()
        assert (abs(pixels[0] - 90) < abs(towards)).all()  # the image shows through
    background = np.ones((HEIGHT, WIDTH), bool)
    background[FUR] = background[HEAD] = False
    background[:, :60] = False  # the legend
    canvas = background.repeat(SCALE, 0).repeat(SCALE, 1)
    assert abs(picture[canvas] - 90).max() <= 1


def test_every_class_is_tinted_if_none_is_the_background():
    picture = drawn(visualizer('map', background=None), gt_sem_seg=PixelData(map=values()))
    assert (picture[4:20, -40:] != 90).any(-1).all()
    assert abs(picture[2 * UNLABELLED + 4 :, 120:] - 90).max() <= 1


def test_a_map_that_is_not_labelled_tints_nothing():
    nothing = torch.full((1, HEIGHT, WIDTH), IGNORED, dtype=torch.uint8)
    picture = drawn(visualizer('map'), gt_sem_seg=PixelData(map=nothing))
    assert abs(picture[:, 120:] - 90).max() <= 1


def test_a_box_of_the_image_is_outlined_in_the_colour_of_its_task():
    box = [[30.0, 20.0, 120.0, 80.0]]
    picture = drawn(visualizer('head'), pred_image=whole(head=box))
    x1, y1, x2, y2 = (round(SCALE * value) for value in box[0])
    for at in ((y1, 150), (y2, 150), (90, x1), (90, x2)):
        assert tuple(picture[at]) == point_colour(0)
    assert abs(picture[y1 + 6 : y2 - 6, x1 + 6 : x2 - 6] - 90).max() <= 1


def test_a_box_that_is_not_labelled_is_not_drawn():
    picture = drawn(visualizer('head'), gt_image=whole(head=[[torch.nan] * 4]))
    assert abs(picture[:, 120:] - 90).max() <= 1


@pytest.mark.parametrize(
    ('name', 'known', 'unknown'),
    [('species', [1], [-1]), ('weight', [4.5], [float('nan')])],
)
def test_an_attribute_of_the_image_is_written_and_an_absent_one_is_not(name, known, unknown):
    picture = drawn(visualizer(name), gt_image=whole(**{name: known}))
    assert (abs(picture - 90).max(-1) > 20).any()
    picture = drawn(visualizer(name), gt_image=whole(**{name: unknown}))
    assert abs(picture - 90).max() <= 1


def test_the_caption_has_a_line_per_attribute_with_its_unit():
    tasks = build_tasks(TASKS, CLASSES)
    fields = dict(species=np.array([1]), weight=np.array([4.5]))
    assert image_caption(fields, tasks_in(fields, tasks)) == ['species dog', 'weight 4.5 kg']
    fields = dict(species=np.array([-1]), weight=np.array([np.nan]))
    assert image_caption(fields, tasks_in(fields, tasks)) == []


def tasks_in(fields, tasks):
    return {name: task for name, task in tasks.items() if name in fields}


def test_the_legend_names_the_classes_of_a_map_without_the_background_and_boxes():
    writer = Writer(np.zeros((300, 300, 3), np.uint8), np.zeros((0, 4)))
    writer.legend(numbered(build_tasks(TASKS, CLASSES).values()))
    assert len(writer.taken) == 3  # fur, head, and the box
    colours = set(map(tuple, np.asarray(writer.image).reshape(-1, 3).tolist()))
    assert {colour_of(1), colour_of(2), point_colour(0)} <= colours
    assert colour_of(0) not in colours


@pytest.mark.parametrize('part', ['sem_seg', 'image'])
def test_ground_truth_is_drawn_left_and_predictions_right(part):
    answer = PixelData(map=values()) if part == 'sem_seg' else whole(head=[[30.0, 20, 120, 80]])
    which = visualizer('map' if part == 'sem_seg' else 'head')
    both = drawn(which, **{f'gt_{part}': answer, f'pred_{part}': answer})
    left, right = np.split(both, 2, axis=1)
    assert np.array_equal(left, drawn(which, **{f'gt_{part}': answer}))
    assert np.array_equal(right, left)


@pytest.mark.parametrize('names', [('map', 'head'), ('head', 'map')])
def test_a_box_lies_on_the_map_whichever_is_declared_first(names):
    box = whole(head=[[85.0, 65.0, 140.0, 95.0]])  # on the fur
    picture = drawn(visualizer(*names), pred_sem_seg=PixelData(map=values()), pred_image=box)
    assert tuple(picture[SCALE * 80, SCALE * 85]) == point_colour(0)


def test_objects_lie_on_the_map():
    objects = InstanceData(
        bboxes=torch.tensor([[85.0, 65.0, 140.0, 95.0]]),
        labels=torch.tensor([0]),
        scores=torch.tensor([0.9]),
    )
    which = visualizer('map')
    picture = drawn(which, pred_sem_seg=PixelData(map=values()), pred_instances=objects)
    assert tuple(picture[SCALE * 80, SCALE * 85]) == colour_of(0)  # the outline of the box
    tinted = drawn(which, pred_sem_seg=PixelData(map=values()))[SCALE * 80, SCALE * 120]
    assert tuple(picture[SCALE * 80, SCALE * 120]) == tuple(tinted)
