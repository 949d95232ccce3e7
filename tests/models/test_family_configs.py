"""The Mask R-CNNs of balloons and pets: each builds, trains and is tested; their losses go down."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import torch
from labelling import load
from mmdet.registry import DATASETS, MODELS
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.optim import build_optim_wrapper
from networks import ROOT, losses_of
from small_configs import rcnn_options as options

from projects.smn.convert.pet.records import CLASS_KEYS
from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import load_config
from projects.smn.errors import UserError

FAMILY = sorted(ROOT.glob('configs/*/mask-rcnn_*.py'))
PET = ROOT / 'configs/pet/mask-rcnn_r18_fpn_pet.py'


def build(cfg):
    """A network in training, from fixed random weights."""
    torch.manual_seed(0)
    np.random.seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()
    return model.train()


def test_both_families_have_the_backbones_that_are_documented():
    assert {path.stem for path in FAMILY} == {
        *(f'mask-rcnn_{b}_fpn_balloon' for b in ('r50', 'r101', 'mobilenetv2', 'vovnet19')),
        *(
            f'mask-rcnn_{b}_fpn_pet'
            for b in ('r18', 'r50', 'r101', 'x50-32x4d', 'x101-32x4d', 'vgg16-bn')
        ),
    }


@pytest.mark.parametrize('path', FAMILY, ids=lambda path: path.stem)
def test_config_trains_two_steps_and_is_tested(path, tiny_coco):
    cfg = link_tasks(load_config(path, options(tiny_coco)))
    model = build(cfg)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    before = {name: value.clone() for name, value in model.named_parameters()}
    for index in range(2):
        model.train_step(pseudo_collate([dataset[index]]), wrapper)
    for name, value in model.named_parameters():
        assert value.isfinite().all(), name
        assert not torch.equal(before[name], value), name  # from scratch, nothing is frozen
    evaluator = Evaluator(cfg.test_evaluator)
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    evaluator.dataset_meta = dataset.metainfo
    evaluator.process(model.eval().test_step(pseudo_collate([dataset[0]])))
    assert {'bbox/mAP', 'mask/mAP', 'mask/mAP_50'} <= evaluator.evaluate(1).keys()


@pytest.mark.parametrize('path', FAMILY, ids=lambda path: path.stem)
def test_pretrained_weights_freeze_what_they_fill_and_none_frees_it(path):
    cfg = load_config(path)
    assert '://' in cfg.pretrained
    with_weights = link_tasks(cfg).model.backbone
    assert with_weights.init_cfg.checkpoint == cfg.pretrained
    assert with_weights.norm_eval is True
    cfg.pretrained = None
    from_scratch = link_tasks(cfg).model.backbone
    assert from_scratch.get('init_cfg') is None
    assert (from_scratch.frozen_stages, from_scratch.norm_eval) == (-1, False)


def test_the_loss_of_a_fixed_batch_goes_down(tiny_coco):
    cfg = link_tasks(load_config(PET, options(tiny_coco)))
    model = build(cfg)
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    batch = pseudo_collate([dataset[0], dataset[1]])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    totals = []
    for _ in range(6):
        total = sum(losses_of(model, copy.deepcopy(batch)).values())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(total.item())
    assert sum(totals[-3:]) / 3 < 0.7 * totals[0]


# Breed, species, pet


@pytest.fixture(scope='module')
def pets(tmp_path_factory):
    """Synthetic pets, converted with each of ``--classes``."""
    folder = tmp_path_factory.mktemp('pets')
    load('synthetic_pets').main(['--out', str(folder / 'raw'), '--number', '12'])
    for classes in CLASS_KEYS:
        words = [folder / 'raw', '--out', folder / classes, '--classes', classes]
        load('oxford_pet').main([*map(str, words), '--split', '50-50'])
    return folder


@pytest.mark.parametrize(('kind', 'classes'), [('species', ['cat', 'dog']), ('pet', 'pet')])
def test_one_option_says_which_pets_are_told_apart(pets, kind, classes):
    root = {'classes': classes, 'train_dataloader.dataset.data_root': str(pets / kind)}
    cfg = link_tasks(load_config(PET, root))
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    named = dataset.metainfo['classes']
    assert named == (('cat', 'dog') if kind == 'species' else ('pet',))
    content = json.loads((pets / kind / 'annotations/train.json').read_text())
    names = {category['id']: category['name'] for category in content['categories']}
    expected = [names[annotation['category_id']] for annotation in content['annotations']]
    found = [named[i] for item in dataset for i in item['data_samples'].gt_instances.labels]
    assert sorted(found) == sorted(expected)


def test_the_breeds_are_those_that_the_converter_writes_and_the_wrong_classes_are_a_sentence(pets):
    content = json.loads((pets / 'breed/annotations/train.json').read_text())
    breeds = load_config(PET).classes
    assert len(set(breeds)) == 37
    assert {category['name'] for category in content['categories']} <= set(breeds)
    root = {'train_dataloader.dataset.data_root': str(pets / 'species')}
    cfg = link_tasks(load_config(PET, root))
    with pytest.raises(UserError, match="has no category 'Abyssinian'; it has 'cat', 'dog'"):
        DATASETS.build(cfg.train_dataloader.dataset)
