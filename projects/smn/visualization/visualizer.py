"""mmdet's visualizer, for any number of tasks."""

from __future__ import annotations

import cv2
import numpy as np
from mmdet.registry import VISUALIZERS
from mmdet.structures import DetDataSample
from mmdet.visualization import DetLocalVisualizer
from mmengine.structures import InstanceData

from projects.smn.tasks import build_tasks, to_fields

from .captions import PADDING, Writer, caption
from .draw import WHITE, colour_of, draw_task

INCOMPLETE = 'not all objects are labelled'


@VISUALIZERS.register_module()
class TaskVisualizer(DetLocalVisualizer):
    """Draws boxes, every task's masks and points, and the attributes as text.

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
        **kwargs,
    ) -> None:
        """The parent's, without a half for what the sample does not have.

        The parent puts the image itself there, which has another size than the enlarged one.
        """
        present = () if data_sample is None else data_sample
        draw_gt &= 'gt_instances' in present or 'gt_sem_seg' in present
        draw_pred &= 'pred_instances' in present or 'pred_sem_seg' in present
        super().add_datasample(name, image, data_sample, draw_gt, draw_pred, **kwargs)

    def _draw_instances(
        self,
        image: np.ndarray,
        instances: InstanceData,
        classes: list[str] | None,
        palette: list | None,
    ) -> np.ndarray:
        """Draw ground truth or predictions; called by the parent's ``add_datasample``.

        Args:
            image: RGB, (H, W, 3), uint8.
            instances: In pixels of this image. If they are not ``complete``, as their meta
                information says, so does the picture.
            classes: From ``dataset_meta``.
            palette: Not used: colours tell objects apart, not classes.

        Returns:
            RGB, enlarged, uint8.
        """
        fields = to_fields(instances)
        tasks = build_tasks(self.dataset_meta['tasks'], self.dataset_meta['classes'])
        tasks = {name: task for name, task in tasks.items() if name in fields}
        scale = max(1.0, self.min_side / max(image.shape[:2]))
        canvas = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        drawn: dict[str, int] = {}
        for task in tasks.values():
            draw_task(task, canvas, fields, scale, order=drawn.get(task.kind, 0))
            drawn[task.kind] = drawn.get(task.kind, 0) + 1
        boxes = np.asarray(fields.get('bboxes', ())).reshape(-1, 4) * scale
        for index, (x1, y1, x2, y2) in enumerate(boxes.round().astype(int).tolist()):
            cv2.rectangle(canvas, (x1, y1), (x2, y2), colour_of(index), 2)
        writer = Writer(canvas, boxes)
        writer.legend(tasks)
        if not instances.metainfo.get('complete', True):
            writer.at((PADDING, PADDING), INCOMPLETE, WHITE)
        for index, box in enumerate(boxes):
            text = caption(fields, index, tuple(self.dataset_meta['classes']), tasks)
            writer.beside(box, text, colour_of(index))
        return np.asarray(writer.image)
