"""How much a file may unfold to."""

from __future__ import annotations

from .errors import CheckpointError

# Copies that are made of what is there once, and a little for files of nothing but names.
FACTOR, LEAST = 8, 1_000_000


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
