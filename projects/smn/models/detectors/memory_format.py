"""In which memory format maps and parameters are, and what must not meet channels-last maps."""

from __future__ import annotations

import torch
from mmcv.cnn.bricks.conv_ws import ConvWS2d
from mmcv.ops import RoIAlign
from torch import nn

from projects.smn.errors import UserError
from projects.smn.ops import operators_are_compiled

FEWEST_CHANNELS = 16


def set_memory_format(network: nn.Module, channels_last: bool) -> torch.memory_format:
    """The memory format of a network's feature maps; its parameters are put into it, if they can.

    Raises:
        UserError: See :func:`refuse_channels_last`.
    """
    if not channels_last:
        return torch.contiguous_format
    refuse_channels_last(network)
    # mmcv's ConvWS cannot flatten channels-last weights.
    if not any(isinstance(module, ConvWS2d) for module in network.modules()):
        network.to(memory_format=torch.channels_last)
    return torch.channels_last


def refuse_channels_last(network: nn.Module) -> None:
    """Refuse a network that channels-last maps would break on CPU without a word.

    Raises:
        UserError: If it has mmcv's ``RoIAlign`` and that is compiled: it reads such a map as if it
            were contiguous, which ours and torchvision's do not. If it has a strided 1x1
            convolution of fewer than 16 channels, as in a very thin ResNet: with torch 2.13.0, its
            gradient is written beyond the end of its memory.
    """
    for name, module in network.named_modules():
        if isinstance(module, RoIAlign) and operators_are_compiled():
            raise UserError(
                'the compiled RoIAlign reads channels-last feature maps wrongly on CPU: set '
                'channels_last=False or, in every RoI extractor, '
                "roi_layer=dict(type='SimpleRoIAlign', ...)"
            )
        if (
            isinstance(module, nn.Conv2d)
            and module.kernel_size == (1, 1)
            and max(module.stride) > 1
            and module.in_channels < FEWEST_CHANNELS
        ):
            raise UserError(
                f'{name} is a strided 1x1 convolution of {module.in_channels} channels, which '
                'destroys memory on CPU if maps are channels-last: set channels_last=False, or '
                f'make the network at least {FEWEST_CHANNELS} channels wide'
            )
