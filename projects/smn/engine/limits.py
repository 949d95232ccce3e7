"""How large a network sees an image and how many objects it gives: a number each; and warnings."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from numbers import Integral
from typing import Any

from mmengine.config import Config, ConfigDict

from projects.smn.errors import UserError

from .linking import datasets_of

# Beside objects, a network with proposals needs some that overlap them, and others to choose from:
# in the configs there are twice and ten times as many.
PROPOSALS, CANDIDATES = 2, 10
# An image whose sides are this many times those of what the network sees has lost small objects.
SHRUNK = 4


def set_scale(cfg: Config, side: int) -> None:
    """Let validation and test resize to another size.

    Args:
        cfg: Changed in place.
        side: The larger number of ``scale`` in ``Resize`` (and of ``size`` in ``Pad``), in pixels;
            the other one follows. With ``keep_ratio=True``, no image is longer.

    Raises:
        UserError: If it is no number of pixels, or nothing is resized to a fixed size.
    """
    _refuse_all_but_positive('scale', side)
    resized = False
    for loader, dataset in datasets_of(cfg):
        if loader == 'train_dataloader':
            continue
        for step, key in _sizes(dataset.get('pipeline') or ()):
            larger = max(step[key])
            step[key] = tuple(max(1, round(number * side / larger)) for number in step[key])
            resized = True
    if not resized:
        raise UserError(
            f'{cfg.filename or "the config"} has no Resize with a `scale` in its test pipeline, '
            'which another scale could replace'
        )


def scale_of(cfg: Config) -> int | None:
    """The longer side of what the network sees at test, in pixels; None if it is any."""
    pipeline = (cfg.get('test_dataloader') or {}).get('dataset', {}).get('pipeline') or ()
    return next((max(step[key]) for step, key in _sizes(pipeline) if key == 'scale'), None)


def set_max_objects(cfg: Config, number: int) -> None:
    """Let a network give more, or fewer, objects of an image.

    Args:
        cfg: Changed in place: ``max_per_img``, and, if that is too little for so many, the numbers
            of proposals and of candidates for these.
        number: At most so many.

    Raises:
        UserError: If it is no number, or the network finds no objects.
    """
    _refuse_all_but_positive('max_objects', number)
    last = _last_step(cfg)
    if last is None:
        raise UserError(
            f'{cfg.filename or "the config"} has no max_per_img in model.test_cfg: how many '
            'objects it gives cannot be chosen'
        )
    last.max_per_img = number
    proposals = cfg.model.test_cfg.get('rpn') or {}
    for step, key, times in (
        (proposals, 'max_per_img', PROPOSALS),
        (proposals, 'nms_pre', CANDIDATES),
        (last, 'nms_pre', CANDIDATES),
    ):
        if key in step:
            step[key] = max(step[key], times * number)


def max_objects_of(cfg: Config) -> int | None:
    """How many objects of an image the network gives at most; None if it finds none."""
    return (_last_step(cfg) or {}).get('max_per_img')


class Doubts:
    """Says what may be missing in predictions, once for each reason, and counts the images.

    Args:
        cfg: Of the network.

    Attributes:
        images: Number of images by reason.
    """

    def __init__(self, cfg: Config) -> None:
        self.scale = scale_of(cfg)
        self.max_objects = max_objects_of(cfg)
        self.images: Counter[str] = Counter()

    def look_at(self, name: str, height: int, width: int, objects: int) -> None:
        """Look at an image, height x width pixels, of which so many objects are known."""
        name = name or 'an image'
        if objects and objects == self.max_objects:
            self._say(
                'capped',
                f'{name} has {objects} objects, which is all that the network gives; there may be '
                'more: --max-objects, or max_objects=',
            )
        if self.scale and max(height, width) > SHRUNK * self.scale:
            self._say(
                'shrunk',
                f'{name} has {width} x {height} pixels, and the network sees it as if it had '
                f'{self.scale} in width or height; small objects may be missed: --scale, or scale=',
            )

    def _say(self, reason: str, sentence: str) -> None:
        self.images[reason] += 1
        if self.images[reason] == 1:
            logging.getLogger('smn').warning('%s', sentence)


def _last_step(cfg: Config) -> ConfigDict | None:
    """The part of the config that says how many objects there are at most."""
    test_cfg = cfg.model.get('test_cfg') or {}
    last = test_cfg.get('rcnn') or test_cfg
    return last if 'max_per_img' in last else None


def _sizes(pipeline: Any) -> Iterator[tuple[ConfigDict, str]]:
    """The steps that give images a fixed size, with the key of that size, a pair now."""
    keys = dict(Resize='scale', Pad='size')
    for step in pipeline:
        kind = step.get('type')
        key = keys.get(getattr(kind, '__name__', str(kind)).rpartition('.')[2])
        if key and step.get(key):
            pair = step[key]
            step[key] = (pair, pair) if isinstance(pair, int) else tuple(pair)
            yield step, key


def _refuse_all_but_positive(name: str, value: Any) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise UserError(f'{name} must be 1 or more, not {value!r}')
