"""From images to a trained network to predictions, by the command lines."""

from __future__ import annotations

import csv
import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from browse import shown_image
from command_line import DEMO, on, run
from mmdet.structures import DetDataSample
from pycocotools.coco import COCO

from projects.smn.ops import describe_operators


def model_options(options: list[str]) -> list[str]:
    """Of the options of a training, those that the network's shape depends on."""
    return ['--cfg-options', *(option for option in options[1:] if option.startswith('model.'))]


def test_training_leaves_a_checkpoint_and_prints_the_table(trained):
    assert (trained / 'epoch_1.pth').is_file()
    assert (trained / 'last_checkpoint').read_text().endswith('epoch_1.pth')
    log = next(trained.glob('*/*.log')).read_text()
    for task in ('bbox', 'mask', 'spine', 'ends', 'neck', 'rating', 'length'):
        assert f'| {task} ' in log
    assert f'mmcv operators: {describe_operators()}' in log


def test_test_prints_the_table_and_writes_metrics(trained, fruit, tmp_path):
    done = run(
        'test.py',
        DEMO,
        trained / 'epoch_1.pth',
        '--work-dir',
        tmp_path,
        '--show-dir',
        'pictures',
        '--out',
        tmp_path / 'raw.pkl',
        *on(fruit),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert '| task ' in done.stdout
    metrics = json.loads((tmp_path / 'metrics.json').read_text())
    assert {
        'bbox/mAP',
        'bbox/mAP_50',
        'mask/mAP',
        'mask/Dice',
        'spine/mAP',
        'spine/Dice',
        'ends/OKS_AP',
        'ends/PCK',
        'neck/accuracy',
        'neck/macro_F1',
        'neck/within_1',
        'neck/kappa',
        'length/MAE',
        'length/R2',
        'length/matched',
    } <= metrics.keys()
    # A network of three steps has nothing right: every picture has a number.
    pictures = [path.name for path in sorted(tmp_path.glob('*/pictures/*.jpg'))]
    with (tmp_path / 'errors.csv').open(newline='') as file:
        worst = dict.fromkeys(Path(row['file_name']).name for row in csv.DictReader(file))
    assert pictures == [f'{number}_{name}' for number, name in enumerate(worst, 1)]
    assert len(pictures) == 2
    raw = pickle.loads((tmp_path / 'raw.pkl').read_bytes())
    assert len(raw) == 2
    found = raw[0]['pred_instances']
    for name in ('mask', 'spine'):
        assert len(found[name]) == len(found['bboxes'])
        assert all(mask.keys() == {'size', 'counts'} for mask in found[name])


def test_resumed_training_goes_on_where_it_stopped(trained, fruit, tmp_path):
    # Where there is nothing to resume yet, the training begins as the config says.
    start = f'load_from={trained / "epoch_1.pth"}'
    first = run('train.py', DEMO, '--work-dir', tmp_path, '--resume', *on(fruit), start)
    assert first.returncode == 0, first.stderr[-2000:]
    assert f'Load checkpoint from {trained / "epoch_1.pth"}' in first.stdout
    done = run(
        'train.py', DEMO, '--work-dir', tmp_path, '--resume', *on(fruit), 'train_cfg.max_epochs=2'
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert 'resumed epoch: 1, iter: 3' in done.stdout
    assert (tmp_path / 'epoch_2.pth').is_file()


@pytest.fixture(scope='module')
def predicted(trained, fruit, tmp_path_factory):
    out = tmp_path_factory.mktemp('predicted')
    done = run(
        'predict.py',
        DEMO,
        trained / 'epoch_1.pth',
        fruit / 'test',
        fruit / 'val' / '*.jpg',
        '--out-dir',
        out,
        '--score-thr',
        0.0,
        '--device',
        'cpu',
        *model_options(on(fruit)),
        'model.test_cfg.rcnn.score_thr=0.0',
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return out


def test_predict_draws_a_picture_per_image_also_for_equal_names(predicted):
    pictures = sorted(path.name for path in (predicted / 'predictions').iterdir())
    assert pictures == ['000001.jpg', '000001_2.jpg', '000002.jpg', '000002_2.jpg']


def test_predictions_are_coco_results(predicted, fruit):
    records = json.loads((predicted / 'predictions.json').read_text())
    assert records
    coco = COCO(str(fruit / 'annotations' / 'test.json'))
    known = [record for record in records if record['image_id'] in coco.imgs]
    assert len(coco.loadRes(known).anns) == len(known) > 0
    cucumber = next(record for record in records if record['category'] == 'cucumber')
    assert len(cucumber['keypoints']) == 6
    assert cucumber['attributes'].keys() == {'neck', 'rating', 'length'}
    assert cucumber['attributes']['length']['unit'] == 'mm'
    assert cucumber['masks'].keys() == {'spine'}


def test_objects_table_has_a_row_per_object_and_units_in_its_header(predicted):
    records = json.loads((predicted / 'predictions.json').read_text())
    with (predicted / 'objects.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(records)
    assert {'class', 'score', 'x1 (px)', 'length (mm)', 'neck', 'mask (px2)'} <= rows[0].keys()
    assert {row['neck'] for row in rows if row['class'] == 'color_board'} <= {''}


def test_predict_reads_a_video(trained, fruit, tmp_path):
    image = cv2.imread(str(fruit / 'test' / '000001.jpg'))
    video = tmp_path / 'clip.avi'
    size = image.shape[1::-1]
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter_fourcc(*'MJPG'), 5, size)
    for _ in range(2):
        writer.write(image)
    writer.release()
    done = run(
        'predict.py',
        DEMO,
        trained / 'epoch_1.pth',
        video,
        '--out-dir',
        tmp_path / 'out',
        *model_options(on(fruit)),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    pictures = {path.name for path in (tmp_path / 'out' / 'predictions').iterdir()}
    assert pictures == {'clip_000000.jpg', 'clip_000001.jpg', 'clip.mp4'}
    drawn = cv2.VideoCapture(str(tmp_path / 'out' / 'predictions' / 'clip.mp4'))
    assert drawn.get(cv2.CAP_PROP_FRAME_COUNT) == 2
    assert drawn.get(cv2.CAP_PROP_FPS) == 5


def test_browse_draws_test_labels_on_the_image_that_they_belong_to(fruit):
    path = fruit / 'test' / '000001.jpg'
    resized = dict(
        inputs=torch.zeros(3, 64, 64), data_samples=DetDataSample(metainfo=dict(img_path=path))
    )
    assert np.array_equal(shown_image(resized, 'test'), cv2.imread(str(path))[..., ::-1])
    assert shown_image(resized, 'train').shape == (64, 64, 3)


def test_browse_draws_what_the_network_sees(fruit, tmp_path):
    done = run('browse.py', DEMO, '--number', 2, '--out-dir', tmp_path, *on(fruit))
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(list(tmp_path.glob('*.jpg'))) == 2
