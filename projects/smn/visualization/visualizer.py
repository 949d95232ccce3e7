"""mmdet's visualizer, for any number of tasks."""

from __future__ import annotations

from collections.abc import Mapping

import mmcv
import numpy as np
from mmdet.registry import VISUALIZERS
from mmdet.structures import DetDataSample
from mmdet.visualization import DetLocalVisualizer

from projects.smn.tasks import Answers, build_tasks

from .matching import colours_of_matches
from .picture import MIN_SIDE, draw_answers


@VISUALIZERS.register_module()
class TaskVisualizer(DetLocalVisualizer):
    """Draws labels and predictions, each as :func:`.picture.draw_answers` does.

    Args:
        name: Of the instance.
        min_side: Enlarge an image until its longer side has this many pixels.
        style: How masks and maps are drawn, as in ``draw_answers``.
        kwargs: As in ``DetLocalVisualizer``.
    """

    def __init__(
        self,
        name: str = 'visualizer',
        *,
        min_side: int = MIN_SIDE,
        style: str = 'fill',
        **kwargs,
    ) -> None:
        super().__init__(name, **kwargs)
        self.min_side = min_side
        self.style = style

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

        An object and the box that found it have one colour; what found none has another.

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
        sides = {
            side: self._answers(sample, side, pred_score_thr)
            for side, wanted in (('gt', draw_gt), ('pred', draw_pred))
            if wanted and _has(sample, side)
        }
        halves = [self._half(image, sample, side, sides) for side in sides]
        drawn = np.concatenate(halves, axis=1) if halves else image
        self.set_image(drawn)
        if show:
            self.show(drawn, win_name=name, wait_time=wait_time)
        if out_file is None:
            self.add_image(name, drawn, step)
        else:
            mmcv.imwrite(drawn[..., ::-1], out_file)

    def _answers(self, sample: DetDataSample, side: str, thr: float) -> Answers:
        """One side: ground truth or prediction."""
        classes = tuple(self.dataset_meta['classes'])
        answers = Answers.of(
            sample, side, classes, build_tasks(self.dataset_meta['tasks'], classes)
        )
        if side == 'pred' and answers.objects is not None:
            answers = answers[answers.scores > thr]
        return answers

    def _half(
        self, image: np.ndarray, sample: DetDataSample, side: str, sides: Mapping[str, Answers]
    ) -> np.ndarray:
        complete, colours = True, None
        if side == 'gt' and 'gt_instances' in sample:
            complete = sample.gt_instances.metainfo.get('complete', True)
        elif side == 'pred' and 'gt' in sides:
            colours = colours_of_matches(sides['pred'].boxes, sides['gt'].boxes)
        options = dict(min_side=self.min_side, style=self.style)
        return np.asarray(
            draw_answers(image, sides[side], complete=complete, colours=colours, **options)
        )


def _has(sample: DetDataSample, side: str) -> bool:
    return any(f'{side}_{part}' in sample for part in ('instances', 'sem_seg', 'image'))
