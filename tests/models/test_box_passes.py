"""A second pass of the box head takes the first pass's detections as proposals."""

from __future__ import annotations

import torch
from mmengine.structures import InstanceData
from networks import tiny_batch, tiny_model


def test_two_passes_are_one_pass_on_the_boxes_of_one_pass(tiny_coco):
    model = tiny_model(tiny_coco).eval()
    head = model.roi_head
    head.test_cfg.score_thr = 0.0
    batch = model.data_preprocessor(tiny_batch(tiny_coco))
    metas = [sample.metainfo for sample in batch['data_samples']]
    with torch.no_grad():
        x = model.extract_feat(batch['inputs'])
        proposals = model.rpn_head.predict(x, batch['data_samples'], rescale=False)
        once = head.predict_bbox(x, metas, proposals, head.test_cfg)
        again = [InstanceData(bboxes=result.bboxes) for result in once]
        expected = head.predict_bbox(x, metas, again, head.test_cfg)
        head.box_passes = 2
        got = head.predict(x, proposals, batch['data_samples'])
    for mine, other in zip(got, expected, strict=True):
        torch.testing.assert_close(mine.bboxes, other.bboxes)
        torch.testing.assert_close(mine.scores, other.scores)
