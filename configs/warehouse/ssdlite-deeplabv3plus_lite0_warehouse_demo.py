# For CPU: images of half the size, from ImageNet weights.
_base_ = './ssdlite-deeplabv3plus_mbv2_warehouse_demo.py'
pretrained = 'efficientnet-lite0'
model = dict(
    # What the weights were trained with.
    data_preprocessor=dict(mean=[127.0] * 3, std=[128.0] * 3),
    # Maps of strides 4, 16 and 32.
    backbone=dict(
        _delete_=True,
        type='EfficientNetLite',
        variant='lite0',
        out_indices=(1, 3, 4),
        frozen_stages=1,
        norm_eval=True,
    ),
    bbox_neck=dict(in_channels=(112, 320), out_channels=(112, 320, 512, 256)),
    bbox_head=dict(in_channels=(112, 320, 512, 256)),
    heads=dict(maps=dict(decode_head=dict(in_channels=112))),
)
# A tenth for what has learned already.
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}))
