# Where the pet is, its species, its breed, where its head is; from ImageNet weights. Made by
# tools/prepare/oxford_pet.py ROOT --out data/pet --classes pet --split 80-20
_base_ = [
    '../_base_/datasets/pet_whole.py',
    '../_base_/datasets/pet_breeds.py',
    '../_base_/models/lite0_fpn_whole.py',
    '../_base_/few_photos.py',
]
# Lite1 takes a fifth longer than Lite0, and its features know breeds better.
pretrained = 'efficientnet-lite1'
model = dict(backbone=dict(variant='lite1', frozen_stages=2))
tasks = dict(breed=dict(type='ClassificationTask', per='image', classes=_base_.breeds))
size = 256  # pixels, of the square that the network sees
test_size = 288  # masks and heads are better, at no cost in training
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
    dict(type='RandomFlip', prob=0.5),
    # Not turned: the box of a turned head is larger than the head.
    dict(type='TaskRandomAffine', max_rotate_degree=0.0, scaling_ratio_range=(0.75, 1.5)),
    dict(type='PhotoMetricDistortion'),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(test_size, test_size), keep_ratio=False),
    # After resizing: metrics and pictures are in pixels of the original image.
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(batch_size=8, **loader, dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(**loader, dataset=dict(pipeline=test_pipeline))
# 200 photographs are too few for a third part to choose a checkpoint by.
val_cfg = val_dataloader = val_evaluator = None

train_cfg = dict(max_iters=700)
auto_scale_lr = dict(base_batch_size=8)
