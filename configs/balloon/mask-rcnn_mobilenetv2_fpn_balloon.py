_base_ = './mask-rcnn_r50_fpn_balloon.py'
pretrained = 'open-mmlab://mmdet/mobilenet_v2'
model = dict(
    backbone=dict(
        _delete_=True,
        type='MobileNetV2',
        # The coarsest is the last layer, so that no parameter is left without a gradient.
        out_indices=(1, 2, 4, 7),
        frozen_stages=1,
        norm_eval=True,
    ),
    neck=dict(in_channels=[24, 32, 96, 1280]),
)
