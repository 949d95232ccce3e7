"""The first config that a user writes, as the page shows it."""

from __future__ import annotations

import shutil

import pytest
from examples import example_config, make_tomatoes
from mmdet.registry import DATASETS

from projects.smn.engine import link_tasks


@pytest.mark.parametrize('part', ['train', 'val', 'test'])
def test_the_config_for_own_data_reads_what_the_converters_write(
    tiny_coco, tmp_path, part, monkeypatch
):
    annotations = make_tomatoes(tiny_coco, tmp_path) / 'annotations'
    for other in ('val', 'test'):
        shutil.copy(annotations / 'train.json', annotations / f'{other}.json')
    monkeypatch.chdir(tmp_path)
    cfg = link_tasks(example_config('docs/data.md', 'dataset=files)\nval', tmp_path))
    dataset = DATASETS.build(cfg[f'{part}_dataloader'].dataset)
    assert len(dataset)
    assert set(dataset[0]['data_samples'].gt_instances.ripe.tolist()) == {2}
