"""A predictor that says the same of every image, at once, for tests of what is made of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.config import Config, ConfigDict
from mmengine.structures import InstanceData, PixelData

from projects.smn.engine import Prediction
from projects.smn.tasks import build_tasks, encode_mask

HEIGHT, WIDTH = 48, 64
CLASSES = ('apple', 'card')
OBJECT_TASKS = dict(
    mask=dict(type='MaskTask'),
    core=dict(type='MaskTask', of=('apple',)),
    ends=dict(type='KeypointTask', of=('apple',), points=('top', 'end')),
    colour=dict(type='ClassificationTask', of=('apple',), classes=('red', 'green')),
    length=dict(type='RegressionTask', of=('apple',), unit='mm'),
)
IMAGE_TASKS = dict(
    ground=dict(type='SemanticTask', classes=('background', 'grass', 'sky')),
    weather=dict(type='ClassificationTask', per='image', classes=('sun', 'rain')),
    leaf=dict(type='BoxTask'),
)
TASKS = OBJECT_TASKS | IMAGE_TASKS
# x1, y1, x2, y2; they overlap.
BOXES = ((8, 8, 40, 32), (24, 16, 56, 40))
SCORES = (0.9, 0.4)
IMAGE = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


def masks(inset: int = 0) -> np.ndarray:
    """The masks (2, H, W) that fill the boxes but for a border."""
    filled = np.zeros((len(BOXES), HEIGHT, WIDTH), bool)
    for mask, (x1, y1, x2, y2) in zip(filled, BOXES, strict=True):
        mask[y1 + inset : y2 - inset, x1 + inset : x2 - inset] = True
    return filled


def ground() -> np.ndarray:
    """The semantic map (H, W): sky above grass, and nothing at the left."""
    values = np.ones((HEIGHT, WIDTH), np.uint8)
    values[: HEIGHT // 2] = 2
    values[:, :16] = 0
    return values


def write_test_set(folder: Path, split: Iterable[str], others: Iterable[str] = ()) -> None:
    """Write images, and annotations that list those of a split."""
    (folder / 'images').mkdir(parents=True)
    for name in (*split, *others):
        picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        cv2.imwrite(str(folder / 'images' / name), picture)
    listed = [dict(id=number, file_name=name) for number, name in enumerate(split)]
    (folder / 'test.json').write_text(json.dumps(dict(images=listed)))


def canned_sample(tasks: Iterable[str] = TASKS, count: int = 2) -> DetDataSample:
    """An apple and a card, and a meadow.

    Args:
        tasks: Of those of this file. Without one for objects, the network detects none.
        count: Of objects, at most 2.
    """
    missing = torch.full((2, 3), torch.nan)
    points = torch.stack([torch.tensor([[10.0, 20, 0.9], [38, 21, 0.8]]), missing])
    objects = dict(
        mask=list(map(encode_mask, masks())),
        core=list(map(encode_mask, masks(6) * np.array([[[True]], [[False]]]))),
        ends=points,
        colour=torch.tensor([1, -1]),
        colour_scores=torch.tensor([[0.2, 0.8], [0.0, 0.0]]),
        length=torch.tensor([42.5, torch.nan]),
    )
    whole = dict(
        weather=torch.tensor([0]),
        weather_scores=torch.tensor([[0.7, 0.3]]),
        leaf=torch.tensor([[4.0, 6, 20, 16]]),
    )
    sample = DetDataSample(metainfo=dict(ori_shape=(HEIGHT, WIDTH)))
    if asked := _asked(objects, tasks):
        boxes = torch.tensor(BOXES, dtype=torch.float)
        found = dict(bboxes=boxes, labels=torch.tensor([0, 1]), scores=torch.tensor(SCORES))
        sample.pred_instances = InstanceData(**found, **asked)[:count]
    if asked := _asked(whole, tasks):
        sample.pred_image = InstanceData(**asked)
    if 'ground' in tasks:
        sample.pred_sem_seg = PixelData(ground=torch.from_numpy(ground())[None])
    return sample


def canned_prediction(
    tasks: Iterable[str] = TASKS, count: int = 2, source: np.ndarray = IMAGE
) -> Prediction:
    """The sample of :func:`canned_sample` as a predictor gives it, of a grey image."""
    asked = build_tasks({name: TASKS[name] for name in tasks}, CLASSES)
    return Prediction.of(canned_sample(tasks, count), 'pred', CLASSES, asked, source=source)


class CannedPredictor:
    """Stands in for :class:`projects.smn.engine.Predictor`; images must be 64 x 48 pixels.

    Args:
        images: A folder as :func:`write_test_set` makes it.
        tasks: See :func:`canned_sample`.

    Attributes:
        calls: How many images it has predicted.
    """

    classes = CLASSES
    score_thr = 0.05

    def __init__(self, images: Path | str = '', tasks: Iterable[str] = TASKS) -> None:
        self.names = list(tasks)
        self.configs = {name: TASKS[name] for name in tasks}
        self.tasks = build_tasks(self.configs, CLASSES)
        self.dataset_meta = dict(classes=CLASSES, tasks=self.configs)
        dataset = dict(data_root=str(images), ann_file='test.json', data_prefix=dict(img='images/'))
        model = ConfigDict(type='Canned', classes=CLASSES, tasks=self.configs)
        self.cfg = Config(dict(test_dataloader=dict(dataset=dataset), classes=CLASSES, model=model))
        self.model = torch.nn.Linear(1, 1)
        self.parameters = 2
        self.device = torch.device('cpu')
        self.calls = 0

    def __call__(self, image: np.ndarray) -> Prediction:
        assert image.shape == (HEIGHT, WIDTH, 3)
        self.calls += 1
        return canned_prediction(self.names, source=image)


def _asked(fields: dict, tasks: Iterable[str]) -> dict:
    return {name: value for name, value in fields.items() if name.split('_')[0] in tasks}
