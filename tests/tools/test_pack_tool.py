"""``tools/prepare/pack.py``: one file for a split, written whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import DEMO, on
from labelling import bytes_of, load
from mmdet.registry import DATASETS
from mmengine.config import Config
from raw_array_files import COUNT, write_arrays

from projects.smn.datasets.backends import Pack
from projects.smn.engine import link_tasks
from projects.smn.errors import UserError

tool = load('pack')
WORDS = ('--class', 'pet', '--binary', 'species', 'cat', 'dog', '--box', 'head')
PETS = """
classes = ('pet',)
tasks = dict(
    map=dict(type='SemanticTask', classes=('background', 'pet')),
    species=dict(type='ClassificationTask', per='image', classes=('cat', 'dog')),
    head=dict(type='BoxTask'),
    mask=dict(type='MaskTask'),
)
model = dict(backbone=dict())
pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(
    dataset=dict(
        type='CocoTaskDataset',
        data_root={root!r},
        ann_file='annotations/train.json',
        data_prefix=dict(img='images/', seg='annotations/semantic/'),
        pipeline=pipeline,
    )
)
"""


def pack(*words: object) -> None:
    tool.main([str(word) for word in words])


def train_set(cfg: Config, **changes):
    cfg.merge_from_dict(changes)
    return DATASETS.build(link_tasks(cfg).train_dataloader.dataset)


def pixels_of(dataset) -> list[np.ndarray]:
    """The images as the first step of the pipeline loads them."""
    load = dataset.pipeline.transforms[0]
    return [load(dataset.get_data_info(index))['img'] for index in range(len(dataset))]


@pytest.fixture
def own(fruit, tmp_path) -> Path:
    """A copy of the synthetic fruits that a test may change."""
    return shutil.copytree(fruit, tmp_path / 'fruit')


def test_a_split_is_packed_beside_its_data_and_read_by_one_option(own, capsys):
    files = {f'train/{name}': data for name, data in bytes_of(own / 'train').items()}
    pack(DEMO, *on(own))
    packed = Pack(own / 'train.h5')
    assert {key: packed.read(key) for key in packed} == files
    option = capsys.readouterr().out.splitlines()[-1].split()[-1]
    assert option == f'packed={own}/train.h5'
    changes = {'train_dataloader.dataset.data_root': f'{own}/'}
    before = pixels_of(train_set(Config.fromfile(DEMO), **changes))
    shutil.rmtree(own / 'train')
    after = pixels_of(train_set(Config.fromfile(DEMO), **changes, packed=f'{own}/train.h5'))
    assert len(before) == 6
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_the_same_files_give_the_same_bytes_and_only_the_pack_is_written(own, tmp_path):
    before = bytes_of(own)
    pack(DEMO, '--split', 'val', *on(own))
    content = (own / 'val.h5').read_bytes()
    pack(DEMO, '--split', 'val', *on(own))
    assert bytes_of(own) == {**before, 'val.h5': content}


def test_a_pack_elsewhere_is_named_with_its_root(own, tmp_path, capsys):
    pack(DEMO, '--out', tmp_path / 'fast' / 'a.h5', *on(own))
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.endswith(f'packed.path={tmp_path}/fast/a.h5 packed.root={own}')


def test_arrays_become_a_data_set_that_any_config_reads(tmp_path, capsys):
    out = tmp_path / 'old' / 'train.h5'
    pack(write_arrays(tmp_path / 'raw'), '--out', out, *WORDS)
    assert set(bytes_of(out.parent)) == {'train.h5', 'annotations/train.json'}
    assert 'images without head: 1' in capsys.readouterr().out
    cfg = Config.fromstring(PETS.format(root=str(out.parent)), '.py')
    dataset = train_set(cfg, packed=str(out))
    assert len(dataset) == COUNT
    sample = dataset[1]['data_samples']
    assert sample.gt_image.species.tolist() == [1]
    assert sample.gt_image.head.tolist() == [[3, 2, 13, 8]]
    assert np.array_equal(sample.gt_sem_seg.map[0], sample.gt_instances.mask.masks[0])
    assert dataset[3]['data_samples'].gt_sem_seg.map.max() == 0


def test_semantic_maps_are_packed_too(tmp_path):
    root = tmp_path / 'old'
    pack(write_arrays(tmp_path / 'raw'), '--out', root / 'train.h5', *WORDS)
    packed = Pack(root / 'train.h5')
    for key in packed:
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_bytes(packed.read(key))
    config = tmp_path / 'pets.py'
    config.write_text(PETS.format(root=str(root)))
    pack(config, '--out', root / 'again.h5')
    again = Pack(root / 'again.h5')
    assert {key: again.read(key) for key in again} == {key: packed.read(key) for key in packed}


# What it refuses


def failing(folder: Path, *words: object) -> str:
    """The sentence with which the tool ends; nothing below the folder changes."""
    before = bytes_of(folder)
    with pytest.raises(UserError) as error:
        pack(*words)
    assert bytes_of(folder) == before
    assert '\n' not in str(error.value)
    return str(error.value)


def test_what_is_no_pack_is_not_replaced(own, tmp_path):
    taken = own / 'annotations' / 'train.json'
    assert 'is no pack' in failing(own, DEMO, '--out', taken, *on(own))
    raw = write_arrays(tmp_path / 'raw')
    assert 'is no pack' in failing(tmp_path, raw, '--out', raw / 'images.h5')
    assert 'is not by this tool' in failing(tmp_path, raw, '--out', own / 'train.h5')


def test_an_empty_or_missing_image_leaves_an_earlier_pack(own):
    pack(DEMO, *on(own))
    image = own / 'train' / '000003.jpg'
    image.write_bytes(b'')
    assert '000003.jpg is empty' in failing(own, DEMO, *on(own))
    image.unlink()
    assert '000003.jpg' in failing(own, DEMO, *on(own))


def test_a_bad_row_in_the_middle_leaves_nothing(tmp_path):
    images = np.zeros((COUNT, 12, 16, 3))
    images[2] = 300
    raw = write_arrays(tmp_path / 'raw', images=images)
    said = failing(tmp_path, raw, '--out', tmp_path / 'old' / 'train.h5')
    assert 'images.h5: row 2' in said


def test_an_image_outside_of_the_root_is_refused(own, tmp_path):
    outside = tmp_path / 'outside'
    shutil.move(own / 'train', outside)
    prefix = f'train_dataloader.dataset.data_prefix.img={outside}'
    assert 'lies outside of' in failing(own, DEMO, *on(own), prefix)


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['nowhere.py'], 'there is no config nowhere.py'),
        (['{raw}'], 'arrays need --out'),
        (['{raw}', '--out', '{raw}/a.h5', '--benchmark'], '--benchmark'),
        (['{raw}/..', '--out', '{raw}/a.h5'], 'has no images.h5'),
        (['{raw}', '--out', '{raw}/images.h5/a.h5'], 'cannot read or write'),
    ],
)
def test_a_wrong_option_is_one_sentence(tmp_path, words, sentence):
    raw = write_arrays(tmp_path / 'raw')
    assert sentence in failing(tmp_path, *(word.format(raw=raw) for word in words))
