"""mmdet's visualizer, for any number of tasks."""

from __future__ import annotations

import cv2
import mmcv
import numpy as np
from mmdet.registry import VISUALIZERS
from mmdet.structures import DetDataSample
from mmdet.visualization import DetLocalVisualizer

from projects.smn.tasks import Fields, Task, build_tasks, to_fields, to_image_fields

from .captions import PADDING, Writer, caption, image_caption
from .draw import WHITE, colour_of, draw_task

INCOMPLETE = 'not all objects are labelled'


@VISUALIZERS.register_module()
class TaskVisualizer(DetLocalVisualizer):
    """Draws boxes, every task's masks, maps and points, and the attributes as text.

    It works on arrays with OpenCV and Pillow, since the parent's matplotlib takes seconds for an
    image with several masks. Small images are enlarged first, so that the text stays legible.

    Args:
        name: Of the instance.
        min_side: Enlarge an image until its longer side has this many pixels.
        kwargs: As in ``DetLocalVisualizer``.
    """

    def __init__(self, name: str = 'visualizer', *, min_side: int = 1000, **kwargs) -> None:
        super().__init__(name, **kwargs)
        self.min_side = min_side

    def add_datasample(
        self,
        name: str,
        image: np.ndarray,
        data_sample: DetDataSample | None = None,
        draw_gt: bool = True,
        draw_pred: bool = True,
        show: bool = False,
        wait_time: float = 0,
        out_file: str | None = None,
        pred_score_thr: float = 0.3,
        step: int = 0,
    ) -> None:
        """Draw ground truth (left) and prediction (right), as far as the sample has them.

        Args:
            name: Of the picture.
            image: RGB, (H, W, 3), uint8.
            data_sample: In pixels of this image.
            draw_gt: Whether to draw the ground truth.
            draw_pred: Whether to draw the prediction.
            show: Show a window.
            wait_time: How long, in seconds.
            out_file: Write the picture here and not to the backends.
            pred_score_thr: Detections with a lower score are left out.
            step: Of the training.
        """
        sample = DetDataSample() if data_sample is None else data_sample.cpu()
        halves = [
            self.draw(image, *_answers(sample, side, pred_score_thr), _complete(sample, side))
            for side, wanted in (('gt', draw_gt), ('pred', draw_pred))
            if wanted and _has(sample, side)
        ]
        drawn = np.concatenate(halves, axis=1) if halves else image
        self.set_image(drawn)
        if show:
            self.show(drawn, win_name=name, wait_time=wait_time)
        if out_file is None:
            self.add_image(name, drawn, step)
        else:
            mmcv.imwrite(drawn[..., ::-1], out_file)

    def draw(
        self, image: np.ndarray, objects: Fields, whole: Fields, complete: bool = True
    ) -> np.ndarray:
        """Draw one side: ground truth or prediction.

        Args:
            image: RGB, (H, W, 3), uint8.
            objects: Fields of the objects, in pixels of this image.
            whole: Fields of the whole image.
            complete: Whether all objects are labelled; if not, the picture says so.

        Returns:
            RGB, enlarged, uint8.
        """
        classes = tuple(self.dataset_meta['classes'])
        tasks = build_tasks(self.dataset_meta['tasks'], classes)
        tasks = {name: task for name, task in tasks.items() if name in objects or name in whole}
        scale = max(1.0, self.min_side / max(image.shape[:2]))
        canvas = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        _draw_tasks(canvas, tasks, {**objects, **whole}, scale)
        boxes = np.asarray(objects.get('bboxes', ())).reshape(-1, 4) * scale
        for index, (x1, y1, x2, y2) in enumerate(boxes.round().astype(int).tolist()):
            cv2.rectangle(canvas, (x1, y1), (x2, y2), colour_of(index), 2)
        writer = Writer(canvas, boxes)
        writer.legend(tasks)
        notes = [*image_caption(whole, tasks), *([] if complete else [INCOMPLETE])]
        if notes:
            writer.at((PADDING, PADDING), '\n'.join(notes), WHITE)
        for index, box in enumerate(boxes):
            writer.beside(box, caption(objects, index, classes, tasks), colour_of(index))
        return np.asarray(writer.image)


def _draw_tasks(canvas: np.ndarray, tasks: dict[str, Task], fields: Fields, scale: float) -> None:
    """Semantic maps first: they cover all, and the rest lies on them."""
    drawn: dict[str, int] = {}
    for task in sorted(tasks.values(), key=lambda task: task.kind != 'semantic'):
        draw_task(task, canvas, fields, scale, order=drawn.get(task.kind, 0))
        drawn[task.kind] = drawn.get(task.kind, 0) + 1


def _has(sample: DetDataSample, side: str) -> bool:
    return any(f'{side}_{part}' in sample for part in ('instances', 'sem_seg', 'image'))


def _answers(sample: DetDataSample, side: str, score_thr: float) -> tuple[Fields, Fields]:
    objects = sample.get(f'{side}_instances')
    if objects is not None and side == 'pred':
        objects = objects[objects.scores > score_thr]
    return {} if objects is None else to_fields(objects), to_image_fields(sample, side)


def _complete(sample: DetDataSample, side: str) -> bool:
    instances = sample.get(f'{side}_instances')
    return instances is None or instances.metainfo.get('complete', True)
