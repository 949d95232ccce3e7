"""What is wrong with the predictions of an image, error by error: where to look first."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import singledispatch
from pathlib import Path

import numpy as np

from projects.smn.files import replacing
from projects.smn.tasks import (
    BOX_COLUMNS,
    Answers,
    BoxTask,
    ClassificationTask,
    Fields,
    KeypointTask,
    MaskTask,
    RegressionTask,
    SemanticTask,
    Task,
    tasks_per,
)

from .comparison import MATCH_IOU, Comparison, box_iou
from .masks import dice_score

# Less is not worth a look: a tenth of the number, of the mask, of the longer side of the box.
LEAST = 0.1


@dataclass
class Mistake:
    """One error.

    Args:
        file_name: Of the image.
        error: ``'missed'``, ``'false'`` (nothing is there), ``'double'``, ``'confused'`` (with
            another class of objects), ``'wrong'`` (another class of a task) or ``'off'``.
        cost: From :data:`LEAST` to 1. Errors of detection cost 1.
        task: Empty for errors of detection.
        name: The class of the object; empty for answers about the whole image.
        score: Of the detection.
        expected: What the label says.
        predicted: What the network says.
        box: x1, y1, x2, y2 in pixels, of the object, or of the detection where there is none.
    """

    file_name: str
    error: str
    cost: float = 1.0
    task: str = ''
    name: str = ''
    score: float | str = ''
    expected: str = ''
    predicted: str = ''
    box: Sequence[float] | None = None


@singledispatch
def judge(task: Task, predicted: Fields, p: int, true: Fields, t: int) -> tuple[float, str, str]:
    """How wrong an answer is, from 0 to 1, what was expected and what was predicted.

    Of a kind for which nothing is registered, nothing is said.

    Args:
        task: Which.
        predicted: Fields of the detections, or of the whole image.
        p: Which of them.
        true: Fields of the labelled objects, or of the whole image.
        t: Which of them; it is labelled.
    """
    return 0.0, '', ''


@judge.register
def _(task: ClassificationTask, predicted: Fields, p: int, true: Fields, t: int):
    said, meant = int(predicted[task.name][p]), int(true[task.name][t])
    cost = float(said != meant)
    if task.ordinal:  # the whole scale away is 1
        cost = abs(said - meant) / max(len(task.classes) - 1, 1)
    return cost, task.classes[meant], task.classes[said] if said >= 0 else ''


@judge.register
def _(task: RegressionTask, predicted: Fields, p: int, true: Fields, t: int):
    said, meant = float(predicted[task.name][p]), float(true[task.name][t])
    # Of a label near zero, a share would say nothing: then of what labels differ by, where that is
    # known in their unit.
    spread = task.std if task.std and task.encoding == 'linear' else 0.0
    cost = abs(said - meant) / max(abs(meant), spread, 1e-9)
    return cost, *(f'{value:.4g} {task.unit}'.strip() for value in (meant, said))


@judge.register
def _(task: MaskTask, predicted: Fields, p: int, true: Fields, t: int):
    dice = dice_score(predicted[task.name][p], true[task.name][t])
    return 1 - dice, 'Dice 1', f'Dice {dice:.3f}'


@judge.register
def _(task: KeypointTask, predicted: Fields, p: int, true: Fields, t: int):
    points, known = true[task.name][t], true[task.name][t][:, 2] > 0
    away = np.linalg.norm(predicted[task.name][p][:, :2] - points[:, :2], axis=1)[known].max()
    x1, y1, x2, y2 = true['bboxes'][t]
    return away / max(x2 - x1, y2 - y1, 1), '0 px', f'{away:.1f} px'


@judge.register
def _(task: BoxTask, predicted: Fields, p: int, true: Fields, t: int):
    iou = box_iou(predicted[task.name][[p]], true[task.name][[t]])[0, 0]
    return 1 - iou, 'IoU 1', f'IoU {iou:.3f}'


def find_mistakes(image: Comparison, score_thr: float) -> list[Mistake]:
    """The errors of an image, the worst first.

    Args:
        image: What is said and what is labelled.
        score_thr: Detections with a lower score are not looked at.
    """
    prediction = image.prediction
    if prediction.objects is not None:
        prediction = prediction[prediction.scores >= score_thr]
        image = replace(image, prediction=prediction)
    found = [*_of_image(image)]
    if prediction.objects is not None:  # else it looks for none
        found += [*_of_matches(image), *_of_detection(image)]
    found = [mistake for mistake in found if not mistake.cost < LEAST]
    return sorted(found, key=lambda mistake: -mistake.cost)


def _of_image(image: Comparison) -> Iterator[Mistake]:
    tasks = tasks_per('image', image.prediction.tasks)
    for name, task in tasks.items():
        if isinstance(task, SemanticTask):
            if name in image.areas and image.areas[name][3].sum():
                shared, _, _, true = image.areas[name].sum(1)
                right = shared / true
                text = f'{right:.3f} of the pixels'
                yield Mistake(image.name, 'off', 1 - right, name, expected='1', predicted=text)
        elif name in image.prediction.image and task.labelled(image.truth.image).all():
            cost, *words = judge(task, image.prediction.image, 0, image.truth.image, 0)
            yield _mistake(image, task, cost, words)


def _of_matches(image: Comparison) -> Iterator[Mistake]:
    """What is said wrong of objects that were found."""
    for task in tasks_per('object', image.prediction.answered).values():
        for detection, index in zip(*image.pairs(task), strict=True):
            cost, *words = judge(task, image.detections, detection, image.objects, index)
            place = dict(
                name=_class_of(image.truth, index),
                score=_score(image, detection),
                box=image.objects['bboxes'][index],
            )
            yield _mistake(image, task, cost, words, **place)


def _mistake(
    image: Comparison, task: Task, cost: float, words: Sequence[str], **place: object
) -> Mistake:
    error = 'wrong' if isinstance(task, ClassificationTask) else 'off'
    cost = 1.0 if np.isnan(cost) else min(float(cost), 1.0)  # no number is no answer
    expected, predicted = words
    said = dict(expected=expected, predicted=predicted)
    return Mistake(image.name, error, cost, task.name, **said, **place)


def _of_detection(image: Comparison) -> Iterator[Mistake]:
    """Objects that nobody found, and detections that found none."""
    iou = box_iou(image.detections['bboxes'], image.objects['bboxes'])
    excused = image.excused
    taken, confused = set(image.match.tolist()), set()
    for detection in np.flatnonzero(image.match < 0):
        label = image.detections['labels'][detection]
        said = dict(
            score=_score(image, detection),
            predicted=image.truth.classes[label],
            box=image.detections['bboxes'][detection],
        )
        best = int(iou[detection].argmax()) if iou.shape[1] else -1
        on_object = best >= 0 and iou[detection, best] >= MATCH_IOU
        meant = _class_of(image.truth, best) if on_object else ''
        if on_object and image.objects['labels'][best] != label and best not in taken | confused:
            confused.add(best)
            yield Mistake(image.name, 'confused', name=meant, expected=meant, **said)
        elif excused[detection]:
            continue  # neither right nor wrong
        elif on_object:
            yield Mistake(image.name, 'double', name=meant, expected=meant, **said)
        else:
            yield Mistake(image.name, 'false', name=said['predicted'], **said)
    for index in range(len(image.objects['labels'])):
        if index not in taken | confused:
            name, box = _class_of(image.truth, index), image.objects['bboxes'][index]
            yield Mistake(image.name, 'missed', name=name, expected=name, box=box)


def _class_of(answers: Answers, index: int) -> str:
    return answers.classes[int(answers.labels[index])]


def _score(image: Comparison, detection: int) -> float:
    return round(float(image.detections['scores'][detection]), 3)


def write_mistakes(path: Path, mistakes: Mapping[str, Sequence[Mistake]]) -> None:
    """Write a table, a row per error; the image with the greatest sum of costs first.

    Args:
        path: Of the CSV file.
        mistakes: Image to its errors.
    """
    columns = [f.name for f in fields(Mistake) if f.name != 'box']
    columns = ['class' if name == 'name' else name for name in columns]
    with replacing(path) as part, part.open('w', newline='', encoding='utf-8') as file:
        table = csv.DictWriter(file, [*columns, *BOX_COLUMNS])
        table.writeheader()
        for name in worst_first(mistakes):
            for mistake in mistakes[name]:
                row = asdict(mistake)
                box = row.pop('box')
                row.update({'class': row.pop('name'), 'cost': round(mistake.cost, 3)})
                if box is not None:
                    numbers = (round(float(value), 1) for value in box)
                    row.update(zip(BOX_COLUMNS, numbers, strict=True))
                table.writerow(row)


def worst_first(mistakes: Mapping[str, Sequence[Mistake]]) -> list[str]:
    """The images that have errors, in order of the sum of their costs."""
    costs = {name: sum(m.cost for m in found) for name, found in mistakes.items() if found}
    return sorted(costs, key=lambda name: -costs[name])
