_base_ = './mask-rcnn_r50_fpn_pet.py'
pretrained = 'https://download.pytorch.org/models/resnext50_32x4d-7cdf4587.pth'
model = dict(backbone=dict(type='ResNeXt', groups=32, base_width=4))
