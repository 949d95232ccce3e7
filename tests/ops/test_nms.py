"""NMS against its definition, written plainly."""

from __future__ import annotations

import mmcv.ops
import pytest
import torch
from operators import needs_compiled, ours  # noqa: F401

from projects.smn.ops.nms import BLOCK, nms


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def crowd(count: int, levels: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Boxes that overlap, and their scores; of so many levels, if given."""
    corners = 60 * torch.rand(count, 2)
    scores = torch.rand(count)
    if levels:
        scores = (scores * levels).floor() / levels
    return torch.cat([corners, corners + 20 + 40 * torch.rand(count, 2)], 1), scores


def plain_nms(boxes, scores, threshold: float, offset: int) -> list[int]:
    """Take the best box that is left, the first of equals; drop what overlaps it; repeat."""
    left, kept = list(range(len(boxes))), []
    while left:
        best = max(left, key=lambda index: (scores[index].item(), -index))
        kept.append(best)
        left = [
            index
            for index in left
            if index != best and not iou(boxes[best], boxes[index], offset) > threshold
        ]
    return kept


def iou(a, b, offset: int) -> float:
    low, high = torch.maximum(a[:2], b[:2]), torch.minimum(a[2:], b[2:])
    inter = (high - low + offset).clamp(min=0).prod()
    areas = [(box[2:] - box[:2] + offset).prod() for box in (a, b)]
    return (inter / (areas[0] + areas[1] - inter)).item()


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('threshold', [0.3, 0.7])
@pytest.mark.parametrize('levels', [None, 3])
@pytest.mark.parametrize('count', [1, BLOCK, 2 * BLOCK + 5])
def test_it_is_the_plain_loop(count, levels, threshold, offset):
    boxes, scores = crowd(count, levels)
    kept = nms(boxes, scores, threshold, offset)
    assert kept.tolist() == plain_nms(boxes, scores, threshold, offset)


def test_of_equal_boxes_with_equal_scores_the_first_stays():
    boxes = torch.tensor([[0.0, 0, 9, 9]]).repeat(200, 1)
    assert nms(boxes, torch.ones(200), 0.5).tolist() == [0]


def test_an_iou_of_exactly_the_threshold_stays():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5], [0, 0, 10, 4]])
    assert nms(boxes, torch.tensor([3.0, 2, 1]), 0.5).tolist() == [0, 1]
    assert nms(boxes.double(), torch.tensor([3.0, 2, 1]), 0.5).tolist() == [0, 1]


def test_no_boxes_give_no_indices():
    kept = nms(torch.zeros(0, 4), torch.zeros(0), 0.5)
    assert kept.dtype == torch.long
    assert kept.tolist() == []


def test_what_is_not_a_number_takes_nothing_away():
    boxes, scores = crowd(50)
    expected = nms(boxes, scores, 0.5)
    broken = torch.tensor([[float('nan'), 0, 60, 60], [0, 0, float('inf'), float('inf')]])
    kept = nms(torch.cat([boxes, broken[:1]]), torch.cat([scores, torch.ones(1)]), 0.5)
    assert kept.tolist() == [50, *expected.tolist()]
    kept = nms(boxes, torch.cat([scores[:-1], torch.tensor([float('nan')])]), 0.5)
    assert kept[0] == 49
    assert len(nms(torch.cat([boxes, broken]), torch.rand(52), 0.5))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float64])
def test_precision_of_the_boxes_does_not_matter(dtype):
    boxes = crowd(100)[0].round()
    scores = torch.randperm(100).float()
    assert torch.equal(nms(boxes.to(dtype), scores, 0.5), nms(boxes.to(dtype).float(), scores, 0.5))


@pytest.mark.usefixtures('ours')
def test_mmcv_batches_it_over_classes():
    boxes, scores = crowd(120)
    labels = torch.arange(120) % 3
    found, kept = mmcv.ops.batched_nms(boxes, scores, labels, dict(type='nms', iou_threshold=0.5))
    assert torch.equal(found, torch.cat([boxes[kept], scores[kept, None]], 1))
    for label in range(3):
        of_label = (labels == label).nonzero()[:, 0]
        expected = of_label[nms(boxes[of_label], scores[of_label], 0.5)]
        assert kept[labels[kept] == label].tolist() == expected.tolist()


@needs_compiled
@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('count', [10, 1000])
def test_the_compiled_operator_keeps_the_same(count, offset):
    from mmcv import _ext

    # Of equal scores it takes any first, so say which.
    boxes, scores = crowd(count, levels=10)
    ranks = torch.empty(count)
    ranks[scores.sort(dim=0, descending=True, stable=True).indices] = -torch.arange(float(count))
    expected = _ext.nms(boxes, ranks, iou_threshold=0.5, offset=offset)
    assert torch.equal(nms(boxes, scores, 0.5, offset), expected)
