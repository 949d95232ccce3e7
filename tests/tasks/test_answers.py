"""What is said about one image: parallel fields, records and rows."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from helpers import CLASSES, HEIGHT, TASKS, WIDTH, read_coco
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import HorizontalBoxes
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData
from pycocotools.coco import COCO

from projects.smn.tasks import (
    Answers,
    build_tasks,
    decode_mask,
    encode_mask,
    row_columns,
    to_fields,
)

IMAGE = dict(file_name='1.png')
MASKS = np.zeros((2, HEIGHT, WIDTH), bool)
MASKS[0, 8:40, 8:20], MASKS[1, 4:16, 42:58] = True, True
SPINES = np.zeros_like(MASKS)
SPINES[0, 10:38, 12:16] = True


@pytest.fixture
def tasks():
    return build_tasks(TASKS, CLASSES)


@pytest.fixture
def fields():
    """A prediction of a fruit and a card; what does not apply to the card is filled as heads do."""
    nan = float('nan')
    return dict(
        bboxes=np.float32([[8, 8, 36.126, 40], [42, 4, 58, 16]]),
        labels=np.array([0, 1]),
        scores=np.float32([0.98768, 0.5]),
        mask=list(map(encode_mask, MASKS)),
        spine=list(map(encode_mask, SPINES)),
        ends=np.float32([[[14.5, 13.5, 0.9], [30.5, 34.5, 0.1]], [[nan] * 3] * 2]),
        neck=np.array([2, -1]),
        neck_scores=np.float32([[0.1, 0.2, 0.7], [nan] * 3]),
        colour=np.array([0, 1]),
        colour_scores=np.float32([[0.75, 0.25], [0, 1]]),
        length=np.float32([150.25678, nan]),
    )


def answers_of(fields, tasks) -> Answers:
    return Answers(CLASSES, tasks, (HEIGHT, WIDTH), fields, {})


def records_of(fields, tasks, image=IMAGE):
    return list(answers_of(fields, tasks).records(image))


def test_records_have_what_the_image_has_and_coco_boxes(fields, tasks):
    first, second = records_of(fields, tasks, dict(image_id=7, file_name='a.png'))
    assert (first['image_id'], first['file_name']) == (7, 'a.png')
    assert (first['category_id'], first['category'], first['score']) == (1, 'fruit', 0.9877)
    assert first['bbox'] == [8, 8, 28.13, 32]
    assert (second['category_id'], second['bbox']) == (2, [42, 4, 16, 12])


def test_every_task_lands_where_its_label_would_be(fields, tasks):
    first, _ = records_of(fields, tasks)
    for task in tasks.values():
        assert task.find_label(first) is not None, task.name
    assert first['keypoints'] == pytest.approx([14.5, 13.5, 0.9, 30.5, 34.5, 0.1], abs=1e-3)
    assert first['attributes']['neck'] == dict(value='3', score=0.7)
    assert first['attributes']['length'] == dict(value=150.257, unit='mm')


def test_a_source_of_another_name_is_kept_in_records(fields):
    sources = dict(mask='outline', ends='tips', neck='Neck', length='Length_mm')
    tasks = {name: dict(TASKS[name], source=source) for name, source in sources.items()}
    tasks = build_tasks(tasks, CLASSES)
    first, _ = records_of(fields, tasks)
    assert list(first['masks']) == ['outline']
    assert list(first['points']) == ['tips']
    assert list(first['attributes']) == ['Neck', 'Length_mm']
    assert 'segmentation' not in first
    assert 'keypoints' not in first


def test_masks_survive_the_way_through_json(fields, tasks):
    written = json.loads(json.dumps(records_of(fields, tasks)))
    for record, mask in zip(written, MASKS, strict=True):
        assert np.array_equal(decode_mask(record['segmentation'], HEIGHT, WIDTH), mask)
    assert np.array_equal(decode_mask(written[0]['masks']['spine'], HEIGHT, WIDTH), SPINES[0])


def test_a_record_leaves_out_the_tasks_of_other_classes(fields, tasks):
    _, card = records_of(fields, tasks)
    assert set(card['attributes']) == {'colour'}
    assert 'masks' not in card
    assert 'keypoints' not in card
    assert 'segmentation' in card


def test_pycocotools_loads_the_records(fields, tasks, tiny_coco):
    truth = COCO(str(tiny_coco / 'annotations' / 'train.json'))
    records = records_of(fields, tasks, dict(IMAGE, image_id=1))
    results = truth.loadRes(records)
    assert len(results.getAnnIds(imgIds=[1])) == 2
    assert not results.getAnnIds(imgIds=[2])
    for annotation, mask in zip(results.loadAnns(results.getAnnIds()), MASKS, strict=True):
        assert np.array_equal(results.annToMask(annotation), mask)
    names = {category['id']: category['name'] for category in read_coco(tiny_coco)['categories']}
    assert [names[record['category_id']] for record in records] == list(CLASSES)


def columns_and_rows(fields, declared):
    tasks = build_tasks(declared, CLASSES)
    return row_columns(tasks), list(answers_of(fields, tasks).rows(IMAGE))


@pytest.mark.parametrize('names', [(), *((name,) for name in TASKS), tuple(TASKS)], ids=str)
def test_rows_have_exactly_the_columns_of_the_header(fields, names):
    columns, rows = columns_and_rows(fields, {name: TASKS[name] for name in names})
    assert len(rows) == 2
    assert len(set(columns)) == len(columns)
    for row in rows:
        assert list(row) == columns


def test_rows_give_values_with_their_units_in_the_header(fields):
    _, (first, _) = columns_and_rows(fields, TASKS)
    assert first['class'] == 'fruit'
    assert first['object'] == 0
    assert first['x2 (px)'] == 36.1
    assert first['mask (px2)'] == MASKS[0].sum()
    assert first['ends.right.y (px)'] == 34.5
    assert (first['neck'], first['colour'], first['length (mm)']) == ('3', 'grey', 150.257)


def test_cells_of_tasks_of_other_classes_are_empty(fields):
    columns, (first, card) = columns_and_rows(fields, TASKS)
    empty = [column for column in columns if card[column] is None]
    assert empty == [c for c in columns if c.split('.')[0].split(' ')[0] in RESTRICTED]
    assert all(first[column] is not None for column in columns)


RESTRICTED = [name for name, task in TASKS.items() if task.get('of') == ('fruit',)]


def test_an_empty_mask_is_an_area_of_zero_and_no_empty_cell(fields):
    fields['spine'][0] = encode_mask(np.zeros((HEIGHT, WIDTH)))
    _, (first, card) = columns_and_rows(fields, TASKS)
    assert first['spine (px2)'] == 0
    assert card['spine (px2)'] is None


def test_no_objects_give_no_records_and_no_rows(fields, tasks):
    nothing = {name: value[:0] for name, value in fields.items()}
    assert records_of(nothing, tasks) == []
    assert list(answers_of(nothing, tasks).rows(IMAGE)) == []


def test_instances_of_any_kind_become_arrays_and_runs():
    boxes = torch.tensor([[1.0, 2, 3, 4]])
    masks = np.ones((1, 4, 6), np.uint8)
    as_fields = to_fields(
        InstanceData(
            bboxes=HorizontalBoxes(boxes),
            mask=BitmapMasks(masks, 4, 6),
            length=torch.ones(1, requires_grad=True),
        )
    )
    assert {type(as_fields[name]) for name in ('bboxes', 'length')} == {np.ndarray}
    assert as_fields['bboxes'].tolist() == boxes.tolist()
    assert as_fields['mask'] == [encode_mask(masks[0])]


class TestSomeObjects:
    """Indexing keeps every field in step."""

    @pytest.fixture
    def answers(self, fields, tasks):
        return answers_of(fields, tasks)

    @pytest.mark.parametrize(
        ('index', 'kept'),
        [
            (1, [1]),
            (-1, [1]),
            (slice(1), [0]),
            (slice(None, None, -1), [1, 0]),
            (np.array([True, False]), [0]),
            (torch.tensor([False, True]), [1]),
            ([1, 1, 0], [1, 1, 0]),
            (np.int64(1), [1]),
            ([], []),
        ],
        ids=str,
    )
    def test_any_index_gives_those_objects(self, answers, fields, index, kept):
        some = answers[index]
        assert type(some) is Answers
        assert len(some) == len(kept)
        assert set(some.objects) == set(fields)
        for name, values in some.objects.items():
            expected = [fields[name][i] for i in kept]
            np.testing.assert_array_equal(values, np.array(expected).reshape(np.shape(values)))
            assert type(values) is type(fields[name])

    def test_iterating_gives_one_object_at_a_time(self, answers):
        assert [one.names.tolist() for one in answers] == [['fruit'], ['card']]

    @pytest.mark.parametrize('index', [2, -3, [0, 2], [True]], ids=str)
    def test_an_object_that_is_not_there_is_an_index_error(self, answers, index):
        with pytest.raises(IndexError):
            answers[index]

    def test_objects_are_chosen_by_what_is_said_of_them(self, answers):
        assert answers[answers.names == 'card'].labels.tolist() == [1]
        assert answers[answers['length'] > 100].names.tolist() == ['fruit']
        assert answers[answers.scores > 0.9][answers['neck'][:1] == '3']['colour'] == ['grey']

    def test_values_are_what_the_task_says_and_others_are_named(self, answers, tasks):
        assert answers['neck'].tolist() == ['3', None]
        with pytest.raises(KeyError, match="nothing is said about 'width', only about 'mask'"):
            answers['width']

    def test_no_objects_are_no_values(self, answers):
        nothing = answers[[]]
        assert (nothing.names.tolist(), nothing.boxes.shape) == ([], (0, 4))
        assert nothing['mask'] == []

    def test_a_network_that_finds_no_objects_has_none(self, tasks):
        answers = answers_of(None, tasks)
        assert (len(answers), list(answers), answers.answered) == (0, [], {})
        assert list(answers.records()) == list(answers.rows()) == []


@pytest.mark.parametrize('as_dict', [False, True])
@pytest.mark.parametrize('side', ['gt', 'pred'])
@pytest.mark.parametrize('complete', [True, False, (1,), (0, 1)])
def test_samples_and_their_dicts_say_the_same(fields, tasks, side, as_dict, complete):
    data = {k: v if isinstance(v, list) else torch.as_tensor(v) for k, v in fields.items()}
    sample = DetDataSample(metainfo=dict(ori_shape=(HEIGHT, WIDTH, 3)))
    instances = InstanceData(**data, metainfo=dict(complete=complete))  # as PackTaskInputs has it
    sample.set_field(instances, f'{side}_instances', dtype=InstanceData)
    answers = Answers.of(sample.to_dict() if as_dict else sample, side, CLASSES, tasks)
    assert answers.objects.keys() == fields.keys()
    assert answers[1:].names.tolist() == ['card']
    assert answers.size == (HEIGHT, WIDTH)
    assert list(answers.records()) == records_of(fields, tasks, {})
    other = dict(gt='pred', pred='gt')[side]
    assert Answers.of(sample, other, CLASSES, tasks).objects is None


def test_neither_torch_nor_mmdet_is_imported_for_them():
    code = 'import sys, projects.smn.tasks; print({"torch", "mmdet", "mmcv"} & set(sys.modules))'
    assert subprocess.check_output([sys.executable, '-c', code], text=True) == 'set()\n'
