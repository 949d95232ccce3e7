"""Of which classes every object of an image is boxed."""

from __future__ import annotations

from collections.abc import Iterable

Completeness = bool | tuple[int, ...]
"""Of all classes, of none, or of those with these indices."""


def incomplete_classes(complete: Completeness, num_classes: int) -> tuple[int, ...]:
    """The indices of the classes of which there may be objects without a box."""
    if complete is True:
        return ()
    boxed = set(complete or ())
    return tuple(label for label in range(num_classes) if label not in boxed)


def common_completeness(each: Iterable[Completeness]) -> Completeness:
    """That of several images seen as one: what holds for all of them."""
    listed = [set(complete or ()) for complete in each if complete is not True]
    if not listed:
        return True
    return tuple(sorted(set.intersection(*listed))) or False
