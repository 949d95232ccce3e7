"""Checkpoints: read without being run, whoever asks for one, and compared with the network.

:func:`load_checkpoint_file` is the one way in. mmengine's loader, which ``init_cfg`` and mmdet's
own functions use, is led to it by :mod:`.mmengine_loader`.
"""

from .fit import check_architecture, without_balancer
from .loading import load_checkpoint_file
from .mmengine_loader import PREFIXES

__all__ = ['PREFIXES', 'check_architecture', 'load_checkpoint_file', 'without_balancer']
