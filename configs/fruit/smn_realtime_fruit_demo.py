# The same on images of 384 pixels, as many steps as `make demo`.
_base_ = './smn_realtime_fruit.py'
size = (384, 384)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
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
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=size, keep_ratio=True),
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
loader = dict(num_workers=0, persistent_workers=False)
# Small batches: in a few minutes, the number of steps counts.
train_dataloader = dict(batch_size=2, **loader, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=4, **loader, dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(batch_size=4, **loader, dataset=dict(pipeline=test_pipeline))

train_cfg = dict(max_epochs=7, val_interval=7)
optim_wrapper = dict(optimizer=dict(lr=3e-3, fused=True))
auto_scale_lr = dict(base_batch_size=2)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=150),
    dict(type='CosineAnnealingLR', eta_min=1e-5, by_epoch=False, begin=0),
]
randomness = dict(seed=0)
