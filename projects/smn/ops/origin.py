"""Whose operators run: the compiled mmcv's, torchvision's or ours."""

from __future__ import annotations

from functools import cache
from importlib.machinery import ExtensionFileLoader
from importlib.util import find_spec

OURS = 'nms', 'soft_nms', 'roi_align', 'sigmoid_focal_loss', 'deform_conv2d'


@cache
def operators_are_compiled() -> bool:
    """Whether mmcv was compiled with its operators; they are not imported to find out."""
    try:
        spec = find_spec('mmcv._ext')
    except ModuleNotFoundError:  # no mmcv at all
        return False
    return spec is not None and isinstance(spec.loader, ExtensionFileLoader)


def describe_operators() -> str:
    """``'compiled mmcv'``, or ``'torchvision: nms, roi_align; PyTorch: soft_nms'``."""
    if operators_are_compiled():
        return 'compiled mmcv'
    from .choice import TORCHVISION  # imports torchvision, which takes seconds

    theirs = [name for name in OURS if name in TORCHVISION]
    ours = [name for name in OURS if name not in TORCHVISION]
    sources = {'torchvision': theirs, 'PyTorch': ours}
    return '; '.join(f'{source}: {", ".join(names)}' for source, names in sources.items() if names)
