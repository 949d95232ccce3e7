"""What a detector asks of a head that answers about the whole image."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from mmdet.structures import SampleList
from mmengine.structures import InstanceData, PixelData
from torch import Tensor

from .head import AnsweringHead


class ImageTaskHead(AnsweringHead):
    """One trunk on the feature maps, shared by several tasks of the whole image.

    Args:
        tasks: The tasks of this head, by name.
        init_cfg: As in mmengine.
    """

    per: ClassVar[str] = 'image'

    @abstractmethod
    def forward(self, x: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """The raw output of every task for feature maps (B, C, H, W)."""

    @abstractmethod
    def loss(self, x: tuple[Tensor, ...], batch_data_samples: SampleList) -> dict[str, Tensor]:
        """``loss_<task>`` for every task, averaged over its labelled images only.

        A task without a label in the batch returns a zero that hangs on its parameters. Beside
        each loss, ``labelled/<task>`` says how many images are labelled.
        """

    @abstractmethod
    def answer(
        self, x: tuple[Tensor, ...], metas: list[dict], rescale: bool
    ) -> list[dict[str, Tensor]]:
        """The fields of each image, with 1 as first dimension.

        Args:
            x: Feature maps, each (B, C, H, W).
            metas: The meta information of each image.
            rescale: Whether to answer in pixels of the original image.
        """

    def predict(self, x: tuple[Tensor, ...], batch_data_samples: SampleList, rescale: bool) -> None:
        """Add the answers to the samples; see :meth:`answer`."""
        metas = [sample.metainfo for sample in batch_data_samples]
        place = f'pred_{next(iter(self.tasks.values())).part}'  # a head's tasks are of one kind
        container = PixelData if place == 'pred_sem_seg' else InstanceData
        for sample, fields in zip(batch_data_samples, self.answer(x, metas, rescale), strict=True):
            if place not in sample:
                sample.set_field(container(), place, dtype=container)
            sample.get(place).set_data(fields)


def content_size(meta: Mapping) -> tuple[int, int]:
    """Height and width of what is no padding, in pixels of the network's input.

    The transform ``Pad`` counts its padding to ``img_shape``.
    """
    height, width = meta['img_shape'][:2]
    x_scale, y_scale = meta.get('scale_factor', (1.0, 1.0))
    full = (round(meta['ori_shape'][0] * y_scale), round(meta['ori_shape'][1] * x_scale))
    return min(height, full[0]), min(width, full[1])
