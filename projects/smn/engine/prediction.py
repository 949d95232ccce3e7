"""What a network says about one image, in the forms that people take away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from pycocotools import mask as mask_utils

from projects.smn.errors import UserError, listing
from projects.smn.files import replacing, write_json
from projects.smn.tasks import Answers, MaskTask, decode_mask, tasks_per
from projects.smn.visualization import draw_answers

from .images import read_image
from .polygons import mask_to_polygons
from .tables import as_html, as_text, table_columns, table_rows, to_csv

if TYPE_CHECKING:
    from pandas import DataFrame
    from supervision import Detections
    from typing_extensions import Self

MASK_FORMS = ('rle', 'polygons')
PICTURES = ('.jpg', '.jpeg', '.png')


@dataclass(eq=False, repr=False)
class Prediction(Answers):
    """The answers of a network; some of its objects, such as ``prediction[0]``, are one too.

    Args:
        source: The image: a path, an address or an array (H, W, 3), BGR; of a video, the frame's
            array. It is not copied, and read when it is drawn.
        frame: The number of the frame in a video, from 0; ``None`` for an image.
    """

    source: str | Path | np.ndarray | None = None
    frame: int | None = None

    def at_least(self, score_thr: float) -> Self:
        """The same without objects of a lower score. Answers about the whole image stay."""
        return self if self.objects is None else self[self.scores >= score_thr]

    def masked(self) -> dict[str, float]:
        """Mask task to the share of the image, from 0 to 1, that any of its masks covers."""
        pixels = max(self.size[0] * self.size[1], 1)
        shares = {}
        for task in self.mask_tasks:
            union = mask_utils.merge(self.objects[task.name])  # of none, a mask of no pixels
            shares[task.name] = round(float(mask_utils.area(union)) / pixels, 4)
        return shares

    @property
    def mask_tasks(self) -> list[MaskTask]:
        """Those that are answered."""
        return [task for task in self.answered.values() if isinstance(task, MaskTask)]

    def to_dict(self, masks: str = 'rle') -> dict[str, Any]:
        """Objects and answers about the image, as values that JSON has.

        Args:
            masks: ``'rle'`` (COCO, compressed) or ``'polygons'`` for the masks of objects. Semantic
                maps are RLE always, as they have holes.

        Returns:
            ``image``: ``width`` and ``height`` in pixels, ``masked`` (see :meth:`masked`), and what
            :meth:`image_record` says. ``objects``: what :meth:`records` says; absent if the network
            detects none.

        Raises:
            UserError: If ``masks`` is neither.
        """
        if masks not in MASK_FORMS:
            raise UserError(f'masks must be one of {", ".join(MASK_FORMS)}, not {masks!r:.40}')
        height, width = self.size
        image = dict(width=width, height=height, masked=self.masked())
        result = dict(image=self.image_record(image))
        if self.objects is not None:
            as_asked = _with_polygons if masks == 'polygons' else dict
            result['objects'] = [as_asked(record) for record in self.records()]
        return result

    def to_coco(self, image_id: int = 1) -> list[dict[str, Any]]:
        """COCO's result records, one per object."""
        return list(self.records(dict(image_id=image_id)))

    def to_csv(self, path: str | Path | None = None) -> str:
        """A table with a row per object, units in its header; written to a file if one is named."""
        text = to_csv([self], self.tasks)
        if path is not None:
            with replacing(path) as part:
                part.write_bytes(text.encode())
        return text

    def to_dataframe(self) -> DataFrame:
        """The table of :meth:`to_csv`.

        Raises:
            UserError: If pandas is not installed.
        """
        try:
            from pandas import DataFrame
        except ImportError:
            raise UserError('to_dataframe() needs pandas: pip install pandas') from None
        return DataFrame(list(table_rows([self])), columns=table_columns(self.tasks))

    def to_supervision(self) -> Detections:
        """The objects for supervision's annotators and zones.

        ``mask`` is that of the task named ``mask``, else of the first mask task, and takes little
        memory (a ``CompactMask``). ``data`` has ``class_name`` and the values of every task.

        Raises:
            UserError: If supervision is not installed.
        """
        try:
            from supervision import Detections
        except ImportError:
            raise UserError('to_supervision() needs supervision: pip install supervision') from None
        names = sorted((task.name for task in self.mask_tasks), key=lambda name: name != 'mask')
        answered = tasks_per('object', self.answered)
        return Detections(
            xyxy=self.boxes.reshape(-1, 4),
            class_id=self.labels,
            confidence=self.scores,
            mask=_compact(self.objects[names[0]], self.size) if names else None,
            data=dict(class_name=self.names) | {name: self[name] for name in answered},
        )

    def picture(self) -> np.ndarray:
        """The image, RGB, (H, W, 3), uint8; read anew if the source is a path.

        Raises:
            UserError: If it is not known where the image is, or it is no longer there.
        """
        if self.source is None:
            raise UserError('it is not known where the image is')
        return np.ascontiguousarray(read_image(self.source)[..., ::-1])

    def draw(
        self,
        tasks: Collection[str] | None = None,
        image: np.ndarray | None = None,
        min_side: int = 1000,
        style: str = 'fill',
    ) -> Image.Image:
        """The image with the answers on it, RGB.

        Args:
            tasks: The names of those to draw. ``None`` means all.
            image: To draw on, RGB, (H, W, 3), uint8, in place of the source.
            min_side: Enlarge the picture until its longer side has this many pixels.
            style: How masks and maps are drawn: ``'fill'``, ``'outline'``, which leaves colours as
                they are, or ``'none'``.

        Raises:
            UserError: If a task or the style does not exist, or the image cannot be read.
        """
        tasks = [tasks] if isinstance(tasks, str) else tasks
        if unknown := [name for name in tasks or () if name not in self.tasks]:
            raise UserError(f'draw() knows no task {listing(unknown)}, only {listing(self.tasks)}')
        image = self.picture() if image is None else np.asarray(image)
        return draw_answers(image, self, tasks, min_side, style=style)

    def crop(self, margin: float = 0) -> Image.Image:
        """The part of the image that one object is in, with so many pixels around its box.

        Raises:
            UserError: If these are several objects or none, or nothing is left.
        """
        if len(self) != 1:
            raise UserError(
                f'crop() is of one object, and here are {len(self)}: take one, as in prediction[0]'
            )
        height, width = self.size
        around = self.boxes[0] + np.array([-margin, -margin, margin, margin])
        x1, y1, x2, y2 = np.clip(around, 0, [width, height, width, height])
        part = self.picture()[int(y1) : ceil(y2), int(x1) : ceil(x2)]
        if not part.size:
            raise UserError(f'crop() with margin={margin} leaves nothing of the object')
        return Image.fromarray(part)

    def save(self, path: str | Path) -> None:
        """Write a picture (``.jpg``, ``.png``), ``.json`` or ``.csv``, by the suffix of the path.

        Raises:
            UserError: If it has another suffix.
        """
        suffix = Path(path).suffix.lower()
        if suffix in PICTURES:
            picture = self.draw()
            with replacing(path) as part:
                picture.save(part, quality=95)
        elif suffix == '.json':
            write_json(path, self.to_dict())
        elif suffix == '.csv':
            self.to_csv(path)
        else:
            known = ', '.join((*PICTURES, '.json', '.csv'))
            raise UserError(f'{path}: a prediction can be saved as {known}, not as {suffix!r}')

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        """For notebooks."""
        return as_html(self)


def _compact(masks: list[dict], size: tuple[int, int]) -> Any:
    """Masks in supervision's form, each cut to where it is; its corners are pixels."""
    from supervision.detection.compact_mask import CompactMask

    boxes = np.array([mask_utils.toBbox(mask) for mask in masks]).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2] - 1
    return CompactMask.from_coco_rle(masks, boxes, size)


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
