# Instances with species and breed, on a CPU, from ImageNet weights. Made by
# tools/prepare/oxford_pet.py ROOT --out data/pet --classes pet --split 80-20
_base_ = [
    '../_base_/datasets/pet_instance.py',
    '../_base_/models/smn_r18_fpn_small.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
classes = ('pet',)
tasks = dict(
    mask=dict(loss=dict(type='MaskDiceLoss', loss_weight=2.0)),
    species=dict(type='ClassificationTask', classes=('cat', 'dog')),
    breed=dict(type='ClassificationTask', classes=_base_.breeds),
)
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
)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='Resize', scale=(384, 384), keep_ratio=True),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(384, 384), keep_ratio=True),
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(batch_size=4, **loader, dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(**loader, dataset=dict(pipeline=test_pipeline))
# 200 photographs are too few for a third part to choose a checkpoint by.
val_cfg = val_dataloader = val_evaluator = None

train_cfg = dict(max_epochs=16)
optim_wrapper = dict(
    optimizer=dict(lr=2e-3, fused=True),
    # A tenth for what has learned already.
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}),
)
auto_scale_lr = dict(base_batch_size=4)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=100),
    dict(type='CosineAnnealingLR', eta_min=1e-5, by_epoch=False, begin=0),
]
randomness = dict(seed=0)
