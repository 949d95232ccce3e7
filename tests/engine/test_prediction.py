"""JSON, tables and pictures of a prediction."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from canned import (
    BOXES,
    HEIGHT,
    IMAGE,
    IMAGE_TASKS,
    OBJECT_TASKS,
    TASKS,
    WIDTH,
    canned_prediction,
    ground,
    masks,
)

from projects.smn.engine.tables import to_csv
from projects.smn.errors import UserError
from projects.smn.tasks import decode_mask


def _read_csv(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


def test_json_has_every_answer_with_its_unit():
    content = json.loads(json.dumps(canned_prediction().to_dict(), allow_nan=False))
    apple, card = content['objects']
    x1, y1, x2, y2 = BOXES[0]
    assert apple['category'] == 'apple'
    assert apple['bbox'] == [x1, y1, x2 - x1, y2 - y1]
    assert apple['score'] == 0.9
    assert apple['attributes']['length'] == dict(value=42.5, unit='mm')
    assert apple['attributes']['colour'] == dict(value='green', score=0.8)
    assert apple['keypoints'] == [10, 20, 0.9, 38, 21, 0.8]
    assert card.keys() & {'keypoints', 'attributes', 'masks'} == set()
    image = content['image']
    assert (image['width'], image['height']) == (WIDTH, HEIGHT)
    assert image['attributes']['weather'] == dict(value='sun', score=0.7)
    assert image['boxes']['leaf'] == [4, 6, 16, 10]
    assert image['maps']['ground'].keys() == {'background', 'grass', 'sky'}


@pytest.mark.parametrize('form', ['rle', 'polygons'])
def test_masks_in_json_decode_to_what_was_predicted(form):
    objects = canned_prediction().to_dict(form)['objects']
    for record, mask in zip(objects, masks(), strict=True):
        np.testing.assert_array_equal(decode_mask(record['segmentation'], HEIGHT, WIDTH), mask)
    core = decode_mask(objects[0]['masks']['core'], HEIGHT, WIDTH)
    np.testing.assert_array_equal(core, masks(6)[0])
    assert isinstance(objects[0]['segmentation'], dict if form == 'rle' else list)


def test_semantic_maps_in_json_decode_to_what_was_predicted():
    maps = canned_prediction().to_dict('polygons')['image']['maps']['ground']
    for index, name in enumerate(IMAGE_TASKS['ground']['classes']):
        np.testing.assert_array_equal(decode_mask(maps[name], HEIGHT, WIDTH), ground() == index)


def test_another_form_of_masks_is_refused():
    with pytest.raises(UserError, match='rle, polygons'):
        canned_prediction().to_dict('png')


def test_a_network_without_detections_has_no_objects_and_one_that_finds_none_an_empty_list():
    assert 'objects' not in canned_prediction(IMAGE_TASKS).to_dict()
    assert canned_prediction(count=0).to_dict()['objects'] == []


def test_the_masked_share_is_that_of_the_union():
    masked = canned_prediction().masked()
    union, total = masks().any(0).mean(), masks().mean((1, 2)).sum()
    assert masked['mask'] == pytest.approx(union, abs=1e-4)
    assert masked['mask'] < total - 0.01
    assert masked['core'] == pytest.approx(masks(6)[0].mean(), abs=1e-4)
    assert canned_prediction(count=0).masked() == dict(mask=0, core=0)


@pytest.mark.parametrize(('score_thr', 'left'), [(0, 2), (0.4, 2), (0.41, 1), (0.95, 0)])
def test_a_threshold_leaves_objects_of_that_score_and_above(score_thr, left):
    kept = canned_prediction().at_least(score_thr)
    content = kept.to_dict()
    assert len(content['objects']) == left
    assert content['image']['maps'] == canned_prediction().to_dict()['image']['maps']


def test_the_table_has_a_row_per_object_and_units_in_its_header():
    rows = _read_csv(
        to_csv([canned_prediction(), canned_prediction(count=1)], canned_prediction().tasks)
    )
    assert [(row['image'], row['object'], row['class']) for row in rows] == [
        ('0', '0', 'apple'),
        ('0', '1', 'card'),
        ('1', '0', 'apple'),
    ]
    assert rows[0]['length (mm)'] == '42.5'
    assert rows[1]['length (mm)'] == ''
    assert rows[0]['mask (px2)'] == str(masks()[0].sum())
    assert {row['weather'] for row in rows} == {'sun'}
    assert float(rows[0]['ground sky (%)']) == pytest.approx(100 * (ground() == 2).mean(), abs=0.01)


def test_what_is_said_of_an_image_is_in_the_table_also_without_objects():
    for rows in (
        _read_csv(canned_prediction(count=0).to_csv()),
        _read_csv(canned_prediction(IMAGE_TASKS).to_csv()),
    ):
        assert [row['weather'] for row in rows] == ['sun']
    only_objects = canned_prediction(OBJECT_TASKS, count=0).to_csv()
    assert _read_csv(only_objects) == []


@pytest.mark.parametrize('name', TASKS)
def test_a_task_that_is_switched_off_is_not_drawn(name):
    prediction = canned_prediction()
    everything = np.asarray(prediction.draw(min_side=320))
    others = np.asarray(prediction.draw([n for n in TASKS if n != name], min_side=320))
    assert everything.shape == others.shape == (240, 320, 3)
    assert np.abs(everything.astype(int) - others).max() > 20


def test_an_image_without_objects_is_drawn():
    drawn = canned_prediction(OBJECT_TASKS, 0).draw((), min_side=64)
    np.testing.assert_array_equal(drawn, IMAGE)
