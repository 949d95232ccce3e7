"""Whose operators run: the compiled mmcv's, torchvision's or ours."""

from __future__ import annotations

from functools import cache
from importlib.machinery import ExtensionFileLoader
from importlib.util import find_spec

OPERATORS = 'nms', 'soft_nms', 'roi_align', 'sigmoid_focal_loss', 'deform_conv2d'
# The modules of mmcv.ops that call them: each keeps what it has loaded them from, `ext_module`.
CALLERS = 'nms', 'roi_align', 'focal_loss', 'deform_conv', 'modulated_deform_conv'


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

    theirs = [name for name in OPERATORS if name in TORCHVISION]
    ours = [name for name in OPERATORS if name not in TORCHVISION]
    sources = {'torchvision': theirs, 'PyTorch': ours}
    return '; '.join(f'{source}: {", ".join(names)}' for source, names in sources.items() if names)
