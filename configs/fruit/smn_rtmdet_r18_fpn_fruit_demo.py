# The demo with RTMDet's head in place of the RPN; the box head corrects its boxes.
_base_ = './smn_r18_fpn_fruit_demo.py'
every_score = dict(score_thr=0.0)  # the box head decides what is an object
model = dict(
    rpn_head=None,
    bbox_index=(1, 2, 3, 4),  # strides of 8 and more, as in the demo
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
    train_cfg=dict(
        rpn=None,
        assigner=dict(type='DynamicSoftLabelAssigner', topk=13),
        allowed_border=-1,
        pos_weight=-1,
        rpn_proposal=every_score,
    ),
    test_cfg=dict(rpn=every_score),
)
