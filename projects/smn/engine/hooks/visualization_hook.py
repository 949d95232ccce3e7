"""Pictures of predictions during validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmdet.engine.hooks import DetVisualizationHook
from mmdet.structures import DetDataSample
from mmengine.fileio import get
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from projects.smn.reading import decode_image

Samples = Sequence[DetDataSample]
# What pictures are written as; of other formats of images, most cannot be written.
WRITTEN = ('.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff')


@HOOKS.register_module()
class TaskVisualizationHook(DetVisualizationHook):
    """MMDetection's hook, for images of every format that is read here, opened in the same way.

    Its own opens them as mmcv does: transparent ones on black, and HEIC not at all.
    """

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict, outputs: Samples
    ) -> None:
        """Draw the first image of every ``interval`` steps."""
        step = runner.iter + batch_idx
        if self.draw and step % self.interval == 0:
            self._draw(outputs[0], 'val_img', step)

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict, outputs: Samples
    ) -> None:
        """Draw every image, into ``<work dir>/<time>/<test_out_dir>`` if that is given."""
        if not self.draw:
            return
        for sample in outputs:
            self._test_index += 1
            file = None
            if self.test_out_dir is not None:
                folder = Path(runner.work_dir, runner.timestamp, self.test_out_dir)
                folder.mkdir(parents=True, exist_ok=True)
                file = str(folder / picture_name(sample.img_path))
            self._draw(sample, 'test_img', self._test_index, file)

    def _draw(self, sample: DetDataSample, name: str, step: int, file: str | None = None) -> None:
        image = decode_image(get(sample.img_path, self.backend_args))[..., ::-1]
        self._visualizer.add_datasample(
            Path(sample.img_path).name if self.show else name,
            image,
            data_sample=sample,
            show=self.show,
            wait_time=self.wait_time,
            pred_score_thr=self.score_thr,
            out_file=file,
            step=step,
        )


def picture_name(path: str) -> str:
    """The name of the picture of an image: its own, or one with ``.jpg`` behind it."""
    name = Path(path).name
    return name if name.lower().endswith(WRITTEN) else f'{name}.jpg'
