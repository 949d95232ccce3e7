"""From pets to a network that answers about whole images, by the command lines."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import pytest
from command_line import ROOT, run
from pet_tools import convert, make
from pycocotools import mask as mask_utils

CONFIG = ROOT / 'configs' / 'pet' / 'unet-mtl_pet.py'
TASKS = {'map', 'species', 'head'}
NETWORK = [
    'model.backbone.base_channels=4',
    'model.heads.maps.decode_head.in_channels=4',
    'model.heads.maps.decode_head.channels=4',
    'model.heads.attributes.in_channels=64',
    'model.heads.boxes.in_channels=32',
]


def on(data: Path) -> list[str]:
    """Options for two small steps on a few pets, and a test on some."""
    options = ['--cfg-options', *NETWORK, 'train_cfg.max_epochs=1']
    for loader, images in (('train', 4), ('val', 2), ('test', 3)):
        prefix = f'{loader}_dataloader'
        options += [
            f'{prefix}.dataset.data_root={data}',
            f'{prefix}.dataset.indices={images}',
            f'{prefix}.batch_size=2',
            f'{prefix}.num_workers=0',
            f'{prefix}.persistent_workers=False',
        ]
    return options


@pytest.fixture(scope='module')
def pets(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('data')
    raw = make(folder / 'raw', '--number', 26, '--head-boxes', 'all')
    convert(raw, folder / 'pet', '--classes', 'pet', '--split', '40-30-30')
    return folder / 'pet'


@pytest.fixture(scope='module')
def trained(pets, tmp_path_factory) -> Path:
    """The work dir of two steps."""
    work = tmp_path_factory.mktemp('work')
    done = run('train.py', CONFIG, '--work-dir', work, *on(pets))
    assert done.returncode == 0, done.stderr[-2000:]
    return work


def rows_of(path: Path) -> list[dict]:
    with path.open(newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def test_training_counts_the_labels_and_prints_the_table(trained):
    assert (trained / 'epoch_1.pth').is_file()
    log = next(trained.glob('*/*.log')).read_text()
    for task in TASKS | {'map:background', 'map:pet'}:
        assert f'| {task} ' in log
    assert '| bbox ' not in log
    assert 'loss_map' in log


def test_test_prints_the_table_and_writes_metrics_and_confusions(trained, pets, tmp_path):
    checkpoint = trained / 'epoch_1.pth'
    done = run(
        'test.py',
        CONFIG,
        checkpoint,
        '--work-dir',
        tmp_path,
        '--show-dir',
        'pictures',
        *on(pets),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert '| map:pet ' in done.stdout
    metrics = json.loads((tmp_path / 'metrics.json').read_text())
    assert {'map/mIoU', 'map:pet/Dice', 'species/accuracy', 'head/IoU'} <= metrics.keys()
    assert not [name for name in metrics if name.startswith('bbox')]
    (confusion,) = tmp_path.glob('confusion_*.csv')
    assert confusion.name == 'confusion_species.csv'
    counts = [int(row[name]) for row in rows_of(confusion) for name in ('cat', 'dog')]
    assert sum(counts) == 3
    assert len(list(tmp_path.glob('*/pictures/*.jpg'))) == 3


@pytest.fixture(scope='module')
def predicted(trained, pets, tmp_path_factory) -> tuple[Path, list[dict]]:
    """The folder of the results, and the records of the three images."""
    out = tmp_path_factory.mktemp('predicted')
    records = json.loads((pets / 'annotations' / 'test.json').read_text())['images'][:3]
    paths = [pets / 'images' / record['file_name'] for record in records]
    options = ['--out-dir', out, '--device', 'cpu', '--batch-size', 2, '--cfg-options', *NETWORK]
    done = run('predict.py', CONFIG, trained / 'epoch_1.pth', *paths, *options)
    assert done.returncode == 0, done.stderr[-2000:]
    return out, records


def test_predictions_are_pictures_records_and_rows_of_images_and_no_objects(predicted):
    out, images = predicted
    assert {path.name for path in out.iterdir()} == {'predictions', 'images.json', 'images.csv'}
    pictures = {path.stem for path in (out / 'predictions').glob('*.jpg')}
    assert pictures == {Path(image['file_name']).stem for image in images}
    assert all(cv2.imread(str(path)) is not None for path in (out / 'predictions').iterdir())


def test_records_are_in_pixels_of_the_image(predicted):
    out, images = predicted
    records = json.loads((out / 'images.json').read_text())
    assert len(records) == len(images)
    for record, image in zip(records, images, strict=True):
        assert Path(record['file_name']).name == image['file_name']
        maps = record['maps']['map']
        assert maps.keys() <= {'background', 'pet'}
        size = [image['height'], image['width']]
        assert all(mask['size'] == size for mask in maps.values())
        assert sum(mask_utils.area(mask) for mask in maps.values()) == size[0] * size[1]
        assert record['attributes']['species']['value'] in ('cat', 'dog')
        x, y, width, height = record['boxes']['head']
        assert 0 <= x <= x + width <= image['width'] + 0.1
        assert 0 <= y <= y + height <= image['height'] + 0.1


def test_the_table_has_units_in_its_header_and_says_what_the_records_say(predicted):
    out, _ = predicted
    records = json.loads((out / 'images.json').read_text())
    rows = rows_of(out / 'images.csv')
    header = ['file_name', 'map background (%)', 'map pet (%)', 'species', 'species score']
    assert list(rows[0]) == header + [f'head {c} (px)' for c in ('x1', 'y1', 'x2', 'y2')]
    for row, record in zip(rows, records, strict=True):
        said = record['attributes']['species']
        assert (row['species'], float(row['species score'])) == (said['value'], said['score'])
        shares = float(row['map background (%)']) + float(row['map pet (%)'])
        assert shares == pytest.approx(100, abs=0.02)
        assert float(row['head x1 (px)']) == pytest.approx(record['boxes']['head'][0], abs=0.06)
