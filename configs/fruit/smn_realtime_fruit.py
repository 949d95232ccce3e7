# For video on a CPU: images of 640 pixels, all six tasks.
_base_ = [
    '../_base_/datasets/fruit.py',
    '../_base_/models/smn_realtime.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
dice = dict(type='MaskDiceLoss', loss_weight=2.0)
ordinal = dict(type='OrdinalCrossEntropyLoss', loss_weight=2.0)
tasks = dict(
    mask=dict(loss=dice),
    spine=dict(loss=dice),
    ends=dict(loss=dict(loss_weight=3.0)),
    neck=dict(loss=ordinal),
    rating=dict(loss=ordinal),
)
size = (640, 640)
train_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='LoadTaskAnnotations', backend_args=_base_.backend_args),
    dict(type='RandomTranspose', prob=0.5),
    dict(type='Resize', scale=size, keep_ratio=True),
    dict(
        type='RandomFlip',
        prob=[0.25, 0.25, 0.25],
        direction=['horizontal', 'vertical', 'diagonal'],
    ),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='Resize', scale=size, keep_ratio=True),
    dict(type='LoadTaskAnnotations', backend_args=_base_.backend_args),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
# A tenth for what has learned already.
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}))
