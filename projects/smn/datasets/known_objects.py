"""Objects of an image that are written down twice."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Any, Literal

from projects.smn.reading.same_object import same_object_key
from projects.smn.reading.values import number

# Programs round boxes and areas in their own way.
DECIMALS, ROUNDING = 1, 1e-3


class KnownObjects:
    """The objects of one image that were met."""

    def __init__(self) -> None:
        self._at_place: dict[Hashable, list[tuple[Mapping, float]]] = defaultdict(list)
        self._keys: dict[int, Hashable] = {}

    def meet(
        self, annotation: Mapping[str, Any], instance: Mapping[str, Any]
    ) -> Literal['same', 'other'] | None:
        """Whether one is known at this place.

        Args:
            annotation: The record. It is kept.
            instance: What was read from it.

        Returns:
            ``'same'`` if it is this one; ``'other'`` if it differs in its labels, and they are of
            one class and box. An area that only one of them gives is no difference.
        """
        box = (round(float(value), DECIMALS) for value in instance['bbox'])
        there = self._at_place[(instance['bbox_label'], *box)]
        # As it is written: what is read may be that of the box, for both.
        area = number(annotation['area']) if annotation.get('area') else math.nan
        there.append((annotation, area))
        if len(there) == 1:  # most are, and keys are slow
            return None
        key = self._key(annotation)
        for other, its_area in there[:-1]:
            differ = abs(area - its_area) > ROUNDING * its_area  # never, where one is NaN
            if not differ and self._key(other) == key:
                return 'same'
        return 'other'

    def _key(self, annotation: Mapping[str, Any]) -> Hashable:
        """All that is said of an object but where it is, which is known to be the same."""
        if id(annotation) not in self._keys:
            rest = {key: value for key, value in annotation.items() if key != 'bbox'}
            self._keys[id(annotation)] = same_object_key(rest)
        return self._keys[id(annotation)]
