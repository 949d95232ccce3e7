"""What a network can be asked, for clients that want to know."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from projects.smn.engine import Predictor
from projects.smn.tasks import Task

from .options import ServingOptions

# What kinds of tasks may have besides a name: the names of their answers, and units.
DETAILS = ('classes', 'ordinal', 'points', 'unit', 'background')


class Health(BaseModel):
    """Whether the server answers."""

    status: Literal['ok']


class TaskInfo(BaseModel):
    """What the network is asked; further keys depend on the kind of task."""

    model_config = ConfigDict(extra='allow')

    name: str
    kind: str
    per: Literal['object', 'image']
    of: list[str] | None = Field(None, description='The classes that have it, per object.')


class ModelInfo(BaseModel):
    """The network that answers."""

    name: str
    checkpoint: str
    type: str
    parameters: int
    device: str
    classes: list[str]
    tasks: list[str]
    score_thr: float = Field(description='Used if a request says nothing else.')
    limits: dict[str, Any]


def describe_task(task: Task) -> TaskInfo:
    """Name, kind, what it is about, and the answers it has."""
    details = {key: getattr(task, key) for key in DETAILS if hasattr(task, key)}
    of = task.of if task.per == 'object' else None
    return TaskInfo(name=task.name, kind=task.kind, per=task.per, of=of, **details)


def describe_model(predictor: Predictor, options: ServingOptions) -> ModelInfo:
    """The network and the limits of the server; no path of the server is in it."""
    return ModelInfo(
        name=options.name,
        checkpoint=options.checkpoint,
        type=type(predictor.model).__name__,
        parameters=predictor.parameters,
        device=str(predictor.device),
        classes=predictor.classes,
        tasks=list(predictor.tasks),
        limits=dict(
            megabytes=options.max_megabytes,
            megapixels=options.max_megapixels,
            images=options.max_images,
            queue=options.queue,
            least_score=predictor.score_thr,
        ),
        score_thr=options.score_thr,
    )
