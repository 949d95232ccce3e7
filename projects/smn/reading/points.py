"""The points of an object: x, y and how visible each is."""

from __future__ import annotations

from collections.abc import Sequence


def flat(label: Sequence) -> list:
    """x, y, v, x, ... also of a label that has a list for each point."""
    nested = label and all(isinstance(point, (list, tuple)) for point in label)
    return [value for point in label for value in point] if nested else list(label)
