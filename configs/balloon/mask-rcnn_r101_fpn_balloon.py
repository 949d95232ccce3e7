_base_ = './mask-rcnn_r50_fpn_balloon.py'
pretrained = 'https://download.pytorch.org/models/resnet101-63fe2227.pth'
model = dict(backbone=dict(depth=101))
