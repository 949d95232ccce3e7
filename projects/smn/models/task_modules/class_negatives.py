"""What matches no box is no object of the classes of which all are boxed; of others, who knows."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature

import torch
from mmengine.structures import InstanceData
from torch import Tensor, nn

from projects.smn.tasks import incomplete_classes

IMPOSSIBLE = -1e4
"""A logit whose sigmoid is 0 and whose loss as a negative is 0; within half precision."""


def without_spared(scores: Tensor, spared: Tensor, impossible: float = IMPOSSIBLE) -> Tensor:
    """Scores of negatives that cost nothing, and teach nothing, in some columns.

    These become what they are for a perfect negative. In a softmax, the background then competes
    with the other classes alone. It has to learn: if only the classes did, nothing would hold the
    logits together. (The box head of the one-stage demo then had a loss of 500 after 300 steps.)

    Args:
        scores: (N, classes), or for a softmax (N, classes + 1), the last column the background.
        spared: (N, classes) bool.
        impossible: The score of a perfect negative: 0 where scores are probabilities.

    Returns:
        Scores of the same shape.
    """
    classes = scores[:, : spared.shape[1]].masked_fill(spared, impossible)
    return torch.cat([classes, scores[:, spared.shape[1] :]], 1)


def spared_of(gt_instances: Sequence[InstanceData], num_classes: int) -> Tensor | None:
    """For each image and class whether what matches no box may be one, (B, classes) bool.

    ``None`` if that is so for no class, or for none but on images where nothing is negative.
    """
    spared = torch.zeros(len(gt_instances), num_classes, dtype=torch.bool)
    for i, truth in enumerate(gt_instances):
        if complete := truth.metainfo.get('complete', True):
            spared[i, list(incomplete_classes(complete, num_classes))] = True
    return spared if spared.any() else None


class ClassNegatives:
    """A dense head's ``loss_by_feat`` in which negatives count class by class.

    Its assigner must keep the negatives of images that are complete for some classes. Those reach
    the head's ``loss_cls`` as the label ``num_classes``, with the scores of one level, image by
    image, or of all levels one after the other, as FCOS has it. There, scores of classes that are
    not boxed completely are replaced, see :func:`without_spared`.

    Args:
        head: Its ``loss_by_feat`` and its losses are changed in place.
    """

    def __init__(self, head: nn.Module) -> None:
        self.loss_by_feat = head.loss_by_feat
        self.num_classes = head.num_classes
        self.spared: Tensor | None = None
        self.scores_per_level: list[int] = []
        head.loss_by_feat = self
        # TOODHead has one for its first epochs.
        losses = [getattr(head, name, None) for name in ('loss_cls', 'initial_loss_cls')]
        for loss in filter(None, losses):
            loss.register_forward_pre_hook(self._spare)

    def __call__(self, *args, **kwargs) -> dict:
        """As the head's own."""
        given = signature(self.loss_by_feat).bind(*args, **kwargs).arguments
        self.spared = spared_of(given['batch_gt_instances'], self.num_classes)
        self.scores_per_level = [level.shape[1:].numel() for level in given['cls_scores']]
        try:
            return self.loss_by_feat(*args, **kwargs)
        finally:
            self.spared = None

    def _spare(self, loss: nn.Module, args: tuple) -> tuple | None:
        """Before ``loss(scores, targets, ...)``; scores (N, columns)."""
        if self.spared is None:
            return None
        scores, targets, *rest = args
        labels = targets[0] if isinstance(targets, tuple) else targets  # the other is a quality
        spared = self.spared.to(scores.device)[self._image_of_rows(scores)]
        spared &= (labels == self.num_classes)[:, None]
        impossible = 0.0 if getattr(loss, 'activated', False) else IMPOSSIBLE
        return (without_spared(scores, spared, impossible), targets, *rest)

    def _image_of_rows(self, scores: Tensor) -> Tensor:
        """Which image each row of scores is of, (N,)."""
        images = torch.arange(len(self.spared), device=scores.device)
        rows = [numel // scores.shape[1] for numel in self.scores_per_level]
        if len(scores) != sum(rows) * len(images):
            rows = [len(scores) // len(images)]
        return torch.cat([images.repeat_interleave(n) for n in rows])


class SSDClassNegatives:
    """The same for ``SSDHead``, whose loss is of a softmax, image by image, and its own.

    Args:
        head: Its ``loss_by_feat`` and ``loss_by_feat_single`` are changed in place.
    """

    def __init__(self, head: nn.Module) -> None:
        self.loss_by_feat, self.of_image = head.loss_by_feat, head.loss_by_feat_single
        self.num_classes = head.num_classes
        self.spared: list[Tensor] = []
        head.loss_by_feat, head.loss_by_feat_single = self, self._of_image

    def __call__(self, *args, **kwargs) -> dict:
        """As the head's own."""
        given = signature(self.loss_by_feat).bind(*args, **kwargs).arguments
        spared = spared_of(given['batch_gt_instances'], self.num_classes)
        self.spared = [] if spared is None else list(spared)  # the first is that of the next image
        return self.loss_by_feat(*args, **kwargs)

    def _of_image(self, cls_score: Tensor, *args, **kwargs) -> tuple[Tensor, Tensor]:
        """As the head's own; ``cls_score`` is (anchors, classes + 1)."""
        if self.spared:
            given = signature(self.of_image).bind(cls_score, *args, **kwargs).arguments
            unmatched = given['labels'] == self.num_classes
            spared = self.spared.pop(0).to(cls_score.device) & unmatched[:, None]
            cls_score = without_spared(cls_score, spared)
        return self.of_image(cls_score, *args, **kwargs)
