"""Tasks from a config."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from projects.smn.errors import UserError, listing

from .base import TASKS, Task

SUFFIXES = ('_scores', '_labelled')
"""Of the fields that a task may have beside the one of its name."""


def build_tasks(tasks: Mapping[str, Mapping] | None, classes: Sequence[str]) -> dict[str, Task]:
    """Build the tasks that a config declares, in its order.

    Args:
        tasks: Task name to config, such as ``dict(neck=dict(type='ClassificationTask', ...))``.
            An entry of ``None`` switches off a task that a base config declares.
        classes: The classes of the data set.

    Raises:
        UserError: If a type, an option or a class does not exist, or two names collide.
    """
    if isinstance(classes, str) or not classes:
        raise UserError("`classes` must be a non-empty tuple of names, such as ('cucumber',)")
    if len(set(classes)) < len(classes):
        raise UserError(f'`classes` has a name twice: {listing(classes)}')
    asked = {name: config for name, config in (tasks or {}).items() if config is not None}
    for name, other in ((name, name + suffix) for name in asked for suffix in SUFFIXES):
        if other in asked:
            raise UserError(f'task {other!r} needs another name: {name!r} may have such a field')
    return {name: _build_task(name, config, tuple(classes)) for name, config in asked.items()}


def _build_task(name: str, config: Mapping, classes: tuple[str, ...]) -> Task:
    if not isinstance(config, Mapping) or 'type' not in config:
        raise UserError(f'task {name!r} must be a dict with a `type`, one of {listing(_kinds())}')
    options = dict(config)
    kind = options.pop('type')
    # Not TASKS.get, which imports all of mmdet to look for more.
    scope = f'{TASKS.scope}.'
    task_class = TASKS.module_dict.get(kind.removeprefix(scope)) if isinstance(kind, str) else kind
    if task_class is None:
        raise UserError(f'task {name!r}: there is no type {kind!r}, only {listing(_kinds())}')
    unsaid = [p for p in _needed(task_class) if getattr(task_class, p, None) is vars(Task).get(p)]
    if unsaid:
        raise UserError(f'task {name!r}: {kind} does not say {listing(unsaid, 12)}')
    known = {f.name for f in dataclasses.fields(task_class) if f.init} - {'name', 'dataset_classes'}
    for option in options:
        if option not in known:
            raise UserError(
                f'task {name!r}: {kind} has no option {option!r}, only {listing(sorted(known))}'
            )
    try:
        return task_class(name=name, dataset_classes=classes, **options)
    except UserError:
        raise
    except (TypeError, ValueError) as error:
        raise UserError(f'task {name!r}: {error}') from error


def _needed(task_class: type[Task]) -> tuple[str, ...]:
    """What every kind must say."""
    of_head = ('encode', 'decode') if task_class.num_outputs else ()
    labels = ('kind', 'default_loss', 'label_path', 'parse_label', 'load')
    return (*labels, *of_head, 'to_json', 'columns', 'to_columns')


def _kinds() -> list[str]:
    return sorted(TASKS.module_dict)
