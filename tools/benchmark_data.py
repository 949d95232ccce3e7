"""Measure how long large data sets take: to read one, and to evaluate predictions on one.

    python tools/benchmark_data.py --images 100000 --boxes 1000000 --classes 80 1200

Boxes, classes and grades are random, and so are the predictions, near most of the boxes. One image
in a hundred is not labelled completely. Of images, a header is read for each record. Each row is a
process of its own, so that its memory is its own: the peak of all that the process holds, PyTorch
included.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import _common  # noqa: F401  (puts the project on the path)
import numpy as np
from _machine import machine_name
from PIL import Image
from terminaltables import GithubFlavoredMarkdownTable

from projects.smn.errors import UserError, run_tool

SIZE = 640
GRADES = ('1', '2', '3')
COLUMNS = ('classes', 'what', 'seconds', 'peak memory (GB)')


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--images', type=int, default=100_000)
    add('--boxes', type=int, default=1_000_000, help='of all images together')
    add('--classes', type=int, nargs='+', default=[80, 1200])
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    if min(args.images, args.boxes, *args.classes) < 1:
        raise UserError('--images, --boxes and --classes must be 1 or more')
    table = [COLUMNS]
    for number in args.classes:
        with tempfile.TemporaryDirectory() as folder:
            in_a_process(write, Path(folder), args.images, args.boxes, number)
            found = in_a_process(read, Path(folder), number)
            table.append([number, 'read', *cells(*found)])
        found = in_a_process(evaluate, args.images, args.boxes, number)
        table.append([number, 'evaluate', *cells(*found)])
    print(GithubFlavoredMarkdownTable([[*map(str, row)] for row in table]).table)
    print(f'\n{args.images} images, {args.boxes} boxes; {machine_name("cpu")}, 1 process.')


def cells(seconds: float, peak: float) -> tuple[str, str]:
    return f'{seconds:.0f}', f'{peak:.1f}'


def in_a_process(job: Callable[..., float], *args: object) -> tuple[float, float]:
    """Seconds that the job took, as it says, and the peak memory of its process in GB."""
    spawn = multiprocessing.get_context('spawn')
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_with_peak, job, *args).result()


def _with_peak(job: Callable[..., float], *args: object) -> tuple[float, float]:
    seconds = job(*args)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # of kB


# Imports are inside, so that the process that waits, and the one that writes, stay small.


def read(folder: Path, classes: int) -> float:
    """Seconds to read an annotation file, checks and the count of its labels included."""
    from projects.smn.datasets import CocoTaskDataset

    names = names_of(classes)
    start = time.perf_counter()
    dataset = CocoTaskDataset(
        data_root=str(folder),
        ann_file='all.json',
        data_prefix=dict(img='.'),
        metainfo=dict(classes=names, tasks=tasks_of(names)),
    )
    dataset.label_counts()
    return time.perf_counter() - start


def evaluate(images: int, boxes: int, classes: int) -> float:
    """Seconds from the predictions of all images to all metrics."""
    from mmengine.evaluator import Evaluator
    from mmengine.registry import init_default_scope

    import projects.smn.evaluation  # noqa: F401

    init_default_scope('mmdet')
    names = names_of(classes)
    evaluator = Evaluator([dict(type='MultiTaskMetric')])
    evaluator.dataset_meta = dict(classes=names, tasks=tasks_of(names))
    random = np.random.default_rng(0)
    seconds = 0.0
    for i, count in enumerate(counts_of(images, boxes)):
        sample = sample_of(random, count, classes, complete=i % 100 > 0)
        start = time.perf_counter()
        evaluator.process(data_samples=[sample])
        seconds += time.perf_counter() - start
    start = time.perf_counter()
    evaluator.evaluate(images)
    return seconds + time.perf_counter() - start


def write(folder: Path, images: int, boxes: int, classes: int) -> float:
    """A COCO file, and the one image that all its records name; seconds."""
    start = time.perf_counter()
    Image.new('L', (SIZE, SIZE)).save(folder / 'image.jpg')
    random = np.random.default_rng(0)
    records, annotations = [], []
    for i, count in enumerate(counts_of(images, boxes)):
        complete = i % 100 > 0
        records.append(
            dict(id=i, file_name='image.jpg', width=SIZE, height=SIZE, complete=complete)
        )
        corners, sides = draw(random, count)
        labels, grades = random.integers(classes, size=count), random.integers(3, size=count)
        for j in range(count):
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    image_id=i,
                    category_id=int(labels[j]) + 1,
                    bbox=[*corners[j].tolist(), *sides[j].tolist()],
                    iscrowd=0,
                    attributes=dict(grade=GRADES[grades[j]]),
                )
            )
    categories = [dict(id=i + 1, name=name) for i, name in enumerate(names_of(classes))]
    content = dict(images=records, annotations=annotations, categories=categories)
    (folder / 'all.json').write_text(json.dumps(content))
    return time.perf_counter() - start


def sample_of(random: np.random.Generator, count: int, classes: int, complete: bool) -> dict:
    """A data sample in the form of a dict: as many detections as objects, the last is of none."""
    corners, sides = draw(random, count)
    boxes = np.concatenate([corners, corners + sides], axis=1)
    labels, grades = random.integers(classes, size=count), random.integers(3, size=count)
    found = boxes + random.uniform(-4, 4, boxes.shape)
    if count:
        found[-1] = [0, 0, SIZE, SIZE]
    return dict(
        gt_instances=dict(bboxes=boxes, labels=labels, grade=grades, areas=sides.prod(1)),
        pred_instances=dict(
            bboxes=found,
            labels=labels,
            scores=random.uniform(size=count),
            grade=random.integers(3, size=count),
        ),
        ignored_instances={},
        complete=complete,
        ori_shape=(SIZE, SIZE),
    )


def counts_of(images: int, boxes: int) -> list[int]:
    """How many boxes each image has."""
    return np.bincount(np.arange(boxes) % images, minlength=images).tolist()


def draw(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Upper left corners and sides of boxes, each (count, 2)."""
    return random.uniform(0, SIZE / 2, (count, 2)), random.uniform(8, SIZE / 3, (count, 2))


def names_of(classes: int) -> list[str]:
    return [f'class {i + 1}' for i in range(classes)]


def tasks_of(names: list[str]) -> dict:
    return dict(grade=dict(type='ClassificationTask', of=names, classes=GRADES, ordinal=True))


if __name__ == '__main__':
    run_tool(main)
