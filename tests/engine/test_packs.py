"""``packed``: one switch, and everything reads from packs."""

from __future__ import annotations

import pytest
from mmengine.config import Config
from networks import DEMO

from projects.smn.datasets.backends import write_pack
from projects.smn.datasets.transforms import LoadTaskAnnotations
from projects.smn.engine import link_tasks
from projects.smn.errors import UserError

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


@pytest.fixture
def cfg() -> Config:
    return Config.fromfile(DEMO)


@pytest.fixture
def path(tmp_path) -> str:
    write_pack(tmp_path / 'train.h5', [('train/1.jpg', b'1')])
    return str(tmp_path / 'train.h5')


def test_data_sets_and_what_loads_in_their_pipelines_get_the_backend(cfg, path):
    load, *rest = cfg.train_dataloader.dataset.pipeline
    inner = [dict(type='RandomApply', transforms=[load])]
    cfg.train_dataloader.dataset.pipeline = [*inner, *rest]
    leaf = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=leaf)
    cfg.packed = path
    linked = link_tasks(cfg)
    expected = dict(backend='packed', path=path)
    datasets = [linked.train_dataloader.dataset.dataset]
    datasets += [linked[loader].dataset for loader in LOADERS[1:]]
    for dataset in datasets:
        assert dataset.backend_args == expected
    first, annotations, *others = datasets[0].pipeline
    assert first.transforms[0].backend_args == expected
    assert annotations.backend_args == expected
    assert not any('backend_args' in step for step in others)
    assert linked.default_hooks.visualization.backend_args == expected


@pytest.mark.parametrize(
    ('step', 'reads'),
    [
        (dict(type='LoadProposals'), False),
        (dict(type='mmdet.LoadEmptyAnnotations'), False),
        (dict(type='LoadMultiChannelImageFromFiles'), True),
        (dict(type='mmseg.LoadAnnotations'), True),
        (dict(type=LoadTaskAnnotations), True),
        (dict(type='Albu', transforms=[dict(type='Blur')]), False),
    ],
)
def test_only_a_step_that_takes_the_backend_gets_it(cfg, path, step, reads):
    cfg.test_dataloader.dataset.pipeline.insert(0, step)
    cfg.packed = path
    linked = link_tasks(cfg).test_dataloader.dataset.pipeline[0]
    assert ('backend_args' in linked) is reads
    assert all('backend_args' not in inner for inner in linked.get('transforms', ()))


def test_linking_twice_is_as_good_as_once_and_leaves_the_original_alone(cfg, path):
    cfg.packed = [path]
    before = cfg.to_dict()
    once = link_tasks(cfg)
    assert cfg.to_dict() == before
    assert link_tasks(once).to_dict() == once.to_dict()


@pytest.mark.parametrize(
    ('options', 'expected'),
    [
        ({'packed': '{path}'}, dict(path='{path}')),
        ({'packed': ['{path}', '{path}']}, dict(path=['{path}', '{path}'])),
        ({'packed.path': '{path}', 'packed.root': 'data'}, dict(path='{path}', root='data')),
    ],
)
def test_a_pack_several_and_a_root_can_be_named(cfg, path, options, expected):
    def fill(value):
        return [path] * len(value) if isinstance(value, list) else value.format(path=path)

    cfg.merge_from_dict({key: fill(value) for key, value in options.items()})
    backend_args = link_tasks(cfg).test_dataloader.dataset.backend_args
    assert backend_args == {'backend': 'packed', **{k: fill(v) for k, v in expected.items()}}


def test_without_the_switch_nothing_changes(cfg):
    assert link_tasks(cfg).train_dataloader.dataset.backend_args is None


@pytest.mark.parametrize(
    ('packed', 'words'),
    [
        ('nowhere.h5', 'there is no pack .*nowhere.h5'),
        (str(DEMO), 'cannot be read as a pack'),
        (dict(path='x.h5', folder='y'), "'folder'"),
        (dict(root='y'), "'path'"),
    ],
)
def test_what_is_no_pack_is_refused_before_anything_is_built(cfg, packed, words):
    cfg.packed = packed
    with pytest.raises(UserError, match=words):
        link_tasks(cfg)
