"""Soft-NMS against its definition, and against the compiled one."""

from __future__ import annotations

import mmcv.ops
import pytest
import torch
from operators import needs_compiled, ours  # noqa: F401
from test_nms import crowd, iou

from projects.smn.ops.soft_nms import GAUSSIAN, LINEAR, NAIVE, soft_nms

METHODS = dict(naive=NAIVE, linear=LINEAR, gaussian=GAUSSIAN)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def plain_soft_nms(boxes, scores, method: str) -> list[tuple[int, float]]:
    """Take the best box that is left, weaken what overlaps it, drop what is too weak; repeat."""
    left, kept = dict(enumerate(scores.tolist())), []
    while left:
        best = max(left, key=left.get)
        kept.append((best, left.pop(best)))
        for index in list(left):
            overlap = iou(boxes[best], boxes[index], 0)
            if method == 'gaussian':
                left[index] *= torch.tensor(-(overlap**2) / 0.5).exp().item()
            elif overlap >= 0.3:
                left[index] *= 1 - overlap if method == 'linear' else 0
            if left[index] < 0.05:
                del left[index]
    return kept


@pytest.mark.parametrize('method', METHODS)
def test_it_is_the_plain_loop(method):
    boxes, scores = crowd(60)
    dets, kept = soft_nms(boxes, scores, 0.3, 0.5, 0.05, METHODS[method], 0)
    indices, values = zip(*plain_soft_nms(boxes, scores, method), strict=True)
    assert kept.tolist() == list(indices)
    torch.testing.assert_close(dets[:, 4], torch.tensor(values))
    assert torch.equal(dets[:, :4], boxes[kept])


def test_the_naive_method_is_nms_without_the_border():
    boxes, scores = crowd(60)
    _, kept = soft_nms(boxes, scores, 0.5, 0.5, 1e-6, NAIVE, 0)
    assert kept.tolist() == mmcv.ops.nms(boxes, scores, 0.5)[1].tolist()


def test_no_boxes_and_what_is_not_a_number_do_no_harm():
    dets, kept = soft_nms(torch.zeros(0, 4), torch.zeros(0), 0.3, 0.5, 0.05, LINEAR, 0)
    assert dets.shape == (0, 5)
    assert len(kept) == 0
    boxes, scores = crowd(20)
    boxes[3, 0] = scores[7] = float('nan')
    for method in METHODS.values():
        assert len(soft_nms(boxes, scores, 0.3, 0.5, 0.05, method, 0)[1])


@pytest.mark.usefixtures('ours')
def test_mmcv_finds_scores_and_indices_where_it_expects_them():
    boxes, scores = crowd(40)
    expected = soft_nms(boxes, scores, 0.3, 0.5, 0.05, LINEAR, 0)
    got = mmcv.ops.soft_nms(boxes, scores, 0.3, min_score=0.05)
    assert torch.equal(got[0], expected[0])
    assert torch.equal(got[1], expected[1])


@needs_compiled
@pytest.mark.parametrize('levels', [None, 5])
@pytest.mark.parametrize('method', METHODS)
def test_the_compiled_operator_gives_the_same_with_equal_scores_too(method, levels):
    boxes, scores = crowd(200, levels)
    expected = mmcv.ops.soft_nms(boxes, scores, 0.3, 0.5, 0.05, method)
    got = soft_nms(boxes, scores, 0.3, 0.5, 0.05, METHODS[method], 0)
    assert torch.equal(got[1], expected[1])
    torch.testing.assert_close(got[0], expected[0])
