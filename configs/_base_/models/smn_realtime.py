# For a CPU: EfficientNet-Lite0, an FPN of 64 channels, RTMDet's head (Lyu et al.,
# "RTMDet", 2022), whose boxes a box head corrects, and small heads for tasks on maps from stride 4
# on.
_base_ = './smn_r18_fpn_small.py'
pretrained = 'efficientnet-lite0'
every_score = dict(score_thr=0.0)  # the box head decides what is an object
model = dict(
    # What the weights were trained with.
    data_preprocessor=dict(mean=[127.0] * 3, std=[128.0] * 3),
    backbone=dict(
        _delete_=True,
        type='EfficientNetLite',
        variant='lite0',
        frozen_stages=1,
        norm_eval=True,
    ),
    neck=dict(in_channels=[24, 40, 112, 320]),
    rpn_head=None,
    # Who finds objects does not need the map of stride 4, which costs most; masks and grades do.
    bbox_index=(1, 2, 3, 4),
    bbox_head=dict(
        type='RTMDetHead',
        in_channels=64,
        stacked_convs=2,
        feat_channels=64,
        anchor_generator=dict(type='MlvlPointGenerator', offset=0, strides=[8, 16, 32, 64]),
        bbox_coder=dict(type='DistancePointBBoxCoder'),
        loss_cls=dict(type='QualityFocalLoss', use_sigmoid=True, beta=2.0, loss_weight=1.0),
        loss_bbox=dict(type='GIoULoss', loss_weight=2.0),
        with_objectness=False,
        conv_cfg=dict(type='ConvWS'),
        norm_cfg=dict(type='GN', num_groups=8),
    ),
    # One correction of the boxes costs little, and lengths and grades depend on them.
    roi_head=dict(box_passes=1),
    train_cfg=dict(
        rpn=None,
        assigner=dict(type='DynamicSoftLabelAssigner', topk=13),
        allowed_border=-1,
        pos_weight=-1,
        rpn_proposal=every_score,
    ),
    test_cfg=dict(rpn=every_score),
)
