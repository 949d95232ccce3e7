"""mmengine's loader of checkpoints, led to ours.

``init_cfg=dict(type='Pretrained')`` of any module, ``mmdet.apis`` and many a backbone load through
mmengine's ``CheckpointLoader``. That asks a function by how a name begins; those functions run what
a file holds if PyTorch's safe loading refuses it. It lets others take their places.
"""

from __future__ import annotations

from typing import Any

from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine_checkpoint

from .loading import load_checkpoint_file

# All that mmengine has a function for; '' is a file.
PREFIXES = [
    prefix
    for prefix, loader in CheckpointLoader._schemes.items()
    if loader.__module__ == mmengine_checkpoint.__name__
]


def load_from_checked_file(
    filename: str, map_location: Any = None, weights_only: bool | None = None
) -> dict[str, Any]:
    """As mmengine calls it; the last two words of the name are what its log says of it.

    ``weights_only`` is an argument of one of its functions that this stands for, and always true.
    """
    checkpoint = load_checkpoint_file(filename, map_location or 'cpu')
    checkpoint.pop('best_files', None)
    return checkpoint


CheckpointLoader.register_scheme(PREFIXES, loader=load_from_checked_file, force=True)
# What its own functions end in, for whoever calls one of them by name.
mmengine_checkpoint._safe_torch_load = load_from_checked_file
