"""The checkpoints of every family load, resume and predict, with a balancer and without."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from networks import ROOT, tiny_config
from small_configs import rcnn_options, small_one_stage
from whole_images import make_whole_images

from projects.smn.engine import Predictor, TaskRunner, load_checkpoint_file
from projects.smn.engine.predictor import load_config


def fruit(coco, _):
    return tiny_config(coco)


def balloon(coco, _):
    path = ROOT / 'configs/balloon/mask-rcnn_mobilenetv2_fpn_balloon.py'
    return load_config(path, rcnn_options(coco))


def pet(_, whole):
    return small_one_stage(ROOT / 'configs/pet/unet-mtl_pet.py', whole)


def warehouse(_, whole):
    path = ROOT / 'configs/warehouse/ssdlite-deeplabv3plus_mbv2_warehouse.py'
    return small_one_stage(path, whole)


def train(cfg, work_dir, epochs: int, **options) -> TaskRunner:
    # All images at once: batch norm needs more than one.
    cfg.train_dataloader.update(batch_size=3, num_workers=0, persistent_workers=False)
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=epochs)
    cfg.update(val_cfg=None, val_dataloader=None, val_evaluator=None)
    cfg.update(work_dir=str(work_dir), experiment_name=f'{work_dir}_{epochs}', **options)
    runner = TaskRunner.from_cfg(cfg)
    runner.train()
    return runner


@pytest.mark.parametrize(
    ('family', 'balancer'),
    [
        *((family, None) for family in (fruit, balloon, pet, warehouse)),
        (fruit, dict(type='UncertaintyWeighting')),
        pytest.param(pet, dict(type='UncertaintyWeighting'), marks=pytest.mark.long),
    ],
    ids=lambda value: getattr(value, '__name__', str(value)),
)
def test_a_checkpoint_loads_resumes_and_predicts(family, balancer, tiny_coco, tmp_path):
    cfg = family(tiny_coco, make_whole_images(tmp_path / 'whole'))
    cfg.model.balancer = balancer
    train(cfg, tmp_path / 'work', epochs=1)
    path = tmp_path / 'work' / 'epoch_1.pth'
    first = load_checkpoint_file(path)
    assert any(key.startswith('balancer.') for key in first['state_dict']) == bool(balancer)
    histories = first['message_hub']['log_scalars']
    assert histories['train/loss'].current() > 0

    resumed = train(cfg, tmp_path / 'work', epochs=2, resume=True)
    assert resumed.epoch == 2
    again = load_checkpoint_file(tmp_path / 'work' / 'epoch_2.pth')
    assert again['meta']['iter'] == 2 * first['meta']['iter']
    new, old = (c['message_hub']['log_scalars']['train/loss'].data[0] for c in (again, first))
    assert new.tolist()[: len(old)] == old.tolist()

    other = train(cfg, tmp_path / 'other', epochs=0, resume=False, load_from=str(path))
    loaded = other.model.state_dict()
    for key, value in first['state_dict'].items():
        assert key.startswith('balancer.') or torch.equal(loaded[key], value), key

    prediction = Predictor(cfg, str(path))(np.zeros((48, 64, 3), np.uint8))
    assert prediction.size == (48, 64)


def test_a_checkpoint_of_mmdets_older_releases_is_loaded(tmp_path):
    weights = torch.nn.Linear(2, 3).state_dict()  # with PyTorch's own metadata
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], 0.1, momentum=0.9)
    meta = dict(
        env_info='sys.platform: linux\n',
        config='model = dict()\n',
        seed=None,
        exp_name='mask_rcnn_r50_fpn_1x_coco.py',
        mmdet_version='2.3.0+8a7b',
        mmcv_version='1.0.5',
        time='Sat Aug 29 12:00:00 2020',
        epoch=12,
        iter=87960,
        hook_msgs=dict(last_ckpt='work_dirs/epoch_12.pth'),
        CLASSES=('person', 'bicycle'),
        PALETTE=[(220, 20, 60), (119, 11, 32)],
    )
    path = tmp_path / 'mask_rcnn.pth'
    content = dict(meta=meta, state_dict=weights, optimizer=optimizer.state_dict())
    torch.save(content, path, _use_new_zipfile_serialization=False)
    loaded = load_checkpoint_file(path)
    meta.pop('config')  # a program
    assert loaded['meta'] == meta
    assert loaded['optimizer'] == optimizer.state_dict()
    assert all(torch.equal(loaded['state_dict'][key], weights[key]) for key in weights)
