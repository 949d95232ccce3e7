"""Why a file is no checkpoint."""

from __future__ import annotations

DAMAGED = 'it is damaged, or no checkpoint'
ADVICE = 'where you trust it, save its state_dict alone with torch.save or safetensors'


class CheckpointError(Exception):
    """A file is not loaded. The message goes on from 'cannot be loaded as a checkpoint:'."""


def more_than_weights(what: object) -> CheckpointError:
    """The refusal of a file that holds something which is not needed to say what weights are."""
    return CheckpointError(
        f'it holds more than weights ({what!s:.100}), which is never run; {ADVICE}'
    )
