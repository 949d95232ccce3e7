"""What the API answers."""

from __future__ import annotations

import csv
import io
import re
import threading
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from api_client import PNG, SlowPredictor, api, assert_problem, encoded, picture, send
from canned import CLASSES, HEIGHT, IMAGE_TASKS, OBJECT_TASKS, TASKS, WIDTH, CannedPredictor
from json_schema import faults
from networks import tiny_config, tiny_model
from PIL import Image

from projects.smn.engine import Predictor
from projects.smn.serving.answer_schema import answer_schema
from projects.smn.tasks import Task, decode_mask


@pytest.fixture(scope='module')
def client():
    return api()


def schema_of(client) -> dict:
    """What the API says of the JSON of a prediction."""
    answers = client.get('/openapi.json').json()['paths']['/v1/predict']['post']['responses']
    return answers['200']['content']['application/json']['schema']


@pytest.mark.parametrize('tasks', [TASKS, OBJECT_TASKS, IMAGE_TASKS])
@pytest.mark.parametrize('masks', ['rle', 'polygons'])
def test_json_is_of_the_documented_form(tasks, masks):
    client = api(CannedPredictor(tasks=tasks))
    content = send(client, PNG, masks=masks).json()
    assert faults(content, schema_of(client)) == []
    (answer,) = content['images']
    assert ('objects' in answer) == bool(OBJECT_TASKS.keys() & tasks.keys())
    assert ('maps' in answer['image']) == ('ground' in tasks)


def test_a_network_answers_in_pixels_of_the_image(tiny_coco, tmp_path):
    torch.save(tiny_model(tiny_coco).state_dict(), tmp_path / 'weights.pth')
    cfg = tiny_config(tiny_coco)
    cfg.model.test_cfg.rcnn.score_thr = 0.0
    predictor = Predictor(cfg, str(tmp_path / 'weights.pth'), device='cpu', score_thr=0.0)
    client = api(predictor, score_thr=0.0)
    content = send(client, PNG).json()
    assert faults(content, schema_of(client)) == []
    (answer,) = content['images']
    assert answer['image']['width'] == WIDTH
    assert answer['objects']
    for found in answer['objects']:
        assert decode_mask(found['segmentation'], HEIGHT, WIDTH).shape == (HEIGHT, WIDTH)
        x, y, width, height = found['bbox']
        assert min(x, y) >= 0
        assert x + width <= WIDTH + 0.1
        assert y + height <= HEIGHT + 0.1


def test_the_documentation_describes_exactly_what_this_network_is_asked(client):
    image = schema_of(client)['properties']['images']['items']['properties']
    found = image['objects']['items']['properties']
    assert found['category']['enum'] == list(CLASSES)
    assert found['attributes']['properties']['colour']['properties']['value']['enum'] == [
        'red',
        'green',
    ]
    assert found['attributes']['properties']['length']['properties']['unit'] == dict(const='mm')
    assert list(found['masks']['properties']) == ['core']
    said = image['image']['properties']
    assert list(said['maps']['properties']['ground']['properties']) == [
        'background',
        'grass',
        'sky',
    ]
    assert 'points' not in found
    content = send(client, PNG).json()
    content['images'][0]['objects'][0]['attributes']['colour']['value'] = 'blue'
    assert faults(content, schema_of(client)) == [
        "$.images[0].objects[0].attributes.colour.value must not be 'blue'"
    ]


def test_a_kind_of_task_of_ones_own_is_described_where_it_answers():
    class Direction(Task):
        kind = 'direction'
        default_loss = dict(type='L1Loss')
        answer_path = ('directions', 'stem')

        def schema(self):
            return dict(type='array', items=dict(type='number'), minItems=2, maxItems=2)

    task = Direction(name='stem', dataset_classes=CLASSES)
    schema = answer_schema(SimpleNamespace(classes=CLASSES, tasks=dict(stem=task)))
    image = schema['properties']['images']['items']['properties']
    assert image['objects']['items']['properties']['directions']['properties'] == dict(
        stem=task.schema()
    )


