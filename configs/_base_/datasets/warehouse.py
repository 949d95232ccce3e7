# Persons and forklifts as boxes, and what each pixel is. Made by
# tools/prepare/synthetic_warehouse.py --out data/warehouse, or from own files by
# tools/prepare/warehouse.py.
_base_ = './loaders.py'
classes = ('person', 'forklift')
tasks = dict(
    scene=dict(
        type='SemanticTask',
        classes=('background', 'floor', 'shelf', 'rail', 'person', 'forklift'),
    ),
)

data_root = 'data/warehouse/'
scale = (640, 480)  # width and height that the network sees
train_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='LoadTaskAnnotations', backend_args=_base_.backend_args),
    dict(type='Resize', scale=scale, keep_ratio=False),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='Resize', scale=scale, keep_ratio=False),
    # After resizing: metrics and pictures are in pixels of the original image.
    dict(type='LoadTaskAnnotations', backend_args=_base_.backend_args),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(
    batch_size=16,
    dataset=dict(data_prefix=dict(seg='annotations/semantic/'), pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=8,
    dataset=dict(data_prefix=dict(seg='annotations/semantic/'), pipeline=test_pipeline),
)
test_dataloader = dict(
    batch_size=8,
    dataset=dict(data_prefix=dict(seg='annotations/semantic/'), pipeline=test_pipeline),
)
val_evaluator = dict(box_ious=(0.6, 0.7))
test_evaluator = dict(box_ious=(0.6, 0.7))
