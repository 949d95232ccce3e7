"""The forms of answers, for the documentation and for clients that generate code."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Problem(BaseModel):
    """An error: problem details of RFC 9457."""

    title: str
    status: int
    detail: str = Field(description='One sentence.')


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
