_base_ = './smn_r50_fpn_fruit.py'
pretrained = 'https://download.pytorch.org/models/resnet101-63fe2227.pth'
model = dict(backbone=dict(depth=101))
