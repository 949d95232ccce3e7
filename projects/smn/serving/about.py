"""What a network can be asked, for clients that want to know."""

from __future__ import annotations

from typing import Any

from projects.smn.engine import Predictor
from projects.smn.tasks import Task

from .options import ServingOptions

# What kinds of tasks may have besides a name: the names of their answers, and units.
DETAILS = ('classes', 'ordinal', 'points', 'unit', 'background')


def describe_task(task: Task) -> dict[str, Any]:
    """Name, kind, what it is about, and the answers it has."""
    about = dict(name=task.name, kind=task.kind, per=task.per)
    if task.per == 'object':
        about['of'] = list(task.of)
    details = {key: getattr(task, key) for key in DETAILS if hasattr(task, key)}
    return about | {k: list(v) if isinstance(v, tuple) else v for k, v in details.items()}


def describe_model(predictor: Predictor, options: ServingOptions) -> dict[str, Any]:
    """The network and the limits of the server; no path of the server is in it."""
    parameters = sum(parameter.numel() for parameter in predictor.model.parameters())
    return dict(
        name=options.name,
        checkpoint=options.checkpoint,
        type=type(predictor.model).__name__,
        parameters=parameters,
        device=str(predictor.device),
        classes=list(predictor.classes),
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
