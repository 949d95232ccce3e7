"""What the outputs of a task mean, and where two tasks of one name disagree about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from projects.smn.reading.values import same_text

from .base import Task

# Where labels are, and which of them count: of no matter to what a trained network says.
OF_LABELS = ('source', 'survives_cut')


class Contradiction(NamedTuple):
    """An option in which two tasks differ, and its two values."""

    option: str
    ours: Any
    theirs: Any


def meaning_of(task: Task) -> dict[str, Any]:
    """The options that give the outputs of a task their meaning, with their values."""
    options = task.meaning
    if options is None:
        others = {field.name for field in fields(Task)} | {*OF_LABELS, 'per'}
        options = (f.name for f in fields(task) if f.init and f.name not in others)
    return {option: getattr(task, option) for option in options}


def output_names(task: Task) -> tuple[str, ...]:
    """A name for each output of a task: outputs of one name mean the same.

    Where no option names them, their one name is all that gives them their meaning. What a training
    finds in labels is no part of it: standardised values stay a good start with another mean.
    """
    if task.named_by is not None:
        return tuple(getattr(task, task.named_by))
    meaning = {k: v for k, v in meaning_of(task).items() if k not in task.label_options}
    return (f'{task.kind} {_in_words(meaning)}'.rstrip(),) * (task.num_outputs or 1)


def contradiction(ours: Task, theirs: Task) -> Contradiction | None:
    """Where two tasks of one name do not mean the same; an option of ``None`` is not said.

    Args:
        ours: What an answer would be read as.
        theirs: What the network was trained to answer.
    """
    if ours.kind != theirs.kind:
        return Contradiction('type', type(ours).__name__, type(theirs).__name__)
    if ours.per != theirs.per:
        return Contradiction('per', ours.per, theirs.per)
    said = meaning_of(theirs)
    for option, value in meaning_of(ours).items():
        other = said.get(option)
        if value is not None and other is not None and not _equal(value, other):
            return Contradiction(option, value, other)
    if not {*map(same_text, ours.of)} <= {
        *map(same_text, theirs.of)
    }:  # to ask about fewer classes is no contradiction
        return Contradiction('of', ours.of, theirs.of)
    return None


def _equal(one: Any, other: Any) -> bool:
    """Whether two values are the same; a config has tuples where a file may have lists."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, str) and isinstance(other, str):
        return same_text(one) == same_text(other)
    return one == other


def _in_words(options: Mapping[str, Any]) -> str:
    return ', '.join(f'{option}={value!r}' for option, value in options.items())
