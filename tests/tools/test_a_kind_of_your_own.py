"""``docs/examples/orientation.py``, a kind of task in one file: no file of the project knows it."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from command_line import DEMO, ROOT, on, run
from fastapi.testclient import TestClient

FOLDER = ROOT / 'docs' / 'examples'
CONFIG = f"""_base_ = {str(DEMO)!r}
custom_imports = dict(imports=[*_base_.custom_imports.imports, 'orientation'])
tasks = dict(orientation=dict(type='OrientationTask', of=('cucumber',)))
"""


@pytest.fixture(scope='module', autouse=True)
def _importable():
    """As with ``PYTHONPATH=docs/examples``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        patch.setenv('PYTHONPATH', os.pathsep.join([str(FOLDER), str(ROOT)]))
        yield


@pytest.fixture(scope='module')
def labelled(fruit, tmp_path_factory) -> Path:
    """The synthetic fruits with the direction from head to tail, in degrees."""
    root = tmp_path_factory.mktemp('angles') / 'fruit'
    shutil.copytree(fruit, root)
    for path in (root / 'annotations').iterdir():
        content = json.loads(path.read_text())
        for annotation in content['annotations']:
            if 'keypoints' in annotation:
                x1, y1, _, x2, y2, _ = annotation['keypoints']
                angle = np.degrees(np.arctan2(y2 - y1, x2 - x1))
                annotation['attributes']['orientation'] = float(angle)
        path.write_text(json.dumps(content))
    return root


@pytest.fixture(scope='module')
def config(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp('config') / 'oriented.py'
    path.write_text(CONFIG)
    return path


@pytest.fixture(scope='module')
def work(config, labelled, tmp_path_factory) -> Path:
    """The work dir of a short training."""
    work = tmp_path_factory.mktemp('work')
    log_each_step = 'default_hooks.logger.interval=1'
    done = run('train.py', config, '--work-dir', work, *on(labelled), log_each_step)
    assert done.returncode == 0, done.stderr[-2000:]
    return work


def network_options(data: Path) -> list[str]:
    """The options that the shape of the network depends on."""
    return ['--cfg-options', *(option for option in on(data) if option.startswith('model.'))]


def test_it_is_trained_and_measured(work):
    log = next(work.glob('*/*.log')).read_text()
    assert re.search(r'loss_orientation: [0-9.]*[1-9]', log)
    assert '| orientation ' in log
    assert 'within_10' in log


def test_it_is_measured_by_the_test_tool(config, work, labelled, tmp_path):
    done = run('test.py', config, work / 'epoch_1.pth', '--work-dir', tmp_path, *on(labelled))
    assert done.returncode == 0, done.stderr[-2000:]
    metrics = json.loads((tmp_path / 'metrics.json').read_text())
    assert {'orientation/error', 'orientation/within_10', 'orientation/matched'} <= set(metrics)


def test_it_is_predicted_drawn_and_written(config, work, labelled, tmp_path):
    done = run(
        'predict.py',
        *(config, work / 'epoch_1.pth', labelled / 'test'),
        *('--out-dir', tmp_path, '--score-thr', 0, *network_options(labelled)),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    records = json.loads((tmp_path / 'predictions.json').read_text())
    said = [r['attributes']['orientation'] for r in records if r['category'] == 'cucumber']
    assert said
    assert all(-180 <= answer['value'] <= 180 and answer['unit'] == 'degrees' for answer in said)
    with (tmp_path / 'objects.csv').open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row['orientation (degrees)']) for row in rows if row['class'] == 'cucumber'] == [
        answer['value'] for answer in said
    ]
    assert all(not row['orientation (degrees)'] for row in rows if row['class'] != 'cucumber')


