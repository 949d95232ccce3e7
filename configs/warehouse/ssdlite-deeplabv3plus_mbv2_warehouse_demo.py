# For CPU: images of half the size, from scratch.
_base_ = './ssdlite-deeplabv3plus_mbv2_warehouse.py'
pretrained = None

train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='Resize', scale=(320, 240), keep_ratio=False),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(320, 240), keep_ratio=False),
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
loader = dict(num_workers=0, persistent_workers=False)
# Small batches: in a few minutes, the number of steps counts.
train_dataloader = dict(batch_size=8, **loader, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(**loader, dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(**loader, dataset=dict(pipeline=test_pipeline))
model = dict(
    data_preprocessor=dict(pad_size_divisor=16),
    bbox_head=dict(anchor_generator=dict(base_sizes=[20, 40, 80, 160])),
)

train_cfg = dict(max_epochs=20, val_interval=20)
optim_wrapper = dict(optimizer=dict(lr=2e-3))
auto_scale_lr = dict(base_batch_size=8)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', eta_min=1e-5, by_epoch=False, begin=0),
]
randomness = dict(seed=0)
