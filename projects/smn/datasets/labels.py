"""The labels of all tasks of one image, as one thing that a transform can move.

MMDetection's own transforms move whatever lies under ``gt_masks`` by calling its ``rescale``,
``resize``, ``flip``, ``crop`` and ``pad``, and drop objects by indexing it. :class:`TaskLabels`
answers these calls for every task at once, so that stock ``Resize``, ``RandomChoiceResize``,
``RandomFlip``, ``RandomCrop`` and ``Pad`` move keypoints, further masks and semantic maps too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import mmcv
import numpy as np

from projects.smn.errors import UserError
from projects.smn.tasks import Boxes, Geometry, Task, Values, tasks_per
from projects.smn.tasks.geometry import cropped, moved_points


@dataclass(frozen=True)
class TaskLabels:
    """The labels of all tasks of one image; lies under ``gt_masks`` in the pipeline.

    Args:
        objects: Name to what is said of the N objects: a task's labels, and ``areas``.
        image: Task name to what is said of the whole image.
        boxes: Of the N objects, in pixels of the image: to know which ones a crop cuts.
        scale: How much larger the image is than the original, in x and in y. The ``scale_factor``
            of a pipeline is that of its last ``Resize`` alone.
    """

    objects: Mapping[str, Geometry]
    image: Mapping[str, Geometry]
    boxes: Boxes
    scale: tuple[float, float] = (1.0, 1.0)

    @classmethod
    def load(
        cls,
        instances: Sequence[Mapping[str, Any]],
        image_labels: Mapping[str, Any],
        tasks: Mapping[str, Task],
        size: tuple[int, int],
        read: Callable[[str], bytes],
    ) -> TaskLabels:
        """From parsed labels.

        Args:
            instances: One entry per object; its ``task_labels`` maps task names to parsed labels.
                A task that is absent there is not labelled.
            image_labels: The same for tasks of the whole image.
            tasks: The tasks to load.
            size: (height, width) of the original image, in pixels.
            read: Gives the content of a file, for labels that are names of files.

        Raises:
            UserError: If a file cannot be read or does not fit.
        """
        objects: dict[str, Geometry] = {
            name: task.load([i['task_labels'].get(name) for i in instances], size, read)
            for name, task in tasks_per('object', tasks).items()
        }
        objects['areas'] = Values(np.array([i.get('area', 0) for i in instances], np.float32))
        image = {
            name: task.load([image_labels.get(name)], size, read)
            for name, task in tasks_per('image', tasks).items()
        }
        return cls(objects, image, Boxes([i['bbox'] for i in instances], *size))

    @property
    def height(self) -> int:
        """Of the image, in pixels."""
        return self.boxes.height

    @property
    def width(self) -> int:
        """Of the image, in pixels."""
        return self.boxes.width

    def __len__(self) -> int:
        return len(self.boxes)

    def __getitem__(self, index: np.ndarray) -> TaskLabels:
        index = np.asarray(index)
        if index.dtype == bool:
            index = np.flatnonzero(index)
        index = index.reshape(-1).astype(np.int64)
        objects = {name: field[index] for name, field in self.objects.items()}
        return replace(self, objects=objects, boxes=self.boxes[index])

    def rescale(self, scale: tuple[int, int], interpolation: str = 'bilinear') -> TaskLabels:
        """Move with an image that is rescaled to fit ``scale`` and keeps its aspect ratio."""
        width, height = mmcv.rescale_size((self.width, self.height), scale)
        return self.resize((height, width), interpolation)

    def resize(self, out_shape: tuple[int, int], interpolation: str = 'bilinear') -> TaskLabels:
        """Move with an image that is resized to ``out_shape``, (height, width)."""
        height, width = out_shape[:2]
        scale = self.scale[0] * width / self.width, self.scale[1] * height / self.height
        moved = self._move('resize', (height, width), interpolation)
        return replace(moved, scale=scale)

    def flip(self, flip_direction: str = 'horizontal') -> TaskLabels:
        return self._move('flip', flip_direction)

    def transpose(self) -> TaskLabels:
        return replace(self._move('transpose'), scale=self.scale[::-1])

    def crop(self, bbox: np.ndarray) -> TaskLabels:
        """Move with a crop; what is not true of a part of an object is forgotten if it is cut."""
        bbox = np.asarray(bbox)
        cut = self.boxes.cut_by(bbox)
        smaller = cropped(bbox, self.height, self.width)[2:] != (self.height, self.width)
        moved = self._move('crop', bbox)
        objects = {name: field.without(cut) for name, field in moved.objects.items()}
        image = {name: field.without(np.array([smaller])) for name, field in moved.image.items()}
        return replace(moved, objects=objects, image=image)

    def pad(self, out_shape: tuple[int, int], pad_val: int = 0) -> TaskLabels:
        return self._move('pad', tuple(out_shape[:2]), pad_val)

    def warp(self, matrix: np.ndarray, out_shape: tuple[int, int]) -> TaskLabels:
        """Move with an image by an affine map, (2, 3); see :meth:`Geometry.warp`.

        What is not true of a part of an object is forgotten if some of its box gets outside, and
        what is a length if the map has not one scale for all directions.

        Raises:
            UserError: If a kind of task of your own is moved by a mirror and does not say how it is
                by a turn.
        """
        for name, field in (self.objects | self.image).items():
            kind = type(field)
            if kind.warp is Geometry.warp and kind.flip is not Geometry.flip:
                raise UserError(f'{kind.__name__}, the labels of {name!r}, has no method warp')
        height, width = out_shape
        corners = moved_points(
            self.boxes.values[:, [[0, 1], [2, 1], [2, 3], [0, 3]]], np.asarray(matrix)
        )
        outside = (corners < -1) | (corners > np.float32([width, height]) + 1)
        factor = scale_of(matrix)
        cut = outside.any((1, 2)) | (factor is None)
        moved = self._move('warp', np.asarray(matrix), (height, width)).without(cut)
        x, y = self.scale
        return replace(moved, scale=(x * (factor or 1), y * (factor or 1)))

    def place(self, left: int, top: int, out_shape: tuple[int, int]) -> TaskLabels:
        """Move with an image that is laid onto a larger one, (height, width)."""
        return self._move('place', left, top, tuple(out_shape))

    def cover(self, where: np.ndarray, cut: np.ndarray) -> TaskLabels:
        """What is left where something else lies on the image.

        Args:
            where: (H, W) bool.
            cut: (N,) bool: the objects of which it hides something.
        """
        covered = self._move('cover', where)
        return replace(covered, boxes=self.boxes).without(cut)

    def cover_image(self, where: np.ndarray) -> TaskLabels:
        """What is left of what was said of the image, and not of its objects."""
        image = {name: field.cover(where) for name, field in self.image.items()}
        return replace(self, image=image)

    def without(self, cut: np.ndarray) -> TaskLabels:
        """Forget what is not true any more of objects that were cut, (N,) bool."""
        objects = {name: field.without(cut) for name, field in self.objects.items()}
        image = {name: field.without(np.array([cut.any()])) for name, field in self.image.items()}
        return replace(self, objects=objects, image=image)

    def join(self, others: Sequence[TaskLabels]) -> TaskLabels:
        """The objects of this image and of others, which have its size.

        Of what was said of the images themselves, only maps are true of all of them together.
        """
        objects = {
            name: field.join([other.objects[name] for other in others])
            for name, field in self.objects.items()
        }
        image = {
            name: field.merge([other.image[name] for other in others])
            for name, field in self.image.items()
        }
        boxes = self.boxes.join([other.boxes for other in others])
        return replace(self, objects=objects, image=image, boxes=boxes)

    def _move(self, method: str, *args: Any) -> TaskLabels:
        def move(field: Geometry) -> Geometry:
            return getattr(field, method)(*args)

        objects = {name: move(field) for name, field in self.objects.items()}
        image = {name: move(field) for name, field in self.image.items()}
        return replace(self, objects=objects, image=image, boxes=move(self.boxes))


def scale_of(matrix: np.ndarray) -> float | None:
    """How much an affine map, (2, 3), enlarges; None if not all directions alike."""
    linear = np.asarray(matrix, np.float64)[:, :2]
    scale = float(np.sqrt(abs(np.linalg.det(linear))))
    alike = np.allclose(linear @ linear.T, scale**2 * np.eye(2), atol=1e-4 * scale**2)
    return scale if alike else None
