# Cucumbers and a colour board: `python tools/prepare/synthetic_fruit.py`, or your own COCO files.
# fruit_scene.py asks the whole image as well.
_base_ = './loaders.py'
classes = ('cucumber', 'color_board')
grades = ('1', '2', '3', '4', '5')
tasks = dict(
    mask=dict(type='MaskTask'),
    spine=dict(type='MaskTask', of=('cucumber',)),
    ends=dict(type='KeypointTask', of=('cucumber',), points=('head', 'tail'), sigmas=0.1),
    neck=dict(type='ClassificationTask', of=('cucumber',), classes=grades, ordinal=True),
    rating=dict(type='ClassificationTask', of=('cucumber',), classes=grades, ordinal=True),
    # A camera at a fixed height: what the box does not say about the length is the bending.
    length=dict(
        type='RegressionTask',
        of=('cucumber',),
        unit='mm',
        encoding='log_box',
        mean=0.2,
        std=0.03,
    ),
)

data_root = 'data/fruit/'
train_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='LoadTaskAnnotations', backend_args=_base_.backend_args),
    dict(type='RandomTranspose', prob=0.5),
    dict(
        type='RandomChoiceResize',
        scales=[(1333, 640), (1333, 720), (1333, 800)],
        keep_ratio=True,
    ),
    dict(
        type='RandomFlip',
        prob=[0.25, 0.25, 0.25],
        direction=['horizontal', 'vertical', 'diagonal'],
    ),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='Resize', scale=(1333, 800), keep_ratio=True),
    # After resizing: metrics and pictures are in pixels of the original image.
    dict(type='LoadTaskAnnotations', backend_args=_base_.backend_args),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(
    batch_size=2,
    batch_sampler=dict(type='AspectRatioBatchSampler'),
    dataset=dict(
        data_prefix=dict(img='train/', seg='maps/train/'),
        filter_cfg=dict(filter_empty_gt=False, min_size=32),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    dataset=dict(data_prefix=dict(img='val/', seg='maps/val/'), pipeline=test_pipeline)
)
test_dataloader = dict(
    dataset=dict(data_prefix=dict(img='test/', seg='maps/test/'), pipeline=test_pipeline)
)
