"""The compiled RoIAlign on CPU misreads channels-last maps; ours and SimpleRoIAlign do not."""

from __future__ import annotations

import pytest
import torch
from mmcv.ops import RoIAlign, SimpleRoIAlign
from mmdet.registry import MODELS
from networks import losses_of, tiny_batch, tiny_config
from operators import ours  # noqa: F401

from projects.smn.engine import link_tasks
from projects.smn.errors import UserError
from projects.smn.models.detectors import memory_format


def network(root, roi_layer: dict, **options) -> torch.nn.Module:
    """The tiny network with this RoI layer everywhere; equal weights whatever the options."""
    model = link_tasks(tiny_config(root)).model
    model.backbone.update(base_channels=16, stem_channels=16)
    model.neck.in_channels = [16, 32, 64, 128]
    for head in (model.roi_head, *model.roi_head.heads.values()):
        key = 'bbox_roi_extractor' if 'bbox_roi_extractor' in head else 'roi_extractor'
        size = head[key].roi_layer.output_size
        head[key].roi_layer = dict(output_size=size, **roi_layer)
    torch.manual_seed(0)
    return MODELS.build(dict(model, **options)).eval()


def features(model, root) -> tuple[torch.Tensor, ...]:
    batch = model.data_preprocessor(tiny_batch(root), training=True)
    return model.extract_feat(batch['inputs'])


def assert_same_losses(got: torch.nn.Module, expected: torch.nn.Module, root) -> None:
    expected = losses_of(expected, tiny_batch(root))
    for name, value in losses_of(got, tiny_batch(root)).items():
        torch.testing.assert_close(value, expected[name], rtol=1e-4, atol=1e-5, msg=name)


def test_channels_last_changes_nothing_but_the_memory_format(tiny_coco):
    align = dict(type='SimpleRoIAlign')
    plain, fast = (network(tiny_coco, align, channels_last=value) for value in (False, True))
    for level in features(fast, tiny_coco):
        assert level.is_contiguous(memory_format=torch.channels_last)
    assert_same_losses(fast, plain, tiny_coco)


def test_roi_align_gets_contiguous_maps_whatever_the_backbone_gives(tiny_coco):
    align = dict(type='RoIAlign', sampling_ratio=1)
    plain, other = (network(tiny_coco, align, channels_last=False) for _ in range(2))
    other.backbone.register_forward_hook(
        lambda module, inputs, maps: tuple(
            level.contiguous(memory_format=torch.channels_last) for level in maps
        )
    )
    assert all(level.is_contiguous() for level in features(other, tiny_coco))
    assert_same_losses(other, plain, tiny_coco)


def test_roi_align_in_pytorch_reads_channels_last_maps(tiny_coco, ours, monkeypatch):  # noqa: F811
    monkeypatch.setattr(memory_format, 'operators_are_compiled', lambda: False)
    align = dict(type='RoIAlign', sampling_ratio=0)
    plain, fast = (network(tiny_coco, align, channels_last=value) for value in (False, True))
    assert_same_losses(fast, plain, tiny_coco)


def test_a_network_with_channels_last_maps_refuses_the_compiled_roi_align(tiny_coco, monkeypatch):
    monkeypatch.setattr(memory_format, 'operators_are_compiled', lambda: True)
    with pytest.raises(UserError, match='SimpleRoIAlign'):
        network(tiny_coco, dict(type='RoIAlign'), channels_last=True)


def test_channels_last_maps_are_refused_where_pytorch_would_destroy_memory(tiny_coco):
    thin = link_tasks(tiny_config(tiny_coco)).model
    assert thin.backbone.base_channels == 8
    with pytest.raises(UserError, match=r'layer2\.0\.downsample.* 8 channels'):
        MODELS.build(dict(thin, channels_last=True))


@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
def test_simple_roi_align_is_roi_align_with_one_sample_per_cell(memory_format):
    random = torch.Generator().manual_seed(0)
    maps = torch.randn(2, 3, 20, 24, generator=random)
    corners = 8 + 40 * torch.rand(12, 2, generator=random)  # inside of the map: borders differ
    sides = 5 + 25 * torch.rand(12, 2, generator=random)
    images = torch.arange(12.0)[:, None] // 6
    rois = torch.cat([images, corners, corners + sides], 1)
    expected = RoIAlign(7, 0.25, sampling_ratio=1)(maps, rois)
    got = SimpleRoIAlign(7, 0.25)(maps.contiguous(memory_format=memory_format), rois)
    torch.testing.assert_close(got, expected)
