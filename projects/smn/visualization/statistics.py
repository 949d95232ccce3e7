"""Figures that describe a data set: what is in it, and what is labelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from projects.smn.files import replacing
from projects.smn.tasks import DETECTION, ClassificationTask, RegressionTask, Task

from .samples import Entry, labels_of, places_of_classes, places_of_values, sample_figure

COLOUR, REST = '#1f77b4', '#d9d9d9'
MAX_BINS = 60


def write_statistics(
    entries: Sequence[Entry],
    classes: Sequence[str],
    tasks: Mapping[str, Task],
    read_image: Callable[[str], np.ndarray],
    folder: Path,
) -> list[Path]:
    """Write a PNG per figure; one that would show nothing is left out.

    Args:
        entries: What ``CocoTaskDataset.get_data_info`` gives, of every image. Crowds do not count.
        classes: Of the objects.
        tasks: By name.
        read_image: Path to RGB image (H, W, 3), uint8.
        folder: Where they go: ``classes.png``, ``labelled.png``, ``image_sizes.png``,
            ``task_<name>.png`` for each classification and regression, ``samples.png`` for the
            classes of objects and ``samples_<name>.png`` for each classification.

    Returns:
        Their paths.
    """
    written = []

    def write(name: str, figure: Figure | None) -> None:
        if figure is not None:
            with replacing(folder / f'{name}.png') as path:
                figure.savefig(path, dpi=110, bbox_inches='tight')
            written.append(folder / f'{name}.png')

    with matplotlib.rc_context({'text.parse_math': False}):  # a name may have a dollar sign
        write('classes', class_figure(entries, classes))
        write('labelled', labelled_figure(entries, classes, tasks))
        write('image_sizes', size_figure(entries))
        for name, task in tasks.items():
            write(f'task_{name}', task_figure(entries, classes, task))
        write('samples', sample_figure(places_of_classes(entries, classes), read_image))
        for name, task in tasks.items():
            if isinstance(task, ClassificationTask):
                places = places_of_values(entries, classes, task)
                write(f'samples_{name}', sample_figure(places, read_image))
    return written


def class_figure(entries: Sequence[Entry], classes: Sequence[str]) -> Figure | None:
    """How many objects each class has, and on how many images."""
    places = places_of_classes(entries, classes).values()
    if not any(places):
        return None
    figure, axes = _figure(len(classes))
    counts = [len(found) for found in places]
    images = [len({id(entry) for entry, _ in found}) for found in places]
    notes = [f'{count} on {_plural(n, "image")}' for count, n in zip(counts, images, strict=True)]
    _bars(axes, classes, counts, notes)
    axes.set(title=f'{_plural(sum(counts), "object")} by class', xlabel='objects')
    return figure


def labelled_figure(
    entries: Sequence[Entry], classes: Sequence[str], tasks: Mapping[str, Task]
) -> Figure:
    """Which share of the objects, or images, that a task asks about has a label for it."""
    rows = {}
    if any(places_of_classes(entries, classes).values()):
        complete = sum(entry['complete'] is True for entry in entries)
        rows[f'{DETECTION}: all objects boxed'] = (complete, len(entries), 'images')
    for name, task in tasks.items():
        labels = [label for _, label in labels_of(entries, classes, task)]
        known = sum(label is not None for label in labels)
        rows[name] = (known, len(labels), f'{task.per}s')
    figure, axes = _figure(len(rows))
    shares = [100 * known / total if total else 0 for known, total, _ in rows.values()]
    notes = [f'{known} of {total} {what}' for known, total, what in rows.values()]
    whole = axes.barh(list(rows), 100, color=REST)
    axes.bar_label(whole, notes, padding=3, fontsize=8, annotation_clip=False)
    axes.barh(list(rows), shares, color=COLOUR)
    axes.invert_yaxis()
    axes.set(title='Labelled, of what a task asks about', xlabel='%', xlim=(0, 100))
    return figure


def size_figure(entries: Sequence[Entry]) -> Figure:
    """Width and height of the images."""
    sizes = Counter((entry['width'], entry['height']) for entry in entries)
    (widths, heights), counts = zip(*sizes, strict=True), np.array(list(sizes.values()))
    figure, axes = _figure(12)
    axes.scatter(widths, heights, 20 + 180 * counts / counts.max(), COLOUR, alpha=0.4)
    limit = 1.08 * max(*widths, *heights)
    axes.plot([0, limit], [0, limit], color=REST, zorder=0)
    number = f'{_plural(len(entries), "image")}, {_plural(len(sizes), "size")}'
    title = f'{number}, {min(widths)}-{max(widths)} x {min(heights)}-{max(heights)} px'
    axes.set(title=title, xlabel='width (px)', ylabel='height (px)')
    axes.set(xlim=(0, limit), ylim=(0, limit), aspect='equal')
    return figure


def task_figure(entries: Sequence[Entry], classes: Sequence[str], task: Task) -> Figure | None:
    """The distribution of the labels of a classification or regression."""
    labels = [label for _, label in labels_of(entries, classes, task) if label is not None]
    if not labels or not isinstance(task, (ClassificationTask, RegressionTask)):
        return None
    number = _plural(len(labels), f'labelled {task.per}')
    if isinstance(task, ClassificationTask):
        figure, axes = _figure(len(task.classes))
        counts = np.bincount(labels, minlength=len(task.classes)).tolist()
        notes = [f'{count} ({100 * count / len(labels):.0f} %)' for count in counts]
        _bars(axes, task.classes, counts, notes)
        axes.set(title=f'{task.name}: {number}', xlabel=f'{task.per}s')
        return figure
    figure, axes = _figure(10)
    # Not 'auto' alone: one typo far away would ask for millions of bins.
    bins = min(len(np.histogram_bin_edges(np.clip(labels, *_middle(labels)), 'auto')), MAX_BINS)
    counts, _, bars = axes.hist(labels, bins=bins, color=COLOUR, edgecolor='white')
    if len(bars) <= 20:
        axes.bar_label(bars, [f'{count:.0f}' for count in counts], fontsize=7)
    spread = f'mean {np.mean(labels):.4g}, standard deviation {np.std(labels):.3g}'
    title = f'{task.name}: {number}, {spread} {task.unit}'.rstrip()
    axes.set(title=title, xlabel=task.columns()[0], ylabel=f'{task.per}s')
    axes.grid(axis='y', alpha=0.3)
    return figure


def _middle(labels: Sequence[float]) -> tuple[float, float]:
    """Between which labels all but the outermost lie; of few labels, one on each side is out."""
    low, high = np.percentile(labels, 1, method='higher'), np.percentile(labels, 99, method='lower')
    return min(low, high), max(low, high)


def _figure(rows: int) -> tuple[Figure, Axes]:
    figure = Figure((7, 1 + 0.3 * max(rows, 3)))
    axes = figure.subplots()
    axes.spines[['top', 'right']].set_visible(False)
    return figure, axes


def _bars(axes: Axes, names: Sequence[str], counts: Sequence[int], notes: Sequence[str]) -> None:
    """Horizontal bars, the first on top, each with a note at its end."""
    axes.bar_label(axes.barh(names, counts, color=COLOUR), notes, padding=3, fontsize=8)
    axes.set_xlim(0, 1.25 * max(*counts, 1))
    axes.invert_yaxis()


def _plural(count: int, noun: str) -> str:
    return f'{count} {noun}' if count == 1 else f'{count} {noun}s'
