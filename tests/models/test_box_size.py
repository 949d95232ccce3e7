"""A head of attributes may be told how large a box is; its features cannot say it."""

from __future__ import annotations

import pytest
import torch

from projects.smn.models import AttributeTaskHead
from projects.smn.tasks import build_tasks

TASKS = build_tasks(
    dict(size=dict(type='ClassificationTask', classes=('small', 'large'))), ('thing',)
)


def outputs(box_size: bool) -> torch.Tensor:
    """For a small and a large box on a map that is the same everywhere."""
    torch.manual_seed(0)
    layer = dict(type='SimpleRoIAlign', output_size=4)
    extractor = dict(
        type='SingleRoIExtractor', roi_layer=layer, out_channels=8, featmap_strides=[4]
    )
    head = AttributeTaskHead(
        TASKS, extractor, in_channels=8, conv_channels=(8,), hidden=16, box_size=box_size
    )
    rois = torch.tensor([[0, 30, 30, 50, 50], [0, 20, 20, 90, 80]], dtype=torch.float32)
    return head((torch.ones(1, 8, 32, 32),), rois)['size']


@pytest.mark.parametrize('box_size', [False, True])
def test_only_a_head_that_is_told_can_tell_a_large_box_from_a_small_one(box_size):
    small, large = outputs(box_size)
    assert torch.allclose(small, large, atol=1e-6) != box_size
