# MobileNetV2 with two heads: SSDLite for boxes on strides 16 and more, DeepLabV3+ for the semantic
# map on strides 4 and 16. For images of about 640 x 480.
# The one switch for the backbone's weights: a URL, a local file, or None for training from scratch.
pretrained = 'open-mmlab://mmdet/mobilenet_v2'
norm = dict(type='BN', eps=0.001, momentum=0.03)
act = dict(type='ReLU6')
channels = (96, 1280, 512, 256)  # of the maps that SSD sees
model = dict(
    type='MultiTaskNet',
    channels_last=True,
    data_preprocessor=dict(
        type='DetDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_size_divisor=32,
    ),
    # Maps of strides 4, 16 and 32.
    backbone=dict(type='MobileNetV2', out_indices=(1, 4, 7), norm_cfg=norm),
    bbox_index=(1, 2),
    bbox_neck=dict(
        type='SSDNeck',
        in_channels=(96, 1280),
        out_channels=channels,
        level_strides=(2, 2),
        level_paddings=(1, 1),
        l2_norm_scale=None,
        use_depthwise=True,
        norm_cfg=norm,
        act_cfg=act,
    ),
    bbox_head=dict(
        type='SSDHead',
        in_channels=channels,
        use_depthwise=True,
        norm_cfg=norm,
        act_cfg=act,
        # Not SSD's own anchors: these have each size in each shape, and neighbouring levels share
        # a size, so that more cells than one can answer for an object.
        anchor_generator=dict(
            type='AnchorGenerator',
            strides=[16, 32, 64, 128],
            base_sizes=[32, 64, 128, 256],  # root of the area, in pixels
            scales=[1.0, 1.4, 2.0],
            # Height to width: forklifts are about as wide as high, persons are high.
            ratios=[0.8, 1.5, 2.8],
        ),
        bbox_coder=dict(
            type='DeltaXYWHBBoxCoder',
            target_means=[0.0, 0.0, 0.0, 0.0],
            target_stds=[0.1, 0.1, 0.2, 0.2],
        ),
    ),
    heads=dict(
        maps=dict(
            type='SemanticTaskHead',
            decode_head=dict(
                type='mmseg.DepthwiseSeparableASPPHead',
                in_channels=96,
                in_index=1,
                channels=96,
                dilations=(1, 6, 12, 18),
                c1_in_channels=24,
                c1_channels=24,
                dropout_ratio=0.1,
                norm_cfg=norm,
                align_corners=False,
            ),
        ),
    ),
    train_cfg=dict(
        assigner=dict(
            type='MaxIoUAssigner',
            pos_iou_thr=0.5,
            neg_iou_thr=0.5,
            min_pos_iou=0.0,
            ignore_iof_thr=-1,
            gt_max_assign_all=False,
        ),
        sampler=dict(type='PseudoSampler'),
        smoothl1_beta=1.0,
        allowed_border=-1,
        pos_weight=-1,
        neg_pos_ratio=3,
        debug=False,
    ),
    test_cfg=dict(
        nms_pre=1000,
        nms=dict(type='nms', iou_threshold=0.45),
        min_bbox_size=0,
        score_thr=0.02,
        max_per_img=100,
    ),
)
