"""Several annotation files in one training set, from the config to the batches."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from examples import example_config, make_tomatoes
from helpers import make_tiny_coco, read_coco, write_coco
from mmengine.config import Config
from mmengine.registry import init_default_scope
from networks import tiny_config

from projects.smn.datasets import find_sources
from projects.smn.engine import TaskRunner, link_tasks
from projects.smn.errors import UserError

KEPT = dict(boxes=(), masks=('segmentation',), grades=('attributes',))


@pytest.fixture
def mixed(tiny_coco) -> Path:
    """``annotations/{boxes,masks,grades}.json`` with 2 images each, beside ``train.json``."""
    content = read_coco(make_tiny_coco(tiny_coco / 'full'))
    content['images'] = content['images'][:2]
    content['annotations'] = content['annotations'][:4]
    always = ('id', 'image_id', 'category_id', 'bbox')
    for name, keys in KEPT.items():
        annotations = [
            {key: a[key] for key in (*always, *keys) if key in a} for a in content['annotations']
        ]
        path = write_coco(tiny_coco / 'full', dict(content, annotations=annotations))
        path.rename(tiny_coco / 'annotations' / f'{name}.json')
    return tiny_coco


def mixed_config(root: Path, **sampler) -> Config:
    cfg = tiny_config(root)
    leaf = cfg.train_dataloader.dataset
    sources = [dict(leaf, ann_file=f'annotations/{name}.json') for name in KEPT]
    cfg.merge_from_dict(
        dict(
            train_dataloader=dict(
                batch_size=4,
                dataset=dict(_delete_=True, type='ConcatDataset', datasets=sources),
                sampler=dict(_delete_=True, type='ShareSampler', **sampler),
                batch_sampler=None,
            ),
            work_dir=str(root / 'work'),
        )
    )
    return cfg


@pytest.fixture
def runner(mixed):
    return TaskRunner.from_cfg(mixed_config(mixed, shares=[0.25, 0.25, 0.5], epoch_length=12))


def kind_of(sample) -> str:
    """Which of the files an image is from, by its labels."""
    objects = sample.gt_instances
    if objects.mask_labelled.any():
        return 'masks'
    return 'grades' if (objects.colour >= 0).any() else 'boxes'


def test_every_batch_of_an_epoch_has_its_shares(runner):
    loader = runner.build_dataloader(runner.cfg.train_dataloader, seed=0)
    batches = list(loader)
    assert len(batches) == len(loader) == 3
    for batch in batches:
        assert Counter(map(kind_of, batch['data_samples'])) == dict(boxes=1, masks=1, grades=2)


def test_sources_and_metrics_know_the_tasks(runner):
    train = runner.build_dataloader(runner.cfg.train_dataloader).dataset
    tasks = list(runner.cfg.tasks)
    assert list(train.metainfo['tasks']) == tasks
    assert all(list(source.tasks) == tasks for source in find_sources(train))
    (metric,) = runner.build_val_loop(runner.cfg.val_cfg).evaluator.metrics
    assert list(metric.dataset_meta['tasks']) == tasks


def test_metrics_know_the_tasks_of_a_joined_test_set_too(mixed):
    cfg = mixed_config(mixed, shares=dict(mask=1.0))
    leaf = cfg.val_dataloader.dataset
    cfg.val_dataloader.dataset = dict(type='ConcatDataset', datasets=[leaf, leaf])
    runner = TaskRunner.from_cfg(cfg)
    loop = runner.build_val_loop(runner.cfg.val_cfg)
    assert len(loop.dataloader.dataset) == 6
    (metric,) = loop.evaluator.metrics
    assert list(metric.dataset_meta['tasks']) == list(cfg.tasks)
    assert tuple(metric.dataset_meta['classes']) == tuple(cfg.classes)


def test_shares_of_tasks_are_taken_across_the_files(mixed):
    cfg = link_tasks(mixed_config(mixed, shares=dict(mask=0.5, length=0.5)))
    loader = TaskRunner.build_dataloader(cfg.train_dataloader, seed=0)
    for batch in loader:
        assert Counter(map(kind_of, batch['data_samples'])) == dict(masks=2, grades=2)


def test_shares_that_do_not_sum_to_one_are_said_in_a_sentence(mixed):
    cfg = link_tasks(mixed_config(mixed, shares=[0.5, 0.5, 0.5]))
    with pytest.raises(UserError, match=r'^shares must sum to 1, but 0\.5 \+ 0\.5 \+ 0\.5 = 1\.5$'):
        TaskRunner.build_dataloader(cfg.train_dataloader)


def test_the_example_of_the_docs_runs_as_it_stands(mixed, tmp_path, monkeypatch):
    make_tomatoes(mixed, tmp_path)
    monkeypatch.chdir(tmp_path)
    cfg = link_tasks(example_config('docs/data.md', 'ShareSampler', tmp_path))
    init_default_scope('mmdet')
    cfg.train_dataloader.update(num_workers=0, persistent_workers=False)
    loader = TaskRunner.build_dataloader(cfg.train_dataloader, seed=0)
    for batch in loader:
        kinds = Counter(
            'mask'
            if sample.gt_instances.mask_labelled.any()
            else int(sample.gt_instances.ripe.max())
            for sample in batch['data_samples']
        )
        assert kinds == {'mask': 1, 2: 1, -1: 2}
