_base_ = './mask-rcnn_r50_fpn_pet.py'
# torchvision has no weights of this size.
pretrained = 'open-mmlab://resnext101_32x4d'
model = dict(backbone=dict(type='ResNeXt', depth=101, groups=32, base_width=4))
