"""What a checkpoint says that its outputs mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from projects.smn.tasks import TASKS, Task, build_tasks


@dataclass(frozen=True)
class Said:
    """The classes and tasks of a training, as mmengine keeps them in ``meta['dataset_meta']``.

    Args:
        classes: Empty where nothing is said, as by bare weights.
        tasks: Those that can be built, in the order of the training.
        unknown: Those of types that there are none of here: name to type.
    """

    classes: tuple[str, ...] = ()
    tasks: dict[str, Task] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)


def said_by(checkpoint: Mapping[str, Any]) -> Said:
    """What a checkpoint says; what makes no sense is not said."""
    meta = _mapping(checkpoint.get('meta'))
    data = _mapping(meta.get('dataset_meta'))
    # MMDetection 2 wrote them in capitals, and had no `dataset_meta`.
    names = data.get('classes') or data.get('CLASSES') or meta.get('CLASSES')
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        return Said()
    tasks, unknown = {}, {}
    for name, options in _mapping(data.get('tasks')).items():
        kind = _mapping(options).get('type')
        kind = kind.removeprefix(f'{TASKS.scope}.') if isinstance(kind, str) else None
        if kind in TASKS.module_dict and (task := _task(name, kind, options, tuple(names))):
            tasks[name] = task
        elif kind and kind not in TASKS.module_dict:
            unknown[name] = kind
    return Said(tuple(names), tasks, unknown)


def _task(name: Any, kind: str, options: Mapping, classes: tuple[str, ...]) -> Task | None:
    """A task as a checkpoint has it; options of other versions do not matter, nor its loss."""
    known = {f.name for f in fields(TASKS.module_dict[kind])} - {'name', 'dataset_classes', 'loss'}
    kept = {key: value for key, value in options.items() if key in known}
    try:
        return build_tasks({name: dict(kept, type=kind)}, classes)[name]
    except Exception:  # a checkpoint is data, and may say anything
        return None


def _mapping(value: Any) -> Mapping:
    return value if isinstance(value, Mapping) else {}
