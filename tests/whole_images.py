"""Images that are labelled as a whole, and small networks that answer about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from helpers import write_coco
from mmengine.config import ConfigDict
from mmengine.dataset import pseudo_collate
from PIL import Image

from projects.smn.datasets import CocoTaskDataset
from projects.smn.models import MultiTaskNet
from projects.smn.tasks import IGNORED

CLASSES = ('pet',)
TASKS = dict(
    map=dict(type='SemanticTask', classes=('background', 'fur', 'head')),
    species=dict(type='ClassificationTask', per='image', classes=('cat', 'dog')),
    weight=dict(type='RegressionTask', per='image', unit='kg', mean=5.0, std=2.0),
    head=dict(type='BoxTask'),
)
SIZES = ((64, 48), (48, 64), (64, 64))  # width and height of images 1, 2, 3
GREY, RED = (150, 150, 150), (255, 0, 0)  # of fur and head


def make_whole_images(root: Path, sizes: Sequence[tuple[int, int]] = SIZES) -> Path:
    """Write ``annotations/train.json``, ``images/1.png``, ... and ``maps/1.png``, ...

    Each image shows a pet, a grey rectangle with a red head at its upper left, and has all labels
    of ``TASKS``. Its other labels are the box of the pet. The lowest row of a map is not labelled.

    Returns:
        ``root``.
    """
    images, annotations = [], []
    for number, (width, height) in enumerate(sizes, 1):
        fur = [8 + number, 10, width - 6, height - 8]
        head = [10 + number, 12, 24 + number, 24]
        draw(root, number, (width, height), fur, head)
        x1, y1, x2, y2 = head
        labels = dict(
            seg_map=f'{number}.png',
            attributes=dict(species=('cat', 'dog')[number % 2], weight=3.5 + number),
            boxes=dict(head=[x1, y1, x2 - x1, y2 - y1]),
        )
        images.append(
            dict(id=number, file_name=f'{number}.png', width=width, height=height, **labels)
        )
        x1, y1, x2, y2 = fur
        box = dict(bbox=[x1, y1, x2 - x1, y2 - y1], area=(x2 - x1) * (y2 - y1))
        annotations.append(dict(id=number, image_id=number, category_id=1, iscrowd=0, **box))
    categories = [dict(id=1, name='pet')]
    write_coco(root, dict(images=images, annotations=annotations, categories=categories))
    return root


def draw(root: Path, number: int, size: tuple[int, int], fur: list[int], head: list[int]) -> None:
    """Write an image and its map. The boxes are x1, y1, x2, y2."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    values = np.zeros((size[1], size[0]), np.uint8)
    for index, ((x1, y1, x2, y2), colour) in enumerate(((fur, GREY), (head, RED)), 1):
        picture[y1:y2, x1:x2] = colour
        values[y1:y2, x1:x2] = index
    values[-1] = IGNORED
    for folder, array in (('images', picture), ('maps', values)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        Image.fromarray(array).save(root / folder / f'{number}.png')


def whole_dataset(
    root: Path, *transforms: dict, tasks: Mapping = TASKS, **options: Any
) -> CocoTaskDataset:
    """The data set below ``root``, with ``transforms`` between loading and packing."""
    pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='LoadTaskAnnotations'),
        *transforms,
        dict(type='PackTaskInputs'),
    ]
    options = (
        dict(
            data_root=str(root),
            ann_file='annotations/train.json',
            data_prefix=dict(img='images/', seg='maps/'),
            pipeline=pipeline,
            serialize_data=False,
            metainfo=dict(classes=CLASSES, tasks=tasks),
        )
        | options
    )
    return CocoTaskDataset(**options)


# Networks. Group norm, so that images of a batch do not change each other.

NORM = dict(type='GN', num_groups=2)
MEAN_AND_STD = dict(mean=[60.0] * 3, std=[60.0] * 3, bgr_to_rgb=True)


def heads(dropout: float, maps: Mapping, attributes: Mapping, boxes: Mapping) -> dict[str, dict]:
    """A head for each kind of task; which feature map it takes, and of how many channels."""
    fcn = dict(
        type='mmseg.FCNHead',
        num_convs=1,
        concat_input=False,
        channels=8,
        dropout_ratio=dropout,
        norm_cfg=NORM,
        align_corners=False,
        **maps,
    )
    return dict(
        maps=dict(type='SemanticTaskHead', decode_head=fcn),
        attributes=dict(type='ImageAttributeTaskHead', hidden=8, dropout=dropout, **attributes),
        boxes=dict(type='ImageBoxTaskHead', channels=8, norm_cfg=NORM, **boxes),
    )


