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


class Rle(BaseModel):
    """A mask: COCO's compressed run lengths, as pycocotools reads them."""

    size: tuple[int, int] = Field(description='Height and width.')
    counts: str


Mask = Rle | list[list[float]]
Box = tuple[float, float, float, float]


class Answer(BaseModel):
    """A class with its probability, or a number with its unit."""

    model_config = ConfigDict(extra='forbid')

    value: str | float
    score: float | None = None
    unit: str | None = None


class ObjectPrediction(BaseModel):
    """One object, in pixels of the upright image. What no task asks for is absent."""

    model_config = ConfigDict(extra='forbid')

    category_id: int = Field(description='Position in the classes, from 1.')
    category: str
    bbox: Box = Field(description='x, y, width, height.')
    score: float
    segmentation: Mask | None = None
    masks: dict[str, Mask] | None = Field(None, description='Further masks by task.')
    keypoints: list[float] | None = Field(None, description='x, y, score of each point.')
    points: dict[str, list[float]] | None = Field(None, description='Further keypoints by task.')
    attributes: dict[str, Answer] | None = None


class ImageSummary(BaseModel):
    """The image, and what is said of it as a whole."""

    model_config = ConfigDict(extra='forbid')

    width: int = Field(description='Of the upright image, in pixels.')
    height: int
    masked: dict[str, float] = Field(
        description='By mask task: the share of the image, 0 to 1, that any mask covers.'
    )
    attributes: dict[str, Answer] | None = None
    boxes: dict[str, Box] | None = Field(None, description='x, y, width, height by task.')
    maps: dict[str, dict[str, Rle]] | None = Field(
        None, description='Semantic maps: task to class to mask.'
    )


class ImagePrediction(BaseModel):
    """What the network says about one image."""

    image: ImageSummary
    objects: list[ObjectPrediction] | None = Field(
        None, description='Absent if the network detects none.'
    )


class Predictions(BaseModel):
    """One for each image, in the order of the request."""

    images: list[ImagePrediction]


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
