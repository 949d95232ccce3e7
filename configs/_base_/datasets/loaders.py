# What all data sets share, in the layout that the converters write: images/ and annotations/.
# Each says what differs: its pipelines, its batch sizes, where its files are named otherwise.
backend_args = None
train_dataloader = dict(
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoTaskDataset',
        ann_file='annotations/train.json',
        data_prefix=dict(img='images/'),
        backend_args=backend_args,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='CocoTaskDataset',
        ann_file='annotations/val.json',
        data_prefix=dict(img='images/'),
        test_mode=True,
        backend_args=backend_args,
    ),
)
test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='CocoTaskDataset',
        ann_file='annotations/test.json',
        data_prefix=dict(img='images/'),
        test_mode=True,
        backend_args=backend_args,
    ),
)
val_evaluator = dict(type='MultiTaskMetric')
test_evaluator = dict(type='MultiTaskMetric')
