"""In which precision operators compute."""

from __future__ import annotations

import torch
from torch import Tensor


def working_dtype(values: Tensor) -> torch.dtype:
    """float64 for float64, else float32: in half precision, places of samples would be rounded."""
    return torch.float64 if values.dtype == torch.float64 else torch.float32
