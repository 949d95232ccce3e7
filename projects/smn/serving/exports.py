"""What a network says about one image, in the forms that people take away.

The Python form is a :class:`Prediction`; an :class:`Exporter` makes JSON, CSV, mask files and
pictures of it. Names in all of them come from the config and from counting, never from a client.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from mmdet.structures import DetDataSample

from projects.smn.errors import UserError
from projects.smn.tasks import (
    Fields,
    MaskTask,
    SemanticTask,
    Task,
    build_tasks,
    decode_mask,
    image_row_columns,
    row_columns,
    to_fields,
    to_image_fields,
    to_image_record,
    to_image_row,
    to_records,
    to_rows,
)
from projects.smn.visualization import TaskVisualizer

from .polygons import mask_to_polygons

MASK_FORMS = ('rle', 'polygons')


@dataclass(frozen=True)
class Prediction:
    """What a network says about one image.

    Args:
        objects: Fields of the objects, see :func:`projects.smn.tasks.to_fields`; ``None`` if the
            network detects none.
        whole: Fields of the whole image, with 1 as first dimension.
        size: Height and width of the image in pixels.
    """

    objects: Fields | None
    whole: Fields
    size: tuple[int, int]

    @classmethod
    def of(cls, sample: DetDataSample) -> Prediction:
        """From a data sample of :class:`projects.smn.engine.Predictor`."""
        found = sample.get('pred_instances')
        objects = None if found is None else to_fields(found)
        return cls(objects, to_image_fields(sample, 'pred'), tuple(sample.ori_shape[:2]))

    def at_least(self, score_thr: float) -> Prediction:
        """The same without objects of a lower score. Answers about the whole image stay."""
        if self.objects is None:
            return self
        kept = np.flatnonzero(self.objects['scores'] >= score_thr)
        return replace(self, objects={k: _take(v, kept) for k, v in self.objects.items()})


class Exporter:
    """Writes predictions of one network.

    Args:
        dataset_meta: ``classes`` and the configs of the ``tasks``, as a predictor has them.
    """

    def __init__(self, dataset_meta: Mapping[str, Any]) -> None:
        self.classes = tuple(dataset_meta['classes'])
        self.configs = dict(dataset_meta['tasks'] or {})
        self.tasks = build_tasks(self.configs, self.classes)

    def to_dict(self, prediction: Prediction, masks: str = 'rle') -> dict[str, Any]:
        """Objects and answers about the image, as values that JSON has.

        Args:
            prediction: Of one image.
            masks: ``'rle'`` (COCO, compressed) or ``'polygons'`` for the masks of objects. Semantic
                maps are RLE always, as they have holes.

        Returns:
            ``image``: ``width`` and ``height`` in pixels, ``masked`` (see :meth:`masked`), and
            what :func:`projects.smn.tasks.to_image_record` says. ``objects``: the records of
            :func:`projects.smn.tasks.to_records`; absent if the network detects none.

        Raises:
            UserError: If ``masks`` is neither.
        """
        if masks not in MASK_FORMS:
            raise UserError(f'masks must be one of {", ".join(MASK_FORMS)}, not {masks!r:.40}')
        height, width = prediction.size
        image = dict(width=width, height=height, masked=self.masked(prediction))
        result = dict(image=to_image_record(prediction.whole, self.tasks, image))
        if prediction.objects is not None:
            records = to_records(prediction.objects, self.classes, self.tasks, {})
            result['objects'] = [_with_polygons(r) if masks == 'polygons' else r for r in records]
        return result

    def masked(self, prediction: Prediction) -> dict[str, float]:
        """Mask task to the share of the image, from 0 to 1, that any of its masks covers."""
        return {
            task.name: round(float(np.any(prediction.objects[task.name], axis=0).mean()), 4)
            for task in self._tasks_of(prediction, MaskTask)
        }

    @property
    def columns(self) -> list[str]:
        """The header of the table: of an image, of its objects, units in brackets."""
        return ['image', *row_columns(self.tasks)[1:], *image_row_columns(self.tasks)[1:]]

    def to_rows(self, predictions: Iterable[Prediction]) -> Iterator[dict[str, Any]]:
        """A row per object, with the answers about its image repeated in each.

        An image without objects has one row if there is something to say about the whole image.
        """
        for number, prediction in enumerate(predictions):
            image = to_image_row(prediction.whole, self.tasks, dict(image=number))
            found = prediction.objects
            rows = () if found is None else to_rows(found, self.classes, self.tasks, image)
            rows = list(rows) or ([image] if len(image) > 1 else [])
            yield from rows

    def to_csv(self, predictions: Iterable[Prediction]) -> str:
        """The table of :meth:`to_rows` as text."""
        text = io.StringIO(newline='')
        table = csv.DictWriter(text, self.columns, lineterminator='\n')
        table.writeheader()
        table.writerows(self.to_rows(predictions))
        return text.getvalue()

    def to_mask_zip(self, predictions: Iterable[Prediction]) -> bytes:
        """A ZIP of PNG files, one for each mask and each semantic map.

        ``image000_object002_spine.png`` is 0 or 255; ``image000_<task>.png`` of a semantic map has
        the positions of the classes, as its labels do. Equal predictions give equal bytes.
        """
        data = io.BytesIO()
        with zipfile.ZipFile(data, 'w') as archive:
            for number, prediction in enumerate(predictions):
                for name, values in self._pictures(prediction):
                    # A ZipInfo has a date of its own, a bare name the present time.
                    entry = zipfile.ZipInfo(f'image{number:03d}_{name}.png')
                    archive.writestr(entry, cv2.imencode('.png', values)[1].tobytes())
        return data.getvalue()

    def draw(
        self,
        image: np.ndarray,
        prediction: Prediction,
        tasks: Collection[str] | None = None,
        min_side: int = 1000,
    ) -> np.ndarray:
        """The image with the answers on it.

        Args:
            image: RGB, (H, W, 3), uint8.
            prediction: In pixels of this image.
            tasks: The names of those to draw. ``None`` means all.
            min_side: Enlarge the picture until its longer side has this many pixels.

        Returns:
            RGB, uint8; enlarged if the image is small.
        """
        visualizer = TaskVisualizer(min_side=min_side)
        chosen = {k: v for k, v in self.configs.items() if tasks is None or k in tasks}
        visualizer.dataset_meta = dict(classes=self.classes, tasks=chosen)
        return visualizer.draw(image, prediction.objects or {}, prediction.whole)

    def _pictures(self, prediction: Prediction) -> Iterator[tuple[str, np.ndarray]]:
        for task in self._tasks_of(prediction, MaskTask):
            for index in np.flatnonzero(task.applies(prediction.objects['labels'])).tolist():
                mask = prediction.objects[task.name][index]
                yield f'object{index:03d}_{task.name}', mask.astype(np.uint8) * 255
        for task in self._tasks_of(prediction, SemanticTask):
            yield task.name, prediction.whole[task.name][0].astype(np.uint8)

    def _tasks_of(self, prediction: Prediction, kind: type[Task]) -> Iterator[Task]:
        answers = {**(prediction.objects or {}), **prediction.whole}
        yield from (t for t in self.tasks.values() if isinstance(t, kind) and t.name in answers)


def _take(values: np.ndarray | list, kept: np.ndarray) -> np.ndarray | list:
    """Some of the objects of a field; compressed masks are a list."""
    return [values[index] for index in kept] if isinstance(values, list) else values[kept]


def _with_polygons(record: dict[str, Any]) -> dict[str, Any]:
    """A record of an object whose masks are polygons in place of RLE."""
    changed = dict(record)
    if 'segmentation' in record:
        changed['segmentation'] = _polygons(record['segmentation'])
    if 'masks' in record:
        changed['masks'] = {name: _polygons(rle) for name, rle in record['masks'].items()}
    return changed


def _polygons(rle: dict[str, Any]) -> list[list[float]]:
    return mask_to_polygons(decode_mask(rle, *rle['size']))
