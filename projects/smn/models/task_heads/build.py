"""Which head answers which task."""

from __future__ import annotations

from collections.abc import Mapping

from mmdet.registry import MODELS
from torch import nn

from projects.smn.errors import UserError, listing
from projects.smn.tasks import Task


def build_heads(
    heads: Mapping[str, Mapping] | None, tasks: Mapping[str, Task]
) -> dict[str, nn.Module]:
    """Build the heads that have tasks.

    A head takes the tasks of its kinds that no other head claims by naming them in
    ``tasks=(...)``.

    Args:
        heads: Name to config of a task head; ``None`` for none.
        tasks: All tasks.

    Raises:
        UserError: If a task has no head, or a head is of an unknown type, or claims a task that
            does not exist, is not of its kinds, or is claimed already.
    """
    heads = {key: config for key, config in (heads or {}).items() if config is not None}
    for key, config in heads.items():
        if not hasattr(_head_of(config), 'answers'):
            kind = config.get('type')
            raise UserError(f'head {key!r}: there is no type {kind!r} of heads of tasks')
    claims = [(name, key) for key, config in heads.items() for name in _claims(config)]
    claimed = dict(claims)
    for name, key in claims:
        if claimed[name] != key:
            raise UserError(f'heads {key!r} and {claimed[name]!r} both claim task {name!r}')
        if name not in tasks:
            raise UserError(f'head {key!r} claims task {name!r}; the tasks are {listing(tasks)}')
        if not _answers(heads[key], tasks[name]):
            raise UserError(
                f'head {key!r} claims task {name!r} ({_kind_of(tasks[name])}), which '
                f'{heads[key]["type"]} cannot answer'
            )
    chosen: dict[str, dict[str, Task]] = {key: {} for key in heads}
    for name, task in tasks.items():
        able = (key for key, config in heads.items() if _answers(config, task))
        key = claimed.get(name) or next((k for k in able if not heads[k].get('tasks')), None)
        if key is None:
            raise UserError(
                f'no head takes task {name!r} ({_kind_of(task)}); the heads are {listing(heads)}'
            )
        chosen[key][name] = task
    return {
        key: MODELS.build(dict(config, tasks=chosen[key]))
        for key, config in heads.items()
        if chosen[key]
    }


def _claims(config: Mapping) -> tuple[str, ...]:
    names = config.get('tasks') or ()
    return (names,) if isinstance(names, str) else tuple(names)


def _head_of(config: Mapping) -> type[nn.Module] | None:
    kind = config.get('type')
    return MODELS.get(kind) if isinstance(kind, str) else kind


def _answers(config: Mapping, task: Task) -> bool:
    return _head_of(config).answers(task)


def _kind_of(task: Task) -> str:
    return f'{type(task).__name__} per {task.per}'
