# The one switch for the backbone's weights: a URL, a local file, or None for training from scratch.
pretrained = 'https://download.pytorch.org/models/resnet50-0676ba61.pth'

# sampling_ratio=2: mmdet's default of 0 makes RoIAlign the largest cost on CPU.
roi_layer = dict(type='RoIAlign', sampling_ratio=2)
strides = [4, 8, 16, 32]
model = dict(
    type='MultiTaskNet',
    data_preprocessor=dict(
        type='DetDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_size_divisor=32,
    ),
    backbone=dict(
        type='ResNet',
        depth=50,
        num_stages=4,
        out_indices=(0, 1, 2, 3),
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=True),
        norm_eval=True,
        style='pytorch',
    ),
    neck=dict(type='FPN', in_channels=[256, 512, 1024, 2048], out_channels=256, num_outs=5),
    rpn_head=dict(
        type='RPNHead',
        in_channels=256,
        feat_channels=256,
        anchor_generator=dict(
            type='AnchorGenerator', scales=[8], ratios=[0.5, 1.0, 2.0], strides=[4, 8, 16, 32, 64]
        ),
        bbox_coder=dict(type='DeltaXYWHBBoxCoder'),
        loss_cls=dict(type='CrossEntropyLoss', use_sigmoid=True, loss_weight=1.0),
        loss_bbox=dict(type='L1Loss', loss_weight=1.0),
    ),
    roi_head=dict(
        type='MultiTaskRoIHead',
        bbox_roi_extractor=dict(
            type='SingleRoIExtractor',
            roi_layer=dict(roi_layer, output_size=7),
            out_channels=256,
            featmap_strides=strides,
        ),
        bbox_head=dict(
            type='Shared2FCBBoxHead',
            in_channels=256,
            fc_out_channels=1024,
            roi_feat_size=7,
            bbox_coder=dict(type='DeltaXYWHBBoxCoder', target_stds=[0.1, 0.1, 0.2, 0.2]),
            loss_cls=dict(type='CrossEntropyLoss', loss_weight=1.0),
            loss_bbox=dict(type='L1Loss', loss_weight=1.0),
        ),
        heads=dict(
            masks=dict(
                type='MaskTaskHead',
                roi_extractor=dict(
                    type='SingleRoIExtractor',
                    roi_layer=dict(roi_layer, output_size=14),
                    out_channels=256,
                    featmap_strides=strides,
                ),
                trunk=dict(num_convs=4, in_channels=256, conv_out_channels=256),
            ),
            keypoints=dict(
                type='KeypointTaskHead',
                roi_extractor=dict(
                    type='SingleRoIExtractor',
                    roi_layer=dict(roi_layer, output_size=14),
                    out_channels=256,
                    featmap_strides=strides,
                ),
                trunk=dict(
                    num_convs=4,
                    in_channels=256,
                    conv_out_channels=256,
                    upsample_cfg=dict(type='deconv', scale_factor=4),
                ),
            ),
            attributes=dict(
                type='AttributeTaskHead',
                roi_extractor=dict(
                    type='SingleRoIExtractor',
                    roi_layer=dict(roi_layer, output_size=28),
                    out_channels=256,
                    featmap_strides=strides,
                    finest_scale=112,  # fine maps: grades are in the details
                ),
                in_channels=256,
                conv_channels=(256, 256),
                hidden=512,
            ),
        ),
    ),
    train_cfg=dict(
        rpn=dict(
            assigner=dict(
                type='MaxIoUAssigner',
                pos_iou_thr=0.7,
                neg_iou_thr=0.3,
                min_pos_iou=0.3,
                match_low_quality=True,
                ignore_iof_thr=0.5,
            ),
            sampler=dict(
                type='RandomSampler',
                num=256,
                pos_fraction=0.5,
                neg_pos_ub=-1,
                add_gt_as_proposals=False,
            ),
            allowed_border=-1,
            pos_weight=-1,
            debug=False,
        ),
        rpn_proposal=dict(
            nms_pre=2000, max_per_img=1000, nms=dict(type='nms', iou_threshold=0.7), min_bbox_size=0
        ),
        rcnn=dict(
            assigner=dict(
                type='MaxIoUAssigner',
                pos_iou_thr=0.5,
                neg_iou_thr=0.5,
                min_pos_iou=0.5,
                match_low_quality=True,
                ignore_iof_thr=0.5,
            ),
            sampler=dict(
                type='RandomSampler',
                num=512,
                pos_fraction=0.25,
                neg_pos_ub=-1,
                add_gt_as_proposals=True,
            ),
            pos_weight=-1,
            debug=False,
        ),
    ),
    test_cfg=dict(
        rpn=dict(
            nms_pre=1000, max_per_img=1000, nms=dict(type='nms', iou_threshold=0.7), min_bbox_size=0
        ),
        rcnn=dict(score_thr=0.05, nms=dict(type='nms', iou_threshold=0.5), max_per_img=100),
    ),
)
