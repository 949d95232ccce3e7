"""Checkpoints: read without being run, whoever asks for one, and compared with the network.

:func:`load_checkpoint_file` is the one way in. mmengine's loader, which ``init_cfg`` and mmdet's
own functions use, is led to it by :mod:`.mmengine_loader`.
"""

from . import mmengine_loader  # noqa: F401  # takes the place of mmengine's
from .fit import check_architecture, describe_fit, without_balancer
from .harmless import check_resumable, with_best_files
from .loading import load_checkpoint_file
from .meaning import check_meaning, check_order
from .rows import map_rows

__all__ = [
    'check_architecture',
    'check_meaning',
    'check_order',
    'check_resumable',
    'describe_fit',
    'load_checkpoint_file',
    'map_rows',
    'with_best_files',
    'without_balancer',
]
