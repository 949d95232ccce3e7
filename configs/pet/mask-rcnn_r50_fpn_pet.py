# Mask R-CNN on 5,900 of the 7,349 pets. `classes` says whether it tells breeds, species or neither.
_base_ = [
    '../_base_/datasets/pet_instance.py',
    '../_base_/models/smn_r50_fpn.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
# 12 epochs are 17,600 steps of 4 images.
train_cfg = dict(max_epochs=12)
default_hooks = dict(checkpoint=dict(save_best='mask/mAP', rule='greater'))
