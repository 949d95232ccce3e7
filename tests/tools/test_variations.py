"""One config, trained by seeds, by folds, with fewer images."""

from __future__ import annotations

import copy
import json
import shutil

import pytest
from _variations import Variation, variations, varied
from helpers import make_tiny_coco, read_coco, write_coco
from mmengine.config import Config

from projects.smn.errors import UserError


@pytest.fixture
def cfg(tmp_path):
    """Six pictures to train on, of which two are copies, and three to test on."""
    root = make_tiny_coco(tmp_path / 'data')
    content = read_coco(root)
    for number in (4, 5, 6):
        name = f'{number}.png'
        shutil.copy(root / 'train' / '1.png', root / 'train' / name)
        if number > 4:  # behind the picture's end, so that these are no copies
            with (root / 'train' / name).open('ab') as file:
                file.write(bytes([number]))
        content['images'].append(dict(content['images'][0], id=number, file_name=name))
    write_coco(root, content)
    shutil.copytree(root / 'train', root / 'other')
    for path in (root / 'other').iterdir():
        path.write_bytes(path.read_bytes() + b'other')
    test = dict(content, images=content['images'][:3])
    (root / 'annotations' / 'test.json').write_text(json.dumps(test))

    def loader(name, folder):
        dataset = dict(
            type='CocoTaskDataset',
            ann_file=f'annotations/{name}.json',
            data_prefix=dict(img=folder),
        )
        return dict(batch_size=2, dataset=dataset)

    return Config(
        dict(
            data_root=f'{root}/',
            monitor='mask/mAP',
            train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=2),
            val_cfg=dict(type='ValLoop'),
            train_dataloader=loader('train', 'train/'),
            val_dataloader=None,
            test_dataloader=loader('test', 'other/'),
        )
    )


def images_of(cfg, loader) -> list[str]:
    dataset = cfg[loader].dataset
    assert dataset.data_prefix == dict(img='')
    with open(dataset.ann_file) as file:
        return [image['file_name'] for image in json.load(file)['images']]


def test_every_image_is_tested_on_in_exactly_one_fold(cfg, tmp_path):
    tested = []
    for fold in range(3):
        one = varied(copy.deepcopy(cfg), Variation(fold=fold, folds=3), tmp_path / str(fold))
        train, test = images_of(one, 'train_dataloader'), images_of(one, 'test_dataloader')
        assert not set(train) & set(test)
        assert len(train) + len(test) == 9
        # The copies stay together.
        assert ('train/1.png' in test) == ('train/4.png' in test)
        tested += test
    assert len(tested) == len(set(tested)) == 9


def test_a_held_out_fold_chooses_no_checkpoint(cfg, tmp_path):
    one = varied(cfg, Variation(fold=0, folds=3), tmp_path)
    assert one.val_cfg is one.val_dataloader is one.val_evaluator is None
    assert 'monitor' not in one


def test_fewer_images_are_among_the_more_and_an_epoch_stays_as_long(cfg, tmp_path):
    chosen = []
    for number in (2, 4):
        one = varied(copy.deepcopy(cfg), Variation(images=number), tmp_path / str(number))
        chosen.append(set(images_of(one, 'train_dataloader')))
        assert one.train_dataloader.sampler.epoch_length == 6
        assert one.test_dataloader == cfg.test_dataloader
    assert [len(names) for names in chosen] == [2, 4]
    assert chosen[0] < chosen[1]


def test_steps_are_counted_as_they_are_where_the_loop_counts_steps(cfg, tmp_path):
    cfg.train_cfg = dict(type='IterBasedTrainLoop', max_iters=5)
    one = varied(cfg, Variation(images=2), tmp_path)
    assert 'sampler' not in one.train_dataloader


def test_a_seed_is_that_of_the_run_and_annotations_stay(cfg, tmp_path):
    one = varied(copy.deepcopy(cfg), Variation(seed=7), tmp_path)
    assert one.randomness.seed == 7
    assert one.train_dataloader == cfg.train_dataloader


@pytest.mark.parametrize(
    ('variation', 'said'),
    [
        (Variation(images=7), '--images 7: there are 6 to train on'),
        (Variation(fold=0, folds=20), '8 different images cannot be dealt into 20 folds'),
    ],
)
def test_more_than_there_is_is_refused(cfg, tmp_path, variation, said):
    with pytest.raises(UserError, match=said):
        varied(cfg, variation, tmp_path)


def test_several_files_become_one(cfg, tmp_path):
    train, test = cfg.train_dataloader.dataset, cfg.test_dataloader.dataset
    cfg.train_dataloader.dataset = dict(type='ConcatDataset', datasets=[train, test])
    names = images_of(varied(cfg, Variation(images=9), tmp_path), 'train_dataloader')
    assert {name.split('/')[0] for name in names} == {'train', 'other'}
    assert len(set(names)) == 9


def test_a_wrapped_data_set_is_refused(cfg, tmp_path):
    cfg.train_dataloader.dataset = dict(type='RepeatDataset', dataset=cfg.train_dataloader.dataset)
    with pytest.raises(UserError, match='train_dataloader has a RepeatDataset; --folds and'):
        varied(cfg, Variation(images=2), tmp_path)


def test_all_combinations_have_folders_of_their_own():
    every = list(variations([0, 1], 2, [5, 9]))
    assert len({v.folder for v in every}) == len(every) == 8
    (plain,) = variations(None, 0, None)
    assert plain.folder.parts == ()