def test_several_images_are_answered_in_order(client):
    assert len(send(client, PNG, PNG, PNG).json()['images']) == 3


def test_the_threshold_is_that_of_the_request_or_of_the_server():
    client = api(score_thr=0.5)
    assert len(send(client, PNG).json()['images'][0]['objects']) == 1
    assert len(send(client, PNG, score_thr=0.2).json()['images'][0]['objects']) == 2
    assert len(send(client, PNG, score_thr=0.95).json()['images'][0]['objects']) == 0


def test_csv_has_a_row_per_object_and_units(client):
    response = send(client, PNG, PNG, format='csv')
    assert response.headers['content-type'].startswith('text/csv')
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row['image'] for row in rows] == ['0', '0', '1', '1']
    assert rows[0]['length (mm)'] == '42.5'


def test_masks_are_a_zip_of_pngs_whose_names_are_ours(client):
    response = send(client, PNG, PNG, format='masks')
    assert response.headers['content-type'] == 'application/zip'
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert all(re.fullmatch(r'image00[01]_\w+\.png', name) for name in archive.namelist())


def test_the_overlay_is_a_png_with_something_drawn(client):
    response = send(client, PNG, format='overlay')
    assert response.headers['content-type'] == 'image/png'
    drawn = Image.open(io.BytesIO(response.content))
    assert drawn.width / drawn.height == pytest.approx(WIDTH / HEIGHT, rel=0.01)
    enlarged = picture().resize(drawn.size)
    assert np.abs(np.asarray(drawn, float) - np.asarray(enlarged, float)).mean() > 5


def test_an_overlay_without_masks_hides_less(client):
    def changed(style):
        response = send(client, PNG, format='overlay', style=style)
        drawn = Image.open(io.BytesIO(response.content))
        assert max(drawn.size) == 1000
        before = np.asarray(picture().resize(drawn.size), float)
        return np.abs(np.asarray(drawn, float) - before).mean()

    assert changed('none') < changed('outline') < changed('fill')
    assert send(client, PNG, format='overlay', style='neon').status_code == 422


def test_tasks_and_model_say_what_there_is(client):
    tasks = {task['name']: task for task in client.get('/v1/tasks').json()}
    assert list(tasks) == list(TASKS)
    assert tasks['length']['unit'] == 'mm'
    assert tasks['ends']['points'] == ['top', 'end']
    assert tasks['core']['of'] == ['apple']
    assert tasks['ground']['per'] == 'image'
    assert client.get('/v1/model').json()['classes'] == list(CLASSES)


def test_the_documentation_needs_no_internet(client):
    page = client.get('/docs').text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert address.startswith('/')
        assert client.get(address).status_code == 200
    assert '/v1/predict' in client.get('/openapi.json').json()['paths']


def test_while_the_network_works_the_server_answers_and_a_full_queue_says_when_to_come_back():
    predictor = SlowPredictor()
    with api(predictor, queue=1) as client:
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(send(client, PNG)))
        waiting.start()
        try:
            assert predictor.begun.wait(20)
            assert client.get('/healthz').json() == {'status': 'ok'}
            refused = send(client, PNG)
            assert_problem(refused, 503, 'try again')
            assert int(refused.headers['retry-after']) >= 1
        finally:
            predictor.may_go_on.set()
            waiting.join()
        assert answers[0].status_code == 200
        assert send(client, PNG).status_code == 200


def test_what_does_not_exist_is_told_so(client):
    for method, path in (('GET', '/v1/predict'), ('GET', '/v1/other'), ('PUT', '/healthz')):
        response = client.request(method, path)
        assert response.status_code in (404, 405)
        assert_problem(response, response.status_code, f'there is no {method} {path}')


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'BMP', 'TIFF', 'WEBP', 'GIF'])
def test_every_usual_format_is_read_whatever_its_name(client, kind):
    assert send(client, encoded(picture(), kind)).status_code == 200
