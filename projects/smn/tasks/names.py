"""Names that a task cannot have, as a library has a method of that name."""

from __future__ import annotations

from collections.abc import Iterable

from mmengine.structures import InstanceData, PixelData
from torch import nn

from projects.smn.errors import UserError


def refuse_taken_names(names: Iterable[str]) -> None:
    """Refuse names that would hide a method: they become attributes of samples and of modules.

    Raises:
        UserError: If there is one. Apart from the tasks, as it takes torch to know.
    """
    taken = (InstanceData, PixelData, nn.ModuleDict())
    for name in names:
        if any(hasattr(owner, name) for owner in taken):
            raise UserError(
                f'task {name!r}: a task needs another name, as PyTorch or mmengine has a method '
                f'of this one; `source` can still be {name!r}'
            )
