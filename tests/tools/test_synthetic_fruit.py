"""The command line that renders the synthetic fruit data, run as a user would."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mmdet.registry import DATASETS
from mmengine.config import Config
from pycocotools.coco import COCO
from synthetic.fruit_coco import SURFACES
from synthetic.table_tops import TABLE_TOPS

ROOT = Path(__file__).parents[2]
TOOL = ROOT / 'tools' / 'prepare' / 'synthetic_fruit.py'
BASES = ROOT / 'configs' / '_base_' / 'datasets'
SMALL = ('--train', '3', '--val', '1', '--test', '1', '--workers', '1')


def run(out: Path, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(TOOL), '--out', str(out), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


@pytest.fixture(scope='module')
def rendered(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp('data') / 'fruit'
    done = run(out, *SMALL)
    assert done.returncode == 0, done.stderr
    return out


def test_writes_images_maps_annotations_and_a_stamp_and_nothing_else(rendered):
    assert set(content(rendered)) == {
        'train/000001.jpg',
        'train/000002.jpg',
        'train/000003.jpg',
        'val/000001.jpg',
        'test/000001.jpg',
        'maps/train/000001.png',
        'maps/train/000002.png',
        'maps/train/000003.png',
        'maps/val/000001.png',
        'maps/test/000001.png',
        'annotations/train.json',
        'annotations/val.json',
        'annotations/test.json',
        'synthetic_fruit.json',
    }


def test_annotations_load_with_pycocotools(rendered):
    coco = COCO(rendered / 'annotations' / 'train.json')
    assert [category['name'] for category in coco.loadCats([1, 2])] == ['cucumber', 'color_board']
    assert len(coco.imgs) == 3
    for image_id, image in coco.imgs.items():
        objects = coco.loadAnns(coco.getAnnIds(image_id))
        assert [labels['category_id'] for labels in objects].count(2) == 1
        assert 2 <= len(objects) <= 9
        for labels in objects:
            mask = coco.annToMask(labels)
            assert mask.shape == (image['height'], image['width'])
            assert mask.sum() == labels['area']


def test_number_of_workers_does_not_change_a_byte(rendered, tmp_path):
    assert run(tmp_path, *SMALL[:-1], '2').returncode == 0
    assert content(tmp_path) == content(rendered)


def test_image_does_not_depend_on_how_many_are_rendered_and_no_old_one_is_left(tmp_path, rendered):
    options = ('--val', '0', '--test', '0', '--workers', '1')
    assert run(tmp_path, '--train', '2', *options).returncode == 0
    assert run(tmp_path, '--train', '1', *options).returncode == 0
    pictures = {n: data for n, data in content(tmp_path).items() if not n.endswith('.json')}
    expected = content(rendered)
    assert pictures == {n: expected[n] for n in ('train/000001.jpg', 'maps/train/000001.png')}


def test_second_call_leaves_a_complete_set_alone(rendered):
    before = (rendered / 'train' / '000001.jpg').stat().st_mtime_ns
    again = run(rendered, *SMALL)
    assert again.returncode == 0
    assert 'complete' in again.stdout
    assert (rendered / 'train' / '000001.jpg').stat().st_mtime_ns == before


@pytest.mark.parametrize('name', ['train/000001.jpg', 'maps/train/000001.png'])
def test_missing_image_or_map_is_rendered_again(tmp_path, name):
    options = ('--train', '1', '--val', '0', '--test', '0', '--workers', '1')
    assert run(tmp_path, *options).returncode == 0
    missing = tmp_path / name
    expected = missing.read_bytes()
    missing.unlink()
    assert run(tmp_path, *options).returncode == 0
    assert missing.read_bytes() == expected


def data_set(name: str, root: Path):
    """The training set of a base config, below ``root``."""
    cfg = Config.fromfile(BASES / name)
    meta = dict(classes=cfg.classes, tasks=cfg.tasks)
    return DATASETS.build(dict(cfg.train_dataloader.dataset, data_root=str(root), metainfo=meta))


def test_maps_and_table_tops_are_labels_of_whole_images(rendered):
    for entry in data_set('fruit_scene.py', rendered):
        sample = entry['data_samples']
        assert sample.gt_sem_seg.surface.shape == (1, *sample.img_shape)
        assert sample.gt_image.table[0] >= 0


def test_declared_classes_are_those_that_are_rendered():
    tasks = Config.fromfile(BASES / 'fruit_scene.py').tasks
    assert tuple(tasks.surface.classes) == SURFACES
    assert tuple(tasks.table.classes) == tuple(TABLE_TOPS)


def test_set_of_an_earlier_version_without_maps_still_trains_objects(rendered, tmp_path):
    shutil.copytree(rendered, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / 'maps')
    path = tmp_path / 'annotations' / 'train.json'
    labels = json.loads(path.read_text())
    for image in labels['images']:
        del image['seg_map'], image['attributes']
    path.write_text(json.dumps(labels))
    assert len(data_set('fruit.py', tmp_path)[0]['data_samples'].gt_instances) > 1


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        (('--train', '-1'), '--train'),
        (('--seed', '-3'), '--seed'),
        (('--workers', '0'), '--workers'),
        (('--train', '0', '--val', '0', '--test', '0'), 'nothing to render'),
    ],
)
def test_senseless_option_is_one_sentence_and_status_2(tmp_path, options, named):
    failed = run(tmp_path / 'fruit', *options)
    assert failed.returncode == 2
    assert failed.stderr.startswith('error: ')
    assert named in failed.stderr
    assert failed.stderr.count('\n') == 1
    assert not (tmp_path / 'fruit').exists()


def test_out_that_is_a_file_or_below_one_is_refused(tmp_path):
    path = tmp_path / 'file'
    path.write_text('mine')
    for out in (path, path / 'fruit'):
        failed = run(out, *SMALL)
        assert failed.returncode == 2
        assert failed.stderr.startswith('error: ')
        assert failed.stderr.count('\n') == 1
    assert path.read_text() == 'mine'


def test_folder_with_other_data_is_refused_and_kept(tmp_path):
    (tmp_path / 'train').mkdir()
    (tmp_path / 'train' / '000009.jpg').write_bytes(b'mine')
    failed = run(tmp_path, *SMALL)
    assert failed.returncode == 2
    assert "'train'" in failed.stderr
    assert content(tmp_path) == {'train/000009.jpg': b'mine'}


def test_unfinished_set_is_finished(rendered, tmp_path):
    stamp = json.loads((rendered / 'synthetic_fruit.json').read_text())
    stamp['complete'] = False
    (tmp_path / 'synthetic_fruit.json').write_text(json.dumps(stamp))
    (tmp_path / 'train').mkdir()
    assert run(tmp_path, *SMALL).returncode == 0
    assert content(tmp_path) == content(rendered)
