# Where the pet is, its species, its breed, where its head is; from ImageNet weights.
_base_ = [
    '../_base_/datasets/pet_whole.py',
    '../_base_/datasets/pet_breeds.py',
    '../_base_/models/lite0_fpn_whole.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
tasks = dict(breed=dict(type='ClassificationTask', per='image', classes=_base_.breeds))
size = 256  # pixels, of the square that the network sees
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
    # After resizing: metrics and pictures are in pixels of the original image.
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(batch_size=8, **loader, dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(**loader, dataset=dict(pipeline=test_pipeline))
# 200 photographs are too few for a third part to choose a checkpoint by.
val_cfg = val_dataloader = val_evaluator = None

max_epochs = 30
train_cfg = dict(max_epochs=max_epochs)
optim_wrapper = dict(
    optimizer=dict(lr=1e-3, fused=True),
    # A tenth for what has learned already.
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}),
)
auto_scale_lr = dict(base_batch_size=8)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=0,
        end=max_epochs,
        T_max=max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
randomness = dict(seed=0)
