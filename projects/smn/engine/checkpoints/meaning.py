"""Whether a config and a checkpoint mean the same by the outputs of a network."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.logging import print_log
from torch import nn

from projects.smn.errors import UserError, listing
from projects.smn.reading.values import same_text
from projects.smn.tasks import contradiction

from .pixels import check_pixels
from .said import said_by

MOST = 8  # names in a sentence
ADVICE = (
    'write what it was trained with, or its answers would be misread; a training that starts from '
    'it by load_from may have others'
)
OTHER_ORDER = (
    '{} cannot be resumed: its run had tasks or heads in another order; a config that a run writes '
    'is sorted: resume with the one that it was given'
)
UNSAID = (
    '{} does not say what its outputs mean: the classes, points and grades of the config are '
    'taken, in their order'
)


def check_meaning(model: nn.Module, checkpoint: Mapping[str, Any], filename: str) -> None:
    """Check that outputs mean what they were trained to mean: weights fit with names in any order.

    What a checkpoint does not say is not compared, nor what has no part in it, such as losses.

    Args:
        model: With ``classes`` and ``tasks``, as the config says them.
        checkpoint: As it was read.
        filename: Of the checkpoint.

    Raises:
        UserError: If the order or the names of classes, points, grades or maps are others, or the
            kind of a task, or an option by which its numbers are read. Also if images are
            normalised in another way.
    """
    check_pixels(model, checkpoint, filename)
    said = said_by(checkpoint)
    classes = tuple(getattr(model, 'classes', ()))
    alike = [*map(same_text, classes)] == [*map(same_text, said.classes)]
    if classes and not said.classes:
        print_log(UNSAID.format(filename), logger='current', level=logging.WARNING)
    if classes and said.classes and not alike:
        ours, theirs = _shown(classes, said.classes)
        raise UserError(
            f'the config has classes={ours}, and {filename} was trained with {theirs}; {ADVICE}'
        )
    for name, task in getattr(model, 'tasks', {}).items():
        found = None
        if name in said.tasks:
            found = contradiction(task, said.tasks[name])
        elif name in said.unknown:
            found = 'type', type(task).__name__, said.unknown[name]
        if found:
            option, *values = found
            ours, theirs = _shown(*values)
            raise UserError(
                f'task {name!r} has {option}={ours} in the config, and {filename} was trained with '
                f'{theirs}; {ADVICE}'
            )


def check_order(model: nn.Module, checkpoint: Mapping[str, Any], filename: str) -> None:
    """Check that the tasks of each head are in the order of a run that is to be resumed.

    An optimizer knows parameters by their order alone, and would mix up what it keeps of them.

    Raises:
        UserError: If they are not.
    """
    order = [*said_by(checkpoint).tasks]
    for head in model.modules():
        if hasattr(head, 'output_rows') and {*head.tasks} <= {*order}:
            theirs = [name for name in order if name in head.tasks]
            if theirs != [*head.tasks]:
                raise UserError(OTHER_ORDER.format(filename))


def _shown(ours: Any, theirs: Any) -> tuple[str, str]:
    """Two values for a sentence; of long lists of names, from the first that differs."""
    lists = [value for value in (ours, theirs) if isinstance(value, (list, tuple))]
    if len(lists) < 2:
        return repr(ours), repr(theirs)
    start = 0
    if max(map(len, lists)) > MOST:
        pairs = enumerate(zip(ours, theirs, strict=False))
        start = next((i for i, (a, b) in pairs if a != b), min(map(len, lists)))
    return _names(ours, start), _names(theirs, start)


def _names(names: Sequence, start: int) -> str:
    return f'({"..., " * (start > 0)}{listing(names[start:], MOST)})'
