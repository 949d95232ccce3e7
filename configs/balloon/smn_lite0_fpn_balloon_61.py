# All 61 photographs to train on: none is left to choose a checkpoint by.
_base_ = './smn_lite0_fpn_balloon.py'
every = [
    dict(
        type='CocoTaskDataset',
        ann_file=f'annotations/{name}.json',
        data_prefix=dict(img='images/'),
        pipeline=_base_.train_pipeline,
    )
    for name in ('train', 'val')
]
train_dataloader = dict(dataset=dict(_delete_=True, type='ConcatDataset', datasets=every))
val_cfg = val_dataloader = val_evaluator = None