def unet_config(dropout: float = 0.0) -> dict[str, Any]:
    """A U-Net with a map at the images' resolution, and no detections."""
    return dict(
        data_preprocessor=dict(type='DetDataPreprocessor', pad_size_divisor=8, **MEAN_AND_STD),
        backbone=dict(
            type='mmseg.UNet',
            base_channels=8,
            num_stages=4,
            strides=(1, 1, 1, 1),
            enc_num_convs=(1, 1, 1, 1),
            dec_num_convs=(1, 1, 1),
            downsamples=(True, True, True),
            enc_dilations=(1, 1, 1, 1),
            dec_dilations=(1, 1, 1),
            norm_cfg=NORM,
            upsample_cfg=dict(type='mmseg.InterpConv'),
        ),
        heads=heads(
            dropout,
            maps=dict(in_channels=8, in_index=3),
            attributes=dict(in_channels=64, in_index=0),
            boxes=dict(in_channels=32, in_index=1),
        ),
    )


def unet(tasks: Mapping = TASKS, dropout: float = 0.0, **options: Any) -> MultiTaskNet:
    """A network of :func:`unet_config`, with fixed random weights."""
    return _built(unet_config(dropout) | options, tasks)


SSD_TRAINING = dict(
    assigner=dict(type='MaxIoUAssigner', pos_iou_thr=0.5, neg_iou_thr=0.5, min_pos_iou=0.0),
    sampler=dict(type='PseudoSampler'),
    smoothl1_beta=1.0,
    allowed_border=-1,
    pos_weight=-1,
    neg_pos_ratio=3,
)


def ssd(tasks: Mapping = TASKS, dropout: float = 0.0, **options: Any) -> MultiTaskNet:
    """A network that finds objects too; its map has an eighth of the images' resolution."""
    config = dict(
        data_preprocessor=dict(type='DetDataPreprocessor', pad_size_divisor=32, **MEAN_AND_STD),
        backbone=dict(
            type='ResNet',
            depth=18,
            stem_channels=8,
            base_channels=8,
            out_indices=(1, 2, 3),
            norm_cfg=NORM,
            norm_eval=False,
        ),
        bbox_index=(1, 2),
        bbox_head=dict(
            type='SSDHead',
            in_channels=(32, 64),
            anchor_generator=dict(
                type='SSDAnchorGenerator',
                scale_major=False,
                strides=[16, 32],
                ratios=[[2]] * 2,
                min_sizes=[16, 40],
                max_sizes=[40, 64],
            ),
        ),
        heads=heads(
            dropout,
            maps=dict(in_channels=16, in_index=0),
            attributes=dict(in_channels=64, in_index=2),
            boxes=dict(in_channels=32, in_index=1),
        ),
        train_cfg=SSD_TRAINING,
        test_cfg=dict(
            nms_pre=50, nms=dict(type='nms', iou_threshold=0.45), score_thr=0.0, max_per_img=5
        ),
    )
    return _built(config | options, tasks)


def _built(config: Mapping, tasks: Mapping) -> MultiTaskNet:
    """Equal parameters have equal values for any tasks."""
    model = MultiTaskNet(**ConfigDict(config), classes=CLASSES, tasks=tasks)
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            generator = torch.Generator().manual_seed(sum(map(ord, name)))
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.data = noise * (2 / parameter[0].numel()) ** 0.5
        elif name.endswith('.bias'):
            parameter.data.zero_()
    return model


RESIZE = dict(type='Resize', scale=(32, 32), keep_ratio=True)


def whole_batch(
    root: Path, *transforms: dict, tasks: Mapping = TASKS, indices: Sequence[int] = (0, 1)
) -> dict:
    """Images of the data set, not yet preprocessed."""
    dataset = whole_dataset(root, *transforms, tasks=tasks)
    return pseudo_collate([dataset[index] for index in indices])


def whole_losses(model: torch.nn.Module, batch: dict) -> dict[str, torch.Tensor]:
    """The losses of a batch, each as one number, with the same dropout on every call."""
    torch.manual_seed(0)
    data = model.data_preprocessor(batch, training=True)
    losses = model.loss(data['inputs'], data['data_samples'])
    return {
        name: sum(value).sum() if isinstance(value, (list, tuple)) else value.sum()
        for name, value in losses.items()
        if 'loss' in name
    }


def remove_label(image: dict, task: str) -> None:
    """Delete the label of a task of ``TASKS`` from an image record."""
    place = dict(map=image, head=image['boxes']).get(task, image['attributes'])
    place.pop('seg_map' if task == 'map' else task)
