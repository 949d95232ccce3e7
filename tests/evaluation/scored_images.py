"""Random images with objects, labels of every kind of task, and detections to be scored."""

from __future__ import annotations

import numpy as np

from projects.smn.evaluation import Comparison, MultiTaskMetric
from projects.smn.tasks import Answers, build_tasks, encode_mask

HEIGHT, WIDTH, CELL = 200, 260, 65
CLASSES = ('apple', 'pear', 'plum')
TASK_CONFIGS = dict(
    mask=dict(type='MaskTask'),
    core=dict(type='MaskTask', of=('apple', 'pear')),
    ends=dict(
        type='KeypointTask',
        of=('apple', 'pear'),
        points=('top', 'side', 'end'),
        sigmas=(0.1, 0.05, 0.2),
    ),
    colour=dict(type='ClassificationTask', of=('apple', 'pear'), classes=('red', 'green', 'blue')),
    grade=dict(type='ClassificationTask', of=('apple', 'pear'), classes=(1, 2, 3, 4), ordinal=True),
    length=dict(type='RegressionTask', of=('apple', 'pear'), unit='mm'),
)
TASKS = build_tasks(TASK_CONFIGS, CLASSES)

# Every field's shape of one object, and type; masks are lists of RLE.
FIELDS = dict(
    bboxes=((4,), float),
    labels=((), int),
    scores=((), float),
    areas=((), float),
    mask_labelled=((), bool),
    core_labelled=((), bool),
    ends=((3, 3), float),
    colour=((), int),
    grade=((), int),
    length=((), float),
)
TASK_FIELDS = ('mask', 'core', 'ends', 'colour', 'grade', 'length')
TRUTH = ('bboxes', 'labels', 'areas', 'mask_labelled', 'core_labelled', *TASK_FIELDS)
PREDICTION = ('bboxes', 'labels', 'scores', *TASK_FIELDS)


