"""Keypoints to heatmaps and back."""

from __future__ import annotations

import torch
from mmdet.registry import TASK_UTILS
from torch import Tensor


@TASK_UTILS.register_module()
class RoIHeatmapCodec:
    """Each keypoint is a probability distribution over the cells of its RoI.

    Encoding spreads the point over the four cells around it with bilinear weights, so that their
    expectation is the point itself. Decoding is a soft-argmax in a window around the peak (as in
    integral regression, Sun et al. 2018, kept local against far-off modes): the inverse, to
    floating point, wherever the point is not within half a cell of the RoI's border.

    Args:
        size: Height and width of the heatmaps, in cells.
        window: Side of the decoding window, in cells; odd.
    """

    def __init__(self, size: tuple[int, int], window: int = 5) -> None:
        self.height, self.width = size
        self.window = window

    def encode(self, keypoints: Tensor, visible: Tensor, rois: Tensor) -> tuple[Tensor, Tensor]:
        """Target distributions.

        Args:
            keypoints: (R, K, 2) x, y in pixels.
            visible: (R, K) bool: labelled.
            rois: (R, 4) x1, y1, x2, y2 in pixels.

        Returns:
            The targets (R, K, H, W), each map sums to 1, and (R, K) bool: which are valid, that is
            labelled and inside the RoI.
        """
        cells = self._to_cells(keypoints, rois)
        size = cells.new_tensor([self.width, self.height])
        valid = visible & (cells >= 0).all(-1) & (cells <= size).all(-1)
        # Cell i has its centre at i + 0.5. Beyond the outermost centres there is nothing to
        # spread over: such a point moves to the centre, by half a cell at most.
        cells = (cells - 0.5).clamp(min=0)
        cells = torch.minimum(cells, size - 1)
        targets = cells.new_zeros((*cells.shape[:2], self.height * self.width))
        low = cells.floor()
        for dx in (0, 1):
            for dy in (0, 1):
                corner = torch.minimum(low + low.new_tensor([dx, dy]), size - 1)
                weight = (1 - (cells - low - low.new_tensor([dx, dy])).abs()).prod(-1)
                index = (corner[..., 1] * self.width + corner[..., 0]).long()
                targets.scatter_add_(-1, index[..., None], weight[..., None])
        return targets.view(*cells.shape[:2], self.height, self.width), valid

    def decode(self, heatmaps: Tensor, rois: Tensor) -> tuple[Tensor, Tensor]:
        """Points from logits.

        Args:
            heatmaps: (R, K, H, W) logits.
            rois: (R, 4) x1, y1, x2, y2 in pixels.

        Returns:
            Keypoints (R, K, 2) in pixels, and scores (R, K): the probability in the window.
        """
        shape = heatmaps.shape[:2]
        probabilities = heatmaps.flatten(2).softmax(-1)
        peak = probabilities.argmax(-1)
        rows = torch.arange(self.height, device=heatmaps.device)
        columns = torch.arange(self.width, device=heatmaps.device)
        near_row = (rows - (peak // self.width)[..., None]).abs() <= self.window // 2
        near_column = (columns - (peak % self.width)[..., None]).abs() <= self.window // 2
        maps = probabilities.view(*shape, self.height, self.width)
        maps = maps * (near_row[..., :, None] & near_column[..., None, :])
        scores = maps.sum((-2, -1))
        x = (maps.sum(-2) * (columns + 0.5)).sum(-1) / scores
        y = (maps.sum(-1) * (rows + 0.5)).sum(-1) / scores
        return self._to_pixels(torch.stack([x, y], -1), rois), scores

    def _to_cells(self, points: Tensor, rois: Tensor) -> Tensor:
        origin, scale = self._frame(rois)
        return (points - origin) / scale

    def _to_pixels(self, cells: Tensor, rois: Tensor) -> Tensor:
        origin, scale = self._frame(rois)
        return cells * scale + origin

    def _frame(self, rois: Tensor) -> tuple[Tensor, Tensor]:
        """Origins of the RoIs and pixels per cell, each (R, 1, 2)."""
        cells = rois.new_tensor([self.width, self.height])
        scale = (rois[:, 2:] - rois[:, :2]).clamp(min=1e-3) / cells
        return rois[:, None, :2], scale[:, None]
