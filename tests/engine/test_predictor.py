"""Prediction from Python."""

from __future__ import annotations

import mmcv
import pytest
import torch
from helpers import HEIGHT, TASKS, WIDTH
from mmengine.config import Config
from networks import tiny_config, tiny_model
from whole_images import CLASSES as PETS
from whole_images import RESIZE, SIZES, make_whole_images, ssd, unet, unet_config
from whole_images import TASKS as PET_TASKS

from projects.smn.engine import Predictor
from projects.smn.errors import UserError


@pytest.fixture
def predictor(tiny_coco, tmp_path) -> Predictor:
    path = tmp_path / 'weights.pth'
    torch.save(tiny_model(tiny_coco).state_dict(), path)
    cfg = tiny_config(tiny_coco)
    cfg.model.test_cfg.rcnn.score_thr = 0.0
    return Predictor(cfg, str(path), device='cpu', score_thr=0.0)


@pytest.fixture
def paths(tiny_coco) -> list:
    return sorted((tiny_coco / 'train').iterdir())


def test_every_task_is_answered_in_pixels_of_the_image(predictor, paths):
    (sample,) = predictor(paths[:1])
    found = sample.pred_instances
    assert len(found) > 0
    assert set(TASKS) <= set(found.keys())
    assert found.mask.shape == (len(found), HEIGHT, WIDTH)
    assert (found.bboxes[:, 0::2] <= WIDTH + 1e-3).all()
    assert (found.bboxes[:, 1::2] <= HEIGHT + 1e-3).all()
    assert found.bboxes.max() > HEIGHT / 2


def test_an_array_and_its_file_give_the_same(predictor, paths):
    (by_path,) = predictor(paths[:1])
    (by_array,) = predictor([mmcv.imread(str(paths[0]))])
    torch.testing.assert_close(by_path.pred_instances.bboxes, by_array.pred_instances.bboxes)


def test_a_batch_gives_what_single_images_give(predictor, paths):
    one_by_one = list(predictor(paths))
    at_once = list(predictor(paths, batch_size=len(paths)))
    for single, batched in zip(one_by_one, at_once, strict=True):
        single, batched = single.pred_instances, batched.pred_instances
        torch.testing.assert_close(single.scores, batched.scores, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(single.bboxes, batched.bboxes, rtol=1e-4, atol=1e-2)


def test_detections_below_the_threshold_are_dropped(predictor, paths):
    (everything,) = predictor(paths[:1])
    predictor.score_thr = float(everything.pred_instances.scores.median())
    (certain,) = predictor(paths[:1])
    assert 0 < len(certain.pred_instances) < len(everything.pred_instances)
    assert (certain.pred_instances.scores >= predictor.score_thr).all()


def test_a_config_that_trains_from_a_pack_predicts_without_it(tiny_coco, tmp_path, paths):
    path = tmp_path / 'weights.pth'
    torch.save(tiny_model(tiny_coco).state_dict(), path)
    cfg = tiny_config(tiny_coco)
    cfg.packed = str(tmp_path / 'nowhere.h5')
    assert len(list(Predictor(cfg, str(path), device='cpu')(paths[:1]))) == 1
    assert cfg.packed == str(tmp_path / 'nowhere.h5')


@pytest.mark.parametrize('trained_with', [True, False])
def test_a_balancer_of_the_training_alone_does_not_matter(tiny_coco, tmp_path, paths, trained_with):
    learned = dict(type='UncertaintyWeighting')
    model = tiny_model(tiny_coco, balancer=learned if trained_with else None)
    torch.save(model.state_dict(), tmp_path / 'weights.pth')
    cfg = tiny_config(tiny_coco)
    cfg.model.balancer = None if trained_with else learned
    (sample,) = Predictor(cfg, str(tmp_path / 'weights.pth'), device='cpu')(paths[:1])
    assert 'pred_instances' in sample


def test_a_missing_image_is_named(predictor):
    with pytest.raises(UserError, match=r'there is no image nowhere\.jpg'):
        list(predictor(['nowhere.jpg']))


# Networks that answer about the whole image


@pytest.fixture
def whole_root(tmp_path):
    return make_whole_images(tmp_path / 'whole')


@pytest.fixture
def whole_predictor(tmp_path) -> Predictor:
    model = dict(unet_config(), type='MultiTaskNet')
    steps = [dict(type='LoadImageFromFile'), RESIZE, dict(type='LoadTaskAnnotations')]
    steps.append(dict(type='PackTaskInputs'))
    loader = dict(dataset=dict(type='CocoTaskDataset', pipeline=steps))
    cfg = Config(dict(classes=PETS, tasks=PET_TASKS, model=model, test_dataloader=loader))
    path = tmp_path / 'whole.pth'
    torch.save(unet().state_dict(), path)
    return Predictor(cfg, str(path), device='cpu')


def test_answers_about_the_whole_image_are_in_its_pixels(whole_predictor, whole_root):
    paths = sorted((whole_root / 'images').iterdir())
    for sample, (width, height) in zip(whole_predictor(paths, batch_size=2), SIZES, strict=True):
        assert 'pred_instances' not in sample
        assert sample.pred_sem_seg.map.shape == (1, height, width)
        assert set(sample.pred_image.keys()) == {'species', 'species_scores', 'weight', 'head'}
        ((x1, y1, x2, y2),) = sample.pred_image['head'].tolist()
        assert 0 <= x1 <= x2 <= width
        assert 0 <= y1 <= y2 <= height


def test_a_network_that_detects_drops_uncertain_objects_and_keeps_its_other_answers(
    whole_predictor, whole_root
):
    path = whole_root / 'images' / '1.png'
    whole_predictor.model = ssd().eval()
    whole_predictor.score_thr = 0.0
    (everything,) = whole_predictor([path])
    assert len(everything.pred_instances) > 1
    whole_predictor.score_thr = 1.0
    (certain,) = whole_predictor([path])
    assert len(certain.pred_instances) == 0
    assert torch.equal(certain.pred_sem_seg.map, everything.pred_sem_seg.map)
    assert torch.equal(certain.pred_image['head'], everything.pred_image['head'])