def rectangle(box) -> dict:
    """A mask (RLE) of the pixels in a box."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    x1, y1, x2, y2 = np.round(np.clip(box, 0, [WIDTH, HEIGHT] * 2)).astype(int)
    mask[y1:y2, x1:x2] = 1
    return encode_mask(mask)


def stacked(rows: list[dict], names: tuple[str, ...]) -> dict:
    """Fields of one image from one dict per object."""
    fields = {}
    for name in names:
        fields[name] = values = [row[name] for row in rows]
        if name in FIELDS:
            shape, dtype = FIELDS[name]
            fields[name] = np.array(values, dtype).reshape(len(rows), *shape)
    return fields


def image_of(objects: list[dict], detections: list[dict], ignored=(), incomplete=()) -> Comparison:
    return compared(
        detections=stacked(detections, PREDICTION),
        objects=stacked(objects, TRUTH),
        ignored=np.asarray(ignored, float).reshape(-1, 4),
        incomplete=incomplete,
    )


def compared(
    detections: dict, objects: dict, ignored: np.ndarray, incomplete: tuple[int, ...] = ()
) -> Comparison:
    """From the fields of both sides."""
    return Comparison(
        *(Answers(CLASSES, TASKS, (HEIGHT, WIDTH), side, {}) for side in (detections, objects)),
        ignored=ignored,
        incomplete=incomplete,
    )


def make_object(rng: np.random.Generator, cell: int = 0, label: int = 0, **labels) -> dict:
    """An object in a cell of a 4 x 3 grid, labelled in every task unless ``labels`` says else."""
    corner = CELL * np.array([cell % 4, cell // 4]) + rng.uniform(2, 8, 2)
    size = rng.uniform(14, 50, 2)
    x1, y1, x2, y2 = box = np.concatenate([corner, corner + size])
    points = np.column_stack([rng.uniform(x1, x2, 3), rng.uniform(y1, y2, 3), [2, 1, 2]])
    row = dict(
        bboxes=box,
        labels=label,
        areas=rng.uniform(0.5, 0.9) * size.prod(),
        mask=rectangle(box),
        mask_labelled=True,
        core=rectangle([x1 + 4, y1 + 4, x2 - 4, y2 - 4]),
        core_labelled=True,
        ends=points,
        colour=int(rng.integers(3)),
        grade=int(rng.integers(4)),
        length=rng.uniform(5, 90),
    )
    return {**row, **labels}


UNLABELLED = dict(
    mask=dict(mask=rectangle([0, 0, 0, 0]), mask_labelled=False),
    core=dict(core=rectangle([0, 0, 0, 0]), core_labelled=False),
    ends=dict(ends=np.zeros((3, 3))),
    colour=dict(colour=-1),
    grade=dict(grade=-1),
    length=dict(length=np.nan),
)


def exact(row: dict, score: float = 0.5) -> dict:
    """The detection that says what the labels say."""
    return {**row, 'scores': score}


def noisy(rng: np.random.Generator, row: dict, amount: float = 4.0) -> dict:
    """A detection near an object, wrong by some pixels and sometimes in its attributes."""
    box = row['bboxes'] + rng.uniform(-amount, amount, 4)
    points = row['ends'] + np.append(rng.normal(0, amount, 2), 0)
    return dict(
        bboxes=box,
        labels=row['labels'],
        scores=rng.uniform(),
        mask=rectangle(box + rng.uniform(-2, 2, 4)),
        core=rectangle(box + np.array([5, 5, -3, -3])),
        ends=points,
        colour=int(rng.integers(3)),
        grade=int(rng.integers(4)),
        length=row['length'] + rng.normal(0, 10),
    )


def random_images(seed: int, count: int = 5) -> list[Comparison]:
    """Images with objects in some of the first 10 of 12 cells, so that two stay free.

    Some objects are missed, some found twice; some detections are of another class or of nothing.
    """
    rng = np.random.default_rng(seed)
    images = []
    for _ in range(count):
        cells = rng.permutation(10)
        objects = [make_object(rng, cell, int(rng.integers(3))) for cell in cells[:6]]
        detections = [noisy(rng, row) for row in objects[1:]]
        detections.append(noisy(rng, objects[1], 8.0))
        detections.append({**noisy(rng, objects[2]), 'labels': (objects[2]['labels'] + 1) % 3})
        detections.append(noisy(rng, make_object(rng, cells[6], 0)))
        images.append(image_of(objects, detections))
    return images


def perfect_images(seed: int, count: int = 4) -> list[Comparison]:
    rng = np.random.default_rng(seed)
    images = []
    for _ in range(count):
        objects = [make_object(rng, cell, int(rng.integers(3))) for cell in range(6)]
        images.append(image_of(objects, [exact(row, rng.uniform()) for row in objects]))
    return images


def taken(fields: dict, index) -> dict:
    """The fields of some objects, in a new order."""
    return {
        name: [value[i] for i in index] if isinstance(value, list) else value[index]
        for name, value in fields.items()
    }


def extended(
    image: Comparison, objects: list[dict], detections: list[dict], ignored=()
) -> Comparison:
    """An image with more objects, detections and ignored boxes."""
    truth, prediction = stacked(objects, TRUTH), stacked(detections, PREDICTION)
    return compared(
        detections=_joined(image.detections, prediction),
        objects=_joined(image.objects, truth),
        ignored=np.concatenate([image.ignored, np.asarray(ignored, float).reshape(-1, 4)]),
    )


def _joined(first: dict, second: dict) -> dict:
    return {
        name: value + second[name]
        if isinstance(value, list)
        else np.concatenate([value, second[name]])
        for name, value in first.items()
    }


def scores(images: list[Comparison], task: str | None = None) -> dict[str, float]:
    """All metrics, or those of one task (``'bbox'`` for the boxes)."""
    metric = MultiTaskMetric()
    tasks = {name: TASK_CONFIGS[name] for name in TASKS if task in (None, name)}
    metric.dataset_meta = dict(classes=CLASSES, tasks=tasks)
    metrics = metric.compute_metrics(images)
    return {k: v for k, v in metrics.items() if task is None or k.startswith(f'{task}/')}


def relabelled(image: Comparison, **fields) -> Comparison:
    """An image with other ground truth in some fields."""
    return compared(image.detections, {**image.objects, **fields}, image.ignored)
