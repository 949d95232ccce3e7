"""JSON Schema of what a network answers, made of what its tasks say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from projects.smn.engine import Predictor
from projects.smn.tasks import MaskTask, Task, tasks_per
from projects.smn.tasks.box import BOX_SCHEMA

NUMBER = dict(type='number')
POLYGONS = dict(
    type='array',
    items=dict(type='array', items=NUMBER),
    description='Outlines [[x, y, x, y, ...], ...] in pixels, for masks=polygons.',
)


def answer_schema(predictor: Predictor) -> dict[str, Any]:
    """Of the JSON of ``/v1/predict``: one entry for each image, in the order of the request.

    What does not apply to an object, or what the network does not know, is absent.
    """
    objects = dict(type='array', items=_object(predictor))
    objects['description'] = 'Absent if the network detects none.'
    image = dict(type='object', properties=dict(image=_image(predictor)), required=['image'])
    image['properties']['objects'] = objects
    return _closed(images=dict(type='array', items=image))


def _object(predictor: Predictor) -> dict[str, Any]:
    schema = _closed(
        category_id=dict(type='integer', description='Position in the classes, from 1.'),
        category=dict(enum=list(predictor.classes)),
        bbox=BOX_SCHEMA,
        score=NUMBER,
    )
    schema['description'] = 'One object, in pixels of the upright image.'
    return _with_tasks(schema, tasks_per('object', predictor.tasks).values())


def _image(predictor: Predictor) -> dict[str, Any]:
    masks = [task.name for task in predictor.tasks.values() if isinstance(task, MaskTask)]
    masked = dict(
        type='object',
        properties=dict.fromkeys(masks, NUMBER),
        description='By mask task: the share of the image, 0 to 1, that any mask covers.',
    )
    pixels = dict(type='integer', description='Of the upright image, in pixels.')
    schema = _closed(width=pixels, height=pixels, masked=masked)
    return _with_tasks(schema, tasks_per('image', predictor.tasks).values())


def _with_tasks(schema: dict[str, Any], tasks: Iterable[Task]) -> dict[str, Any]:
    """The schema of each task at its place."""
    for task in tasks:
        *outer, key = task.answer_path
        place = schema
        for name in outer:
            place = place['properties'].setdefault(name, _closed())
        own = task.schema()
        is_mask = isinstance(task, MaskTask)
        place['properties'][key] = dict(anyOf=[own, POLYGONS]) if is_mask else own
    return schema


def _closed(**properties: dict) -> dict[str, Any]:
    """An object that has these keys, and no others but what is added."""
    return dict(
        type='object', properties=properties, required=list(properties), additionalProperties=False
    )
