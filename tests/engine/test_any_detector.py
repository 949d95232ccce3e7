"""Every detector, with tasks of objects and of the image: tested, predicted with and served."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from mmdet.registry import MODELS
from PIL import Image
from tiny_detectors import NAMES, label_images, on_tiny_images

from projects.smn.engine import Predictor, TaskRunner
from projects.smn.serving import ServingOptions, create_app


@pytest.mark.parametrize('name', NAMES)
def test_a_checkpoint_is_tested_predicted_with_and_served(name, tiny_coco, tmp_path):
    torch.manual_seed(0)
    cfg = on_tiny_images(name, label_images(tiny_coco))
    cfg.update(work_dir=str(tmp_path / 'work'), experiment_name=str(tmp_path))
    cfg.test_dataloader.update(num_workers=0, persistent_workers=False)
    path = tmp_path / 'untrained.pth'
    weights = MODELS.build(cfg.model).state_dict()
    for key in weights:
        if 'rtm_reg' in key and key.endswith('bias'):
            weights[key].fill_(2)  # or RTMDet's boxes have no size
    torch.save(dict(meta={}, state_dict=weights), path)
    cfg.load_from = str(path)

    metrics = TaskRunner.from_cfg(cfg).test()
    tasks = set(cfg.model.tasks)
    assert {key.partition('/')[0].partition(':')[0] for key in metrics} == {'bbox', *tasks}

    predictor = Predictor(cfg, str(path), 'cpu', score_thr=0.0)
    image = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    prediction = predictor(image)
    assert len(prediction) > 0
    assert set(prediction.answered) == tasks

    client = TestClient(
        create_app(predictor, ServingOptions(score_thr=0.0)), base_url='http://127.0.0.1'
    )
    content = BytesIO()
    Image.fromarray(image[..., ::-1]).save(content, 'PNG')
    answer = client.post('/v1/predict', files=dict(image=content.getvalue()))
    assert answer.status_code == 200, answer.text
    assert answer.json()['images'] == [prediction.to_dict()]
