# 61 photographs on a CPU, from ImageNet weights: 49 to train on, 12 to choose a checkpoint by.
_base_ = [
    '../_base_/datasets/balloon_instance.py',
    '../_base_/models/smn_r18_fpn_small.py',
    '../_base_/few_photos.py',
]
tasks = dict(mask=dict(loss=dict(type='MaskDiceLoss', loss_weight=2.0)))
pretrained = 'efficientnet-lite0'
model = dict(
    # What the weights were trained with.
    data_preprocessor=dict(mean=[127.0] * 3, std=[128.0] * 3),
    backbone=dict(
        _delete_=True,
        type='EfficientNetLite',
        variant='lite0',
        frozen_stages=2,
        norm_eval=True,
    ),
    neck=dict(in_channels=[24, 40, 112, 320]),
    rpn_head=dict(anchor_generator=dict(scales=[4, 8], ratios=[0.5, 1.0, 2.0])),
)
# Cut from enlarged photographs: small balloons are what is missed, and a cut costs the same.
crop = (512, 512)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='RandomResize', scale=(1024, 1024), ratio_range=(0.5, 1.5), keep_ratio=True),
    dict(type='RandomCrop', crop_size=crop, allow_negative_crop=False),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    dict(type='Pad', size=crop, pad_val=dict(img=(114, 114, 114))),
    dict(type='TaskCopyPaste', prob=0.7, max_num_pasted=6),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    # Larger than in training: small balloons are found, and none is lost.
    dict(type='Resize', scale=(1333, 1333), keep_ratio=True),
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(
    batch_size=2, batch_sampler=None, **loader, dataset=dict(pipeline=train_pipeline)
)
val_dataloader = dict(**loader, dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(**loader, dataset=dict(pipeline=test_pipeline))
