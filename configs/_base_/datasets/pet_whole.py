# Pets as whole images: a map of the pet, its species, and the box of its head. Made by
# tools/prepare/oxford_pet.py ROOT --out data/pet --classes pet
classes = ('pet',)
tasks = dict(
    map=dict(type='SemanticTask', classes=('background', 'pet')),
    species=dict(type='ClassificationTask', per='image', classes=('cat', 'dog')),
    head=dict(type='BoxTask'),
)

data_root = 'data/pet/'
backend_args = None
size = 128  # pixels, of the square that the network sees
train_pipeline = [
    dict(type='LoadImageFromFile', backend_args=backend_args),
    dict(type='LoadTaskAnnotations', backend_args=backend_args),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile', backend_args=backend_args),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
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
    batch_size=16,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        ann_file='annotations/val.json', pipeline=test_pipeline, test_mode=True, **dataset
    ),
)
test_dataloader = dict(
    batch_size=16,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        ann_file='annotations/test.json', pipeline=test_pipeline, test_mode=True, **dataset
    ),
)
val_evaluator = dict(type='MultiTaskMetric')
test_evaluator = dict(type='MultiTaskMetric')
