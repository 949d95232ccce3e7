"""Where the bytes of images come from, besides what mmengine can read."""

from .pack_file import MissingFileUserError, Pack, is_pack, write_pack
from .packed import PackedBackend

__all__ = ['MissingFileUserError', 'Pack', 'PackedBackend', 'is_pack', 'write_pack']
