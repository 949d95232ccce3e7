# Pets as whole images: a map of the pet, its species, and the box of its head. Made by
# tools/prepare/oxford_pet.py ROOT --out data/pet --classes pet
_base_ = './loaders.py'
classes = ('pet',)
tasks = dict(
    map=dict(type='SemanticTask', classes=('background', 'pet')),
    species=dict(type='ClassificationTask', per='image', classes=('cat', 'dog')),
    head=dict(type='BoxTask'),
)

data_root = 'data/pet/'
size = 128  # pixels, of the square that the network sees
train_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='LoadTaskAnnotations', backend_args=_base_.backend_args),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile', backend_args=_base_.backend_args),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
    # After resizing: metrics and pictures are in pixels of the original image.
    dict(type='LoadTaskAnnotations', backend_args=_base_.backend_args),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(
    batch_size=16,
    dataset=dict(data_prefix=dict(seg='annotations/semantic/'), pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=16,
    dataset=dict(data_prefix=dict(seg='annotations/semantic/'), pipeline=test_pipeline),
)
test_dataloader = dict(
    batch_size=16,
    dataset=dict(data_prefix=dict(seg='annotations/semantic/'), pipeline=test_pipeline),
)
