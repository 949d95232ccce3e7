_base_ = './smn_r50_fpn_fruit.py'
pretrained = 'https://download.pytorch.org/models/vgg16-397923af.pth'
model = dict(
    backbone=dict(_delete_=True, type='VGG', depth=16, out_indices=(1, 2, 3, 4), frozen_stages=1),
    neck=dict(in_channels=[128, 256, 512, 512]),
)
