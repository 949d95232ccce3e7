# Pets: `python tools/prepare/oxford_pet.py data/pet_raw --out data/pet --download`. The classes are
# those of the converter's `--classes breed`. For the other two, say so here as well:
# `--cfg-options classes=cat,dog` for species, `--cfg-options classes=pet` for no difference at all.
_base_ = ['./loaders.py', './pet_breeds.py']
classes = _base_.breeds
tasks = dict(mask=dict(type='MaskTask'))

data_root = 'data/pet/'
train_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='LoadTaskAnnotations'),
    dict(
        type='RandomChoiceResize',
        scales=[(1000, 400), (1000, 480), (1000, 560)],
        keep_ratio=True,
    ),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='Resize', scale=(1000, 480), keep_ratio=True),
    # After resizing: metrics and pictures are in pixels of the original image.
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(
    batch_size=4,
    batch_sampler=dict(type='AspectRatioBatchSampler'),
    dataset=dict(pipeline=train_pipeline),
)
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
