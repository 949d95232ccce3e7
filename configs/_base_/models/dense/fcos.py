# Tian et al., "FCOS: Fully Convolutional One-Stage Object Detection", 2019. As MMDetection's
# checkpoints of it: on Caffe's ResNet, whose images are BGR of 0 to 255 less their mean.
_base_ = './r50_fpn.py'
pretrained = 'open-mmlab://detectron/resnet50_caffe'
model = dict(
    data_preprocessor=dict(
        mean=[102.9801, 115.9465, 122.7717], std=[1.0, 1.0, 1.0], bgr_to_rgb=False
    ),
    backbone=dict(style='caffe'),
    neck=dict(relu_before_extra_convs=True),
    bbox_head=dict(
        type='FCOSHead',
        strides=[8, 16, 32, 64, 128],
        loss_cls=_base_.focal_loss,
        loss_bbox=dict(_delete_=True, type='IoULoss', loss_weight=1.0),
        loss_centerness=_base_.sigmoid_loss,
    ),
    train_cfg=None,
    test_cfg=dict(nms=dict(iou_threshold=0.5)),
)
