"""What something was measured on."""

from __future__ import annotations

import platform
from pathlib import Path

import torch


def machine_name(device: str) -> str:
    """What a device is: a GPU, or a processor."""
    if device.startswith('cuda'):
        return torch.cuda.get_device_name(device)
    try:
        lines = Path('/proc/cpuinfo').read_text().splitlines()
    except OSError:  # not on Linux
        lines = []
    names = (line.partition(':')[2].strip() for line in lines if line.startswith('model name'))
    return next(names, '') or platform.processor() or platform.machine()