def test_it_is_served_and_described(config, work, labelled):
    from projects.smn.engine import Predictor
    from projects.smn.engine.predictor import load_config
    from projects.smn.serving import ServingOptions, create_app

    options = dict(o.split('=') for o in on(labelled) if o.startswith('model.'))
    options['model.neck.in_channels'] = [16, 32, 64, 128]
    options = {key: int(v) if isinstance(v, str) else v for key, v in options.items()}
    predictor = Predictor(load_config(config, options), str(work / 'epoch_1.pth'), 'cpu', 0.0)
    app = create_app(predictor, ServingOptions(score_thr=0.0))
    client = TestClient(app, base_url='http://127.0.0.1')
    picture = next((labelled / 'test').iterdir())
    answer = client.post('/v1/predict', files=dict(image=picture.read_bytes()))
    assert answer.status_code == 200, answer.text
    objects = answer.json()['images'][0]['objects']
    assert any('orientation' in found.get('attributes', {}) for found in objects)
    assert 'orientation' in json.dumps(client.get('/openapi.json').json())
    assert 'orientation' in [task['name'] for task in client.get('/v1/tasks').json()]


@pytest.mark.parametrize(
    'move',
    [
        lambda labels: labels.flip('horizontal'),
        lambda labels: labels.flip('vertical'),
        lambda labels: labels.flip('diagonal'),
        lambda labels: labels.transpose(),
        lambda labels: labels.transpose().flip('horizontal').transpose().flip('diagonal'),
        lambda labels: labels.resize((80, 120)).pad((90, 130)),
    ],
)
def test_an_angle_turns_with_its_image_as_the_line_between_two_points_does(move):
    import orientation  # noqa: F401  # registers the kind

    from projects.smn.datasets import TaskLabels
    from projects.smn.tasks import build_tasks

    ends = dict(type='KeypointTask', points=('head', 'tail'))
    tasks = build_tasks(dict(angle=dict(type='OrientationTask'), ends=ends), ('fruit',))
    points = np.random.default_rng(0).uniform(1, 39, (20, 2, 2))
    instances = [
        dict(
            bbox=[0, 0, 60, 40],
            task_labels=dict(angle=direction(pair), ends=[[*point, 2] for point in pair]),
        )
        for pair in points
    ]
    moved = move(TaskLabels.load(instances, {}, tasks, (40, 60), read=open)).objects
    expected = [direction(pair) for pair in moved['ends'].values[..., :2]]
    turned = (moved['angle'].values - expected + 180) % 360 - 180
    np.testing.assert_allclose(turned, 0, atol=1e-3)


def direction(pair) -> float:
    """From the first to the second point, in degrees."""
    (x1, y1), (x2, y2) = pair
    return float(np.degrees(np.arctan2(y2 - y1, x2 - x1)))


@pytest.mark.parametrize('label', ['north', None, math.nan, math.inf])
def test_a_label_that_is_no_angle_is_refused(label):
    import orientation  # noqa: F401

    from projects.smn.errors import UserError
    from projects.smn.tasks import build_tasks

    task = build_tasks(dict(angle=dict(type='OrientationTask')), ('fruit',))['angle']
    with pytest.raises(UserError, match='is not an angle in degrees'):
        task.parse_label(label)


def test_its_arrow_is_drawn_from_the_middle_of_its_object_and_only_where_there_is_an_angle():
    import orientation  # noqa: F401

    from projects.smn.tasks import build_tasks
    from projects.smn.visualization import draw_task

    task = build_tasks(dict(angle=dict(type='OrientationTask')), ('fruit',))['angle']
    canvas = np.zeros((80, 120, 3), np.uint8)
    boxes = np.array([[10.0, 10, 50, 30], [5, 5, 20, 20]])
    draw_task(task, canvas, dict(bboxes=boxes, angle=np.array([0.0, np.nan])), 2.0, 0)
    y, x = np.nonzero(canvas.any(-1))
    assert abs(np.mean(y) - 40) < 1  # level, at twice the height of the middle
    assert cv2.boundingRect((canvas.any(-1)).astype(np.uint8))[2] == pytest.approx(45, abs=6)
    assert x.max() > 60 > x.min()


def test_the_page_about_it_shows_this_very_file():
    page = (ROOT / 'docs' / 'add-a-task.md').read_text()
    assert (FOLDER / 'orientation.py').read_text().strip() in page
