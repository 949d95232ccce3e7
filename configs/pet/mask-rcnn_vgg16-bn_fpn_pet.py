_base_ = './mask-rcnn_r50_fpn_pet.py'
pretrained = 'https://download.pytorch.org/models/vgg16_bn-6c64b313.pth'
model = dict(
    backbone=dict(
        _delete_=True,
        type='VGG',
        depth=16,
        with_bn=True,
        out_indices=(1, 2, 3, 4),
        frozen_stages=1,
        norm_eval=True,
    ),
    neck=dict(in_channels=[128, 256, 512, 512]),
)
