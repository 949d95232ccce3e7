# What `make demo` runs: a small network from ImageNet weights, in about 10 minutes on 2 cores.
_base_ = './smn_r18_fpn_fruit_demo.py'
pretrained = 'efficientnet-lite0'
model = dict(
    # What the weights were trained with.
    data_preprocessor=dict(mean=[127.0] * 3, std=[128.0] * 3),
    backbone=dict(
        _delete_=True,
        type='EfficientNetLite',
        variant='lite0',
        frozen_stages=1,
        norm_eval=True,
    ),
    neck=dict(in_channels=[24, 40, 112, 320]),
)
# A tenth for what has learned already.
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}))
