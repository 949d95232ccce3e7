# What dense heads of MMDetection have in common: ResNet-50 with an FPN from stride 8 on, and the
# heads of object tasks, which take its boxes. Each of the siblings adds its bbox_head.
_base_ = '../smn_r50_fpn.py'
strides = [8, 16, 32]
# Task heads train on the objects' own boxes, each framed about as well as a detection frames it.
jitter = 0.08
extractor = dict(featmap_strides=strides)
anchors = dict(
    type='AnchorGenerator',
    ratios=[1.0],
    octave_base_scale=8,
    scales_per_octave=1,
    strides=[8, 16, 32, 64, 128],
)
coder = dict(type='DeltaXYWHBBoxCoder', target_means=[0.0] * 4, target_stds=[0.1, 0.1, 0.2, 0.2])
focal_loss = dict(type='FocalLoss', use_sigmoid=True, gamma=2.0, alpha=0.25, loss_weight=1.0)
quality_loss = dict(type='QualityFocalLoss', use_sigmoid=True, beta=2.0, loss_weight=1.0)
sigmoid_loss = dict(type='CrossEntropyLoss', use_sigmoid=True, loss_weight=1.0)
model = dict(
    neck=dict(start_level=1, add_extra_convs='on_output'),
    rpn_head=None,
    bbox_head=dict(
        in_channels=256,
        stacked_convs=4,
        feat_channels=256,
        loss_bbox=dict(type='GIoULoss', loss_weight=2.0),
    ),
    roi_head=dict(
        bbox_roi_extractor=None,
        bbox_head=None,
        heads=dict(
            masks=dict(roi_extractor=extractor, jitter=jitter),
            keypoints=dict(roi_extractor=extractor, jitter=jitter),
            attributes=dict(roi_extractor=extractor),
        ),
    ),
    train_cfg=dict(
        _delete_=True,
        assigner=dict(type='ATSSAssigner', topk=9),
        allowed_border=-1,
        pos_weight=-1,
        debug=False,
    ),
    test_cfg=dict(
        _delete_=True,
        nms_pre=1000,
        min_bbox_size=0,
        score_thr=0.05,
        nms=dict(type='nms', iou_threshold=0.6),
        max_per_img=100,
    ),
)
