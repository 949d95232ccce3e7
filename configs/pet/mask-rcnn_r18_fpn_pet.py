_base_ = './mask-rcnn_r50_fpn_pet.py'
pretrained = 'https://download.pytorch.org/models/resnet18-f37072fd.pth'
model = dict(backbone=dict(depth=18), neck=dict(in_channels=[64, 128, 256, 512]))
