"""Drawing every task of an image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import HorizontalBoxes
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData

from projects.smn.tasks import build_tasks, encode_mask
from projects.smn.visualization import TaskVisualizer
from projects.smn.visualization.captions import Writer, caption
from projects.smn.visualization.draw import (
    PALETTE,
    WHITE,
    colour_of,
    legend_of,
    numbered,
    point_colour,
)

HEIGHT, WIDTH = 120, 160
CLASSES = ('apple', 'pear')
TASKS = dict(
    mask=dict(type='MaskTask'),
    core=dict(type='MaskTask', of=('apple',)),
    ends=dict(type='KeypointTask', of=('apple',), points=('top', 'end')),
    colour=dict(type='ClassificationTask', of=('apple',), classes=('red', 'green')),
    length=dict(type='RegressionTask', of=('apple',), unit='mm'),
)
BOXES = torch.tensor([[20.0, 20.0, 60.0, 50.0], [90.0, 60.0, 150.0, 110.0]])
IMAGE = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


def _visualizer(tasks=TASKS, min_side=320, style='fill'):
    visualizer = TaskVisualizer(min_side=min_side, style=style)
    visualizer.dataset_meta = dict(classes=CLASSES, tasks=tasks)
    return visualizer


def _masks(count, inset):
    masks = np.zeros((count, HEIGHT, WIDTH), bool)
    for mask, (x1, y1, x2, y2) in zip(masks, BOXES.int().tolist(), strict=False):
        mask[y1 + inset : y2 - inset, x1 + inset : x2 - inset] = True
    return masks


def _predictions(count=2):
    points = torch.tensor([[[30.0, 30, 0.9], [50, 40, 0.8]], [[torch.nan] * 3] * 2])
    return InstanceData(
        bboxes=BOXES[:count],
        labels=torch.tensor([0, 1])[:count],
        scores=torch.tensor([0.9, 0.6])[:count],
        mask=list(map(encode_mask, _masks(count, 2))),
        core=list(map(encode_mask, _masks(count, 9) * (np.arange(count) < 1)[:, None, None])),
        ends=points[:count],
        colour=torch.tensor([1, -1])[:count],
        colour_scores=torch.tensor([[0.2, 0.8], [0, 0]])[:count],
        length=torch.tensor([42.5, torch.nan])[:count],
    )


def _truth(count=2):
    points = torch.tensor([[[30.0, 30, 2], [0, 0, 0]], [[0.0] * 3] * 2])
    return InstanceData(
        bboxes=BOXES[:count],
        labels=torch.tensor([0, 1])[:count],
        areas=torch.tensor([900.0, 2000.0])[:count],
        mask=BitmapMasks(_masks(count, 2).astype(np.uint8), HEIGHT, WIDTH),
        mask_labelled=torch.tensor([True, True])[:count],
        core=BitmapMasks(np.zeros((count, HEIGHT, WIDTH), np.uint8), HEIGHT, WIDTH),
        core_labelled=torch.tensor([False, False])[:count],
        ends=points[:count],
        colour=torch.tensor([-1, -1])[:count],
        length=torch.tensor([torch.nan, torch.nan])[:count],
    )


def _draw(visualizer, image=IMAGE, **instances):
    sample = DetDataSample()
    for name, value in instances.items():
        setattr(sample, name, value)
    visualizer.add_datasample(
        'image',
        image,
        sample,
        draw_gt='gt_instances' in instances,
        draw_pred='pred_instances' in instances,
    )
    return visualizer.get_image().astype(int)


def _changed(visualizer, fields):
    """Canvas pixels that drawing some fields changes, and canvas pixels per image pixel."""
    canvas = _draw(visualizer, pred_instances=fields)
    return abs(canvas - 90).max(-1) > 3, canvas.shape[1] / WIDTH


def _region(box, scale):
    x1, y1, x2, y2 = (round(float(value) * scale) for value in box)
    return slice(y1, y2), slice(x1, x2)


def test_a_small_image_is_enlarged_to_the_smallest_side():
    assert _draw(_visualizer(min_side=320), pred_instances=_predictions()).shape == (240, 320, 3)


def test_a_large_image_keeps_its_size():
    canvas = _draw(_visualizer(min_side=100), pred_instances=_predictions())
    assert canvas.shape == (HEIGHT, WIDTH, 3)


def test_masks_are_tinted_and_pixels_far_from_objects_stay():
    changed, scale = _changed(_visualizer(dict(mask=TASKS['mask'])), _predictions())
    for box in BOXES:
        assert changed[_region(box + torch.tensor([4, 4, -4, -4]), scale)].all()
    assert not changed[_region((0, 80, 45, HEIGHT), scale)].any()
    assert not changed[_region((0, 0, WIDTH, 8), scale)].any()


@pytest.mark.parametrize('style', ['outline', 'none'])
def test_what_is_graded_keeps_its_colours_where_areas_are_not_filled(style):
    visualizer = _visualizer(dict(mask=TASKS['mask']), style=style)
    changed, scale = _changed(visualizer, _predictions())
    for box in BOXES:
        x1, y1, x2, y2 = (round(float(value) * scale) for value in box)
        inside = changed[(y1 + 3 * y2) // 4 - 8 : y2 - 12, (x1 + 3 * x2) // 4 - 8 : x2 - 12]
        assert not inside.any()
        border = changed[y2 - 6 : y2 - 2, (x1 + x2) // 2]  # two pixels inside of the box
        assert border.any() == (style == 'outline')


def test_an_object_has_one_colour_on_both_sides():
    swapped = _predictions()[torch.tensor([1, 0])]
    swapped.scores = torch.tensor([0.9, 0.6])
    tasks = dict(mask=TASKS['mask'])
    both = _draw(_visualizer(tasks), gt_instances=_truth(), pred_instances=swapped)
    left, right = np.split(both, 2, axis=1)
    for box in BOXES:
        x1, y1, x2, y2 = (round(float(value) * 2) for value in box)
        at = (y1 + 3 * y2) // 4, (x1 + 3 * x2) // 4  # not under a caption
        np.testing.assert_array_equal(left[at], right[at])


def test_boxes_are_outlined_where_there_is_no_mask():
    changed, scale = _changed(_visualizer({}), _predictions())
    x1, y1, x2, y2 = (round(float(value) * scale) for value in BOXES[1])
    for at in ((y2, (x1 + x2) // 2), ((y1 + y2) // 2, x2)):  # below and to the right
        assert changed[at]
    assert not changed[(y1 + 3 * y2) // 4, (x1 + 3 * x2) // 4]


def test_points_are_drawn_where_they_are_and_only_if_they_are_known():
    points = torch.tensor([[[130.0, 20, 2], [20, 100, 0]], [[0, 0, 0], [0, 0, 0]]])
    truth = _truth()
    truth.ends = points
    visualizer = _visualizer({'ends': TASKS['ends']})
    canvas = _draw(visualizer, gt_instances=truth)
    without = _truth()
    without.ends = torch.zeros_like(points)
    changed = abs(canvas - _draw(visualizer, gt_instances=without)).max(-1) > 3
    scale = canvas.shape[1] / WIDTH
    rows, columns = np.nonzero(changed)
    assert rows.mean() / scale == pytest.approx(20, abs=1)
    assert columns.mean() / scale == pytest.approx(130, abs=1)
    assert np.ptp(rows) / scale < 12


@pytest.mark.parametrize('name', list(TASKS))
def test_every_task_leaves_a_trace(name):
    with_it, without = _predictions(), _predictions()
    for field in [field for field, _ in with_it.items() if field.startswith(name)]:
        without.pop(field)
    visualizer = _visualizer()
    difference = _draw(visualizer, pred_instances=with_it) - _draw(
        visualizer, pred_instances=without
    )
    assert abs(difference).max() > 20


def test_drawing_twice_gives_the_same_bytes():
    first = _draw(_visualizer(), gt_instances=_truth(), pred_instances=_predictions())
    visualizer = _visualizer()
    for _ in range(2):
        again = _draw(visualizer, gt_instances=_truth(), pred_instances=_predictions())
        assert first.astype(np.uint8).tobytes() == again.astype(np.uint8).tobytes()


def test_the_image_that_was_given_stays_as_it_was():
    image = IMAGE.copy()
    _draw(_visualizer(), image, pred_instances=_predictions())
    np.testing.assert_array_equal(image, IMAGE)


def test_ground_truth_is_drawn_left_and_predictions_right():
    visualizer = _visualizer()
    both = _draw(visualizer, gt_instances=_truth(), pred_instances=_predictions())
    left, right = np.split(both, 2, axis=1)
    np.testing.assert_array_equal(left, _draw(visualizer, gt_instances=_truth()))
    np.testing.assert_array_equal(right, _draw(visualizer, pred_instances=_predictions()))


def test_no_objects_leave_an_image_without_keypoint_tasks_as_it_is():
    tasks = {name: config for name, config in TASKS.items() if name != 'ends'}
    visualizer = _visualizer(tasks)
    for instances in (dict(pred_instances=_predictions(0)), dict(gt_instances=_truth(0))):
        canvas = _draw(visualizer, **instances)
        assert canvas.shape == (240, 320, 3)
        assert abs(canvas - 90).max() <= 1


def test_no_objects_work_with_every_task_and_both_sides():
    canvas = _draw(_visualizer(), gt_instances=_truth(0), pred_instances=_predictions(0))
    assert canvas.shape == (240, 640, 3)


def test_predictions_below_the_threshold_are_not_drawn():
    sure = _predictions()
    unsure = _predictions()
    unsure.scores = torch.tensor([0.9, 0.1])
    visualizer = _visualizer()
    changed = abs(_draw(visualizer, pred_instances=sure) - _draw(visualizer, pred_instances=unsure))
    second = _region(BOXES[1] + torch.tensor([4, 4, -4, -4]), 2)
    assert changed[second].max(-1).all()
    assert not changed[_region(BOXES[0], 2)].any()


def test_boxes_of_mmdets_own_type_are_drawn_as_tensors_are():
    truth = _truth()
    truth.bboxes = HorizontalBoxes(truth.bboxes)
    visualizer = _visualizer()
    np.testing.assert_array_equal(
        _draw(visualizer, gt_instances=truth), _draw(visualizer, gt_instances=_truth())
    )


def test_an_object_partly_outside_the_image_is_drawn():
    instances = _predictions(1)
    instances.bboxes = torch.tensor([[-30.0, -20.0, 40.0, 50.0]])
    instances.ends = torch.tensor([[[-5.0, 10.0, 0.9], [300.0, 10.0, 0.5]]])
    changed, scale = _changed(_visualizer(dict(ends=TASKS['ends'])), instances)
    lower_edge = changed[round(49 * scale) : round(51 * scale) + 1, round(10 * scale)]
    assert lower_edge.any()


@pytest.mark.parametrize('fields', [{}, dict(gt_instances=_truth())])
def test_a_sample_with_nothing_predicted_is_drawn(fields):
    visualizer = _visualizer()
    expected = _draw(visualizer, **fields) if fields else IMAGE
    visualizer.add_datasample('image', IMAGE, DetDataSample(**fields))
    np.testing.assert_array_equal(visualizer.get_image(), expected)


def test_predictions_alone_are_drawn_without_an_empty_half_for_the_ground_truth():
    sample = DetDataSample(pred_instances=_predictions())
    visualizer = _visualizer()
    visualizer.add_datasample('image', IMAGE, sample, draw_gt=True)
    np.testing.assert_array_equal(
        visualizer.get_image(), _draw(visualizer, pred_instances=_predictions())
    )


def test_tasks_that_are_not_labelled_are_not_drawn():
    unlabelled = _truth()
    unlabelled.ends = torch.zeros(2, 2, 3)
    unlabelled.mask = BitmapMasks(np.zeros((2, HEIGHT, WIDTH), np.uint8), HEIGHT, WIDTH)
    unlabelled.mask_labelled = torch.tensor([False, False])
    ends_only = _truth()
    for name in ('mask', 'mask_labelled', 'core', 'core_labelled', 'colour', 'length'):
        ends_only.pop(name)
    ends_only.ends = torch.zeros(2, 2, 3)  # the legend of the points stays
    visualizer = _visualizer()
    np.testing.assert_array_equal(
        _draw(visualizer, gt_instances=unlabelled), _draw(visualizer, gt_instances=ends_only)
    )


@pytest.mark.parametrize('count', [0, 2])
def test_ground_truth_that_is_not_complete_says_so_in_the_upper_left_corner(count):
    visualizer = _visualizer()
    truth = _truth(count)
    plain = _draw(visualizer, gt_instances=truth)
    truth.set_metainfo(dict(complete=True))
    np.testing.assert_array_equal(_draw(visualizer, gt_instances=truth), plain)
    truth.set_metainfo(dict(complete=False))
    every = _draw(visualizer, gt_instances=truth)
    assert (abs(every - plain).max(-1) > 20)[:30, :100].any()
    truth.set_metainfo(dict(complete=(0,)))
    assert (_draw(visualizer, gt_instances=truth) != every).any()  # the names of the others follow


def test_predictions_never_say_that_they_are_not_complete():
    visualizer = _visualizer()
    sample = DetDataSample(pred_instances=_predictions(), metainfo=dict(complete=False))
    visualizer.add_datasample('image', IMAGE, sample)
    np.testing.assert_array_equal(
        visualizer.get_image(), _draw(visualizer, pred_instances=_predictions())
    )


class TestText:
    """Captions and the legend."""

    tasks = build_tasks(TASKS, CLASSES)

    def _caption(self, fields, index=0):
        present = {name: task for name, task in self.tasks.items() if name in fields}
        return caption(fields, index, CLASSES, present)

    def _fields(self, instances):
        return {k: v.numpy() for k, v in instances.items() if isinstance(v, torch.Tensor)}

    def test_a_caption_has_class_score_and_attributes_with_units(self):
        text = self._caption(self._fields(_predictions()))
        assert text.splitlines() == ['apple 0.90', 'colour green', 'length 42.5 mm']

    def test_a_number_without_a_unit_stands_alone(self):
        tasks = build_tasks({'length': dict(TASKS['length'], unit='')}, CLASSES)
        text = caption(self._fields(_predictions()), 0, CLASSES, tasks)
        assert text.splitlines() == ['apple 0.90', 'length 42.5']

    def test_what_is_unlabelled_or_does_not_apply_is_left_out(self):
        assert self._caption(self._fields(_predictions()), 1) == 'pear 0.60'
        assert self._caption(self._fields(_truth())) == 'apple'

    def test_tasks_that_are_absent_are_left_out(self):
        fields = self._fields(_predictions())
        del fields['colour']
        assert self._caption(fields).splitlines() == ['apple 0.90', 'length 42.5 mm']

    def test_the_legend_shows_each_point_in_a_colour_of_its_own(self):
        writer = Writer(np.zeros((200, 200, 3), np.uint8), np.zeros((0, 4)))
        writer.legend(numbered(self.tasks.values()))
        colours = set(map(tuple, np.asarray(writer.image).reshape(-1, 3).tolist()))
        assert point_colour(0) != point_colour(1)
        assert {point_colour(0), point_colour(1)} <= colours
        assert point_colour(2) not in colours

    def test_masks_of_one_colour_have_their_name_in_the_legend(self):
        tasks = build_tasks(TASKS, CLASSES)
        assert legend_of(tasks['mask'], 0) == []
        assert legend_of(tasks['core'], 1) == [('core', WHITE)]

    def test_without_keypoints_there_is_no_legend(self):
        writer = Writer(np.zeros((200, 200, 3), np.uint8), np.zeros((0, 4)))
        writer.legend([(self.tasks['mask'], 0)])
        assert not np.asarray(writer.image).any()

    def test_a_caption_beside_a_box_does_not_cover_a_neighbour_where_there_is_room(self):
        box, right, left = np.array([[150, 90, 190, 120], [215, 80, 320, 130], [40, 80, 140, 130]])
        writer = Writer(np.zeros((250, 400, 3), np.uint8), np.stack([box, right, left]))
        writer.beside(box, 'apple', (255, 0, 0))
        drawn = np.asarray(writer.image).any(-1)
        assert drawn.any()
        for x1, y1, x2, y2 in (right, left):
            assert not drawn[y1:y2, x1:x2].any()

    @pytest.mark.parametrize('corner', [(-20, -20), (380, 230), (-20, 230), (380, -20)])
    def test_a_caption_of_a_box_at_the_border_stays_inside_the_image(self, corner):
        writer = Writer(np.zeros((250, 400, 3), np.uint8), np.zeros((0, 4)))
        box = np.array([*corner, corner[0] + 40, corner[1] + 40])
        writer.beside(box, 'apple', (255, 0, 0))
        ((x1, y1, x2, y2),) = writer.taken
        assert 0 <= x1 < x2 <= 400
        assert 0 <= y1 < y2 <= 250

    def test_colours_repeat_after_the_palette(self):
        assert [colour_of(i) for i in range(len(PALETTE))] == list(PALETTE)
        assert colour_of(len(PALETTE)) == colour_of(0)


def test_letters_and_lines_of_large_pictures_are_as_large_on_a_screen():
    areas = []
    for side in (1000, 3000):
        writer = Writer(np.zeros((side, side, 3), np.uint8), np.zeros((0, 4)))
        writer.at((0, 0), 'cucumber 0.93\nlength 218 mm', (255, 255, 255))
        x1, y1, x2, y2 = writer.taken[-1]
        areas.append(((x2 - x1) / side, (y2 - y1) / side))
    np.testing.assert_allclose(areas[0], areas[1], rtol=0.05)
