"""Weights of MMDetection's detectors fit key by key, and find the same boxes."""

from __future__ import annotations

from pathlib import Path

import mmdet
import pytest
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.structures import InstanceData
from networks import ROOT

from projects.smn.engine import link_tasks
from projects.smn.engine.predictor import load_config

ZOO = Path(mmdet.__file__).parent / '.mim' / 'configs'
# MMDetection's config, and ours.
PAIRS = dict(
    rtmdet=('rtmdet/rtmdet_tiny_8xb32-300e_coco.py', 'smn_rtmdet-tiny_fruit.py'),
    rtmdet_fine=('rtmdet/rtmdet_tiny_8xb32-300e_coco.py', 'smn_rtmdet-tiny-fine_fruit.py'),
    rtmdet_s=('rtmdet/rtmdet_s_8xb32-300e_coco.py', 'smn_rtmdet-s_fruit.py'),
    atss=('atss/atss_r50_fpn_1x_coco.py', 'atss_r50_fpn_fruit.py'),
    fcos=('fcos/fcos_r50-caffe_fpn_gn-head_1x_coco.py', 'fcos_r50_fpn_fruit.py'),
    gfl=('gfl/gfl_r50_fpn_1x_coco.py', 'gfl_r50_fpn_fruit.py'),
    tood=('tood/tood_r50_fpn_1x_coco.py', 'tood_r50_fpn_fruit.py'),
    ddod=('ddod/ddod_r50_fpn_1x_coco.py', 'ddod_r50_fpn_fruit.py'),
    retinanet=('retinanet/retinanet_r50_fpn_1x_coco.py', 'retinanet_r50_fpn_fruit.py'),
    faster_rcnn=('faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py', 'smn_r50_fpn_fruit.py'),
)
COCO = dict(classes=[f'class {i}' for i in range(80)], pretrained=None)


def configs(name: str) -> tuple[Config, Config]:
    theirs, ours = PAIRS[name]
    cfg = load_config(ROOT / 'configs' / 'fruit' / ours, COCO)
    cfg.tasks = dict(mask=dict(type='MaskTask', of=('class 0',)))
    stock = Config.fromfile(ZOO / theirs)
    if name == 'faster_rcnn':  # ours takes fewer samples, which is faster
        cfg.model.roi_head.bbox_roi_extractor.roi_layer.sampling_ratio = 0
    for model in (stock.model, cfg.model):
        # Untrained, a network is sure of nothing; and a few boxes are enough.
        model.test_cfg.get('rcnn', model.test_cfg).update(score_thr=0.0, max_per_img=12)
    return stock, link_tasks(cfg)


def boxes_of(model: torch.nn.Module, rescale: bool) -> InstanceData:
    """The boxes of an image that was halved."""
    images = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    shapes = dict(img_shape=(64, 96), batch_input_shape=(64, 96), ori_shape=(128, 192))
    sample = DetDataSample(metainfo=dict(shapes, scale_factor=(0.5, 0.5)))
    with torch.no_grad():
        return model.eval().predict(images, [sample], rescale)[0].pred_instances


@pytest.mark.parametrize('name', PAIRS)
def test_with_weights_of_the_zoo_exactly_the_same_boxes_are_found(name):
    theirs, cfg = configs(name)
    torch.manual_seed(0)
    stock, ours = (revert_sync_batchnorm(MODELS.build(c.model)) for c in (theirs, cfg))
    missing, unexpected = ours.load_state_dict(stock.state_dict(), strict=False)
    assert not unexpected
    # What MMDetection's detector does not have.
    assert all(key.startswith(('roi_head.heads.', 'neck.fine.')) for key in missing)
    for rescale in (False, True):
        mine, other = boxes_of(ours, rescale), boxes_of(stock, rescale)
        assert len(mine) == 12
        assert 'mask' in mine
        for field in ('bboxes', 'scores', 'labels'):
            assert torch.equal(mine[field], other[field])
