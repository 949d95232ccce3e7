# Mask R-CNN on 61 photographs: 49 to train on, 12 to choose a checkpoint by.
_base_ = [
    '../_base_/datasets/balloon_instance.py',
    '../_base_/models/smn_r50_fpn.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
# 40 epochs are 1,000 steps of 2 images.
train_cfg = dict(max_epochs=40, val_interval=4)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=100),
    dict(type='CosineAnnealingLR', eta_min=1e-6, by_epoch=False, begin=0),
]
default_hooks = dict(
    logger=dict(interval=10), checkpoint=dict(interval=4, save_best='mask/mAP', rule='greater')
)
