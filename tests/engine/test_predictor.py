"""Prediction from Python."""

from __future__ import annotations

import mmcv
import numpy as np
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
    found = predictor(paths[0])
    assert len(found) > 0
    assert list(found.answered) == list(TASKS)
    assert all(mask['size'] == [HEIGHT, WIDTH] for mask in found['mask'])
    assert (found.boxes[:, 0::2] <= WIDTH + 1e-3).all()
    assert (found.boxes[:, 1::2] <= HEIGHT + 1e-3).all()
    assert found.boxes.max() > HEIGHT / 2


def test_an_array_and_its_file_give_the_same(predictor, paths):
    by_path, by_array = predictor(paths[0]), predictor(mmcv.imread(str(paths[0])))
    assert by_path.to_dict() == by_array.to_dict()


def test_a_batch_gives_what_single_images_give(predictor, paths):
    one_by_one = list(predictor(paths))
    at_once = list(predictor(paths, batch_size=len(paths)))
    for single, batched in zip(one_by_one, at_once, strict=True):
        np.testing.assert_allclose(single.scores, batched.scores, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(single.boxes, batched.boxes, rtol=1e-4, atol=1e-2)


def test_detections_below_the_threshold_are_dropped(predictor, paths):
    everything = predictor(paths[0])
    predictor.score_thr = float(np.median(everything.scores))
    certain = predictor(paths[0])
    assert 0 < len(certain) < len(everything)
    assert (certain.scores >= predictor.score_thr).all()
    expected = everything.at_least(predictor.score_thr)
    np.testing.assert_array_equal(certain.boxes, expected.boxes)
    np.testing.assert_allclose(certain['length'], expected['length'], rtol=1e-4)


def test_task_heads_are_not_asked_about_what_is_dropped(predictor, paths, monkeypatch):
    everything, asked = predictor(paths[0]), []
    for head in predictor.model.roi_head.heads.values():
        forward = head.forward

        def counted(x, rois, *more, forward=forward):
            asked.append(len(rois))
            return forward(x, rois, *more)

        monkeypatch.setattr(head, 'forward', counted)
    predictor.score_thr = float(np.median(everything.scores))
    certain = predictor(paths[0])
    assert asked == [len(certain)] * 3
    assert len(certain) < len(everything)
    predictor.score_thr = 2.0
    assert len(predictor(paths[0])) == 0


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
    prediction = Predictor(cfg, str(tmp_path / 'weights.pth'), device='cpu')(paths[0])
    assert prediction.objects is not None


def test_a_missing_image_is_named(predictor):
    with pytest.raises(UserError, match=r'there is no image, folder or video nowhere\.jpg'):
        predictor(['nowhere.jpg'])


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
    found = whole_predictor(paths, batch_size=2)
    for prediction, (width, height) in zip(found, SIZES, strict=True):
        assert prediction.objects is None
        assert prediction['map'].shape == (1, height, width)
        assert set(prediction.image) == {'map', 'species', 'species_scores', 'weight', 'head'}
        ((x1, y1, x2, y2),) = prediction['head'].tolist()
        assert 0 <= x1 <= x2 <= width
        assert 0 <= y1 <= y2 <= height


def test_a_network_that_detects_drops_uncertain_objects_and_keeps_its_other_answers(
    whole_predictor, whole_root
):
    path = whole_root / 'images' / '1.png'
    whole_predictor.model = ssd().eval()
    whole_predictor.score_thr = 0.0
    everything = whole_predictor(path)
    assert len(everything) > 1
    whole_predictor.score_thr = 1.0
    certain = whole_predictor(path)
    assert (len(certain), certain.objects is None) == (0, False)
    assert certain.image_record() == everything.image_record()
