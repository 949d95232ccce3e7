"""A detector whose batch norms are folded says what it said."""

from __future__ import annotations

import pytest
import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from networks import ROOT
from torch import nn

from projects.smn.engine import link_tasks
from projects.smn.engine.folding import fold_batch_norm

CONFIGS = [
    'fruit/smn_lite0_fpn_fruit_demo',
    'fruit/smn_rtmdet-tiny_fruit',
    'fruit/smn_r50_fpn_fruit',
    'balloon/mask-rcnn_mobilenetv2_fpn_balloon',
    'balloon/mask-rcnn_vovnet19_fpn_balloon',
    'pet/mask-rcnn_vgg16-bn_fpn_pet',
    'pet/unet-mtl_pet',
    'warehouse/ssdlite-deeplabv3plus_mbv2_warehouse',
]


def norms(module: nn.Module) -> int:
    return sum(isinstance(m, nn.BatchNorm2d) for m in module.modules())


def random_norms(module: nn.Module) -> None:
    """Statistics as of some training, so that folding them changes weights."""
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.running_mean.uniform_(-0.2, 0.2)
            norm.running_var.uniform_(0.5, 2)
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.uniform_(norm.bias, -0.2, 0.2)


@pytest.mark.parametrize('name', CONFIGS)
def test_maps_stay_and_the_norms_go(name):
    init_default_scope('mmdet')
    torch.manual_seed(0)
    cfg = Config.fromfile(ROOT / 'configs' / f'{name}.py')
    cfg.pretrained = None
    cfg.model.backbone.pop('init_cfg', None)
    model = MODELS.build(link_tasks(cfg).model).eval()
    random_norms(model)
    image = torch.rand(1, 3, 128, 160)
    with torch.no_grad():
        before = model.extract_feat(image)
        fold_batch_norm(model)
        after = model.extract_feat(image)
    assert norms(model.backbone) == 0
    assert model.neck is None or norms(model.neck) == 0
    for old, new in zip(before, after, strict=True):
        assert (old - new).abs().max() <= 1e-3 * old.abs().max()


class Backwards(nn.Module):
    """A backbone that names the norm of its second convolution after the first."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 3, 1)
        self.norm = nn.BatchNorm2d(3)
        self.second = nn.Conv2d(3, 3, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.norm(self.second(self.first(x).relu())),)


class Choosy(Backwards):
    """It takes no small images."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        assert x.shape[-1] > 500
        return super().forward(x)


class WithoutStatistics(nn.Sequential):
    """A norm that has nothing to fold."""

    def __init__(self) -> None:
        norm = nn.BatchNorm2d(3, affine=False, track_running_stats=False)
        super().__init__(nn.Conv2d(3, 3, 1), norm)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        return (super().forward(x),)


@pytest.mark.parametrize('backbone', [Choosy, WithoutStatistics])
def test_what_cannot_be_tried_or_folded_stays(backbone):
    model = nn.Module()
    model.backbone = backbone()
    fold_batch_norm(model.eval())
    assert norms(model.backbone) == 1


def test_what_would_change_the_maps_is_left_alone():
    model = nn.Module()
    model.backbone = Backwards()
    random_norms(model)
    model.eval()
    image = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        (before,) = model.backbone(image)
        fold_batch_norm(model)
        assert torch.equal(model.backbone(image)[0], before)
    assert norms(model.backbone) == 1
