# Persons and forklifts as boxes, and what each pixel is. Made by
# tools/prepare/synthetic_warehouse.py --out data/warehouse, or from own files by
# tools/prepare/warehouse.py.
classes = ('person', 'forklift')
tasks = dict(
    scene=dict(
        type='SemanticTask',
        classes=('background', 'floor', 'shelf', 'rail', 'person', 'forklift'),
    ),
)

data_root = 'data/warehouse/'
backend_args = None
scale = (640, 480)  # width and height that the network sees
train_pipeline = [
    dict(type='LoadImageFromFile', backend_args=backend_args),
    dict(type='LoadTaskAnnotations', backend_args=backend_args),
    dict(type='Resize', scale=scale, keep_ratio=False),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile', backend_args=backend_args),
    dict(type='Resize', scale=scale, keep_ratio=False),
    # After resizing: metrics and pictures are in pixels of the original image.
    dict(type='LoadTaskAnnotations', backend_args=backend_args),
    dict(type='PackTaskInputs'),
]
dataset = dict(
    type='CocoTaskDataset',
    data_root=data_root,
    data_prefix=dict(img='images/', seg='annotations/semantic/'),
    backend_args=backend_args,
)
train_dataloader = dict(
    batch_size=16,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(ann_file='annotations/train.json', pipeline=train_pipeline, **dataset),
)
val_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        ann_file='annotations/val.json', pipeline=test_pipeline, test_mode=True, **dataset
    ),
)
test_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        ann_file='annotations/test.json', pipeline=test_pipeline, test_mode=True, **dataset
    ),
)
val_evaluator = dict(type='MultiTaskMetric', box_ious=(0.6, 0.7))
test_evaluator = dict(type='MultiTaskMetric', box_ious=(0.6, 0.7))
