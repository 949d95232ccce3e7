"""The objects, images and labels of a data set in one sequence, and a grid of pictures of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from projects.smn.tasks import ClassificationTask, Task

COLUMNS = 6
"""Pictures in a row of samples."""
MARGIN = 0.15
"""What is shown around an object, as a share of its longer side."""

Entry = Mapping[str, Any]
Place = tuple[Entry, Sequence[float] | None]
"""An image, and the box x1, y1, x2, y2 of an object on it or None."""


def objects_of(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    """Every object with its image. Crowds are not objects."""
    for entry in entries:
        for instance in entry['instances']:
            if not instance['ignore_flag']:
                yield entry, instance


def labels_of(
    entries: Sequence[Entry], classes: Sequence[str], task: Task
) -> Iterator[tuple[Place, Any]]:
    """What a task asks about, each with its label, or None where there is none."""
    if task.per == 'image':
        pairs = (((entry, None), entry['image_labels'].get(task.name)) for entry in entries)
    else:
        pairs = (
            ((entry, instance['bbox']), instance['task_labels'].get(task.name))
            for entry, instance in objects_of(entries)
            if classes[instance['bbox_label']] in task.of
        )
    for place, label in pairs:
        yield place, label if label is not None and task.is_labelled(label) else None


def places_of_classes(entries: Sequence[Entry], classes: Sequence[str]) -> dict[str, list[Place]]:
    """The objects of each class."""
    places: dict[str, list[Place]] = {name: [] for name in classes}
    for entry, instance in objects_of(entries):
        places[classes[instance['bbox_label']]].append((entry, instance['bbox']))
    return places


def places_of_values(
    entries: Sequence[Entry], classes: Sequence[str], task: ClassificationTask
) -> dict[str, list[Place]]:
    """The objects, or images, of each class of a classification."""
    places: dict[str, list[Place]] = {name: [] for name in task.classes}
    for place, label in labels_of(entries, classes, task):
        if label is not None:
            places[task.classes[label]].append(place)
    return places


def sample_figure(
    places: Mapping[str, Sequence[Place]], read_image: Callable[[str], np.ndarray]
) -> Figure | None:
    """A row of pictures for each name that has any, spread over the data set."""
    places = {name: found for name, found in places.items() if found}
    if not places:
        return None
    figure = Figure((1.3 * COLUMNS, 1.6 * len(places)))
    grid = figure.subplots(len(places), COLUMNS, squeeze=False)
    for row, (name, found) in zip(grid, places.items(), strict=True):
        count = min(COLUMNS, len(found))
        chosen = np.linspace(0, len(found) - 1, count).round().astype(int)
        for axes, index in zip(row, chosen, strict=False):
            axes.imshow(_cut(read_image(found[index][0]['img_path']), found[index][1]))
        for axes in row:
            axes.axis('off')
            axes.set_anchor('NW')
        row[0].set_title(f'{name} ({len(found)})', loc='left', fontsize=9)
    return figure


def _cut(image: np.ndarray, box: Sequence[float] | None) -> np.ndarray:
    if box is None:
        return image
    x1, y1, x2, y2 = box
    margin = MARGIN * max(x2 - x1, y2 - y1)
    left, top = (max(int(value - margin), 0) for value in (x1, y1))
    return image[top : int(y2 + margin) + 1, left : int(x2 + margin) + 1]
