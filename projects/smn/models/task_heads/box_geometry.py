"""What a RoI's features cannot say: how large its box is."""

from __future__ import annotations

import torch
from torch import Tensor

FEATURES = 4
UNIT = 100.0  # pixels; keeps logarithms near zero


def box_geometry(boxes: Tensor, size: tuple[int, int], scores: Tensor | None = None) -> Tensor:
    """The size of the boxes of an image: absolute, within the image, and among each other.

    All are natural logarithms, so that twice as large is the same step anywhere.

    Args:
        boxes: (N, 4) in pixels of the original image, which do not depend on how an image is
            resized or cut.
        size: Height and width of the original image.
        scores: (N,) of detections. Objects are compared with those of at least half the best score:
            of the many boxes that a detector is not sure of, most are parts or doubles.

    Returns:
        (N, 4): width and height over 100 pixels, the square root of the box's share of the image,
        and the side of the square of its area over the median of the other objects' sides; 0 where
        there is no other.
    """
    sides = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1)
    log_side = sides.log().mean(1)
    share = log_side - (boxes.new_tensor(size).clamp(min=1).log().mean())
    counts = torch.ones_like(log_side, dtype=torch.bool)
    if scores is not None and len(scores):
        counts = scores >= scores.max() / 2
    others = log_side.repeat(len(boxes), 1)
    others[:, ~counts] = torch.nan
    others.fill_diagonal_(torch.nan)
    # Of a row without others, the median is NaN.
    typical = others.nanmedian(1).values if len(boxes) else log_side
    relative = (log_side - typical).nan_to_num(0.0)
    return torch.cat([(sides / UNIT).log(), share[:, None], relative[:, None]], 1)
