"""Why a file is no checkpoint: what it is or holds, and what it would unfold to."""

from __future__ import annotations

DAMAGED = 'it is damaged, or no checkpoint'
ADVICE = 'where you trust it, save its state_dict alone with torch.save or safetensors'
# Copies that are made of what is there once, and a little for files of nothing but names.
FACTOR, LEAST = 8, 1_000_000


class CheckpointError(Exception):
    """A file is not loaded. The message goes on from 'cannot be loaded as a checkpoint:'."""


def more_than_weights(what: object) -> CheckpointError:
    """The refusal of a file that holds something which is not needed to say what weights are."""
    return CheckpointError(
        f'it holds more than weights ({what!s:.100}), which is never run; {ADVICE}'
    )


class Room:
    """Bounds what is made of a file: a pickle can name one part of it a million times.

    Args:
        file_size: In bytes.
    """

    def __init__(self, file_size: int) -> None:
        self.left = FACTOR * file_size + LEAST

    def take(self, amount: int) -> None:
        """Note that so many bytes, or steps, will be needed.

        Raises:
            CheckpointError: If that is more than the file's size explains.
        """
        self.left -= amount
        if self.left < 0:
            raise CheckpointError('it is damaged: it unfolds to much more than its size')
