# Balloons: `python tools/prepare/balloon.py data/balloon_raw --out data/balloon --download`.
_base_ = './loaders.py'
classes = ('balloon',)
tasks = dict(mask=dict(type='MaskTask'))

data_root = 'data/balloon/'
train_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='LoadTaskAnnotations'),
    dict(
        type='RandomChoiceResize',
        scales=[(1333, 640), (1333, 720), (1333, 800)],
        keep_ratio=True,
    ),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='Resize', scale=(1333, 800), keep_ratio=True),
    # After resizing: metrics and pictures are in pixels of the original image.
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(
    batch_size=2,
    batch_sampler=dict(type='AspectRatioBatchSampler'),
    dataset=dict(pipeline=train_pipeline),
)
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
