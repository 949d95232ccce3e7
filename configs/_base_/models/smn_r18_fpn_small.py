# Half the width of the backbone and a quarter of the rest, from scratch: for CPU and for objects of
# 50 pixels and more.
_base_ = './smn_r50_fpn.py'
pretrained = None

# One sample per cell, by grid_sample. mmcv's RoIAlign runs on one core and cannot read
# channels-last maps; with it, a training step on two cores takes a tenth longer.
align = dict(_delete_=True, type='SimpleRoIAlign')
# From scratch, a network needs normalisation (He et al., "Rethinking ImageNet Pre-training", 2019).
# By groups: statistics of two images are mostly those of their table tops. With standardised
# weights (Qiao et al., "Micro-Batch Training with Batch-Channel Normalization and Weight
# Standardization", 2019), which here brought more than any other single change.
norm = dict(conv_cfg=dict(type='ConvWS'), norm_cfg=dict(type='GN', num_groups=8))
# Every object once, framed about as well as a detection of this network frames it.
jitter = 0.08
# A centre line is thin, a grade is in the details.
fine = dict(out_channels=64, roi_layer=dict(output_size=28, **align))
heatmaps = dict(
    roi_extractor=fine,
    trunk=dict(
        num_convs=2,
        in_channels=64,
        conv_out_channels=32,
        upsample_cfg=dict(type='deconv', scale_factor=2),
        **norm,
    ),
    max_rois=8,
    jitter=jitter,
)
model = dict(
    channels_last=True,
    backbone=dict(depth=18, base_channels=32, stem_channels=32, **norm),
    neck=dict(in_channels=[32, 64, 128, 256], out_channels=64, **norm),
    # Proposals do not need the map of stride 4, which costs most; masks and grades do.
    rpn_head=dict(
        type='LevelRPNHead',
        start_level=1,
        in_channels=64,
        feat_channels=64,
        # Long things lie across, along and aslant.
        anchor_generator=dict(ratios=[0.33, 0.5, 1.0, 2.0, 3.0], strides=[8, 16, 32, 64]),
    ),
    roi_head=dict(
        box_passes=3,
        bbox_roi_extractor=dict(out_channels=64, roi_layer=dict(output_size=7, **align)),
        bbox_head=dict(
            type='ConvFCBBoxHead',
            num_shared_convs=2,
            num_shared_fcs=1,
            in_channels=64,
            conv_out_channels=64,
            fc_out_channels=256,
            **norm,
        ),
        heads=dict(
            masks=dict(soft_targets=True, **heatmaps),
            keypoints=heatmaps,
            attributes=dict(
                roi_extractor=fine,
                in_channels=64,
                conv_channels=(64, 64),
                hidden=256,
                jitter=jitter,
                **norm,
            ),
        ),
    ),
    train_cfg=dict(
        # Few objects: take more anchors and proposals for positive than with COCO's settings.
        rpn=dict(assigner=dict(pos_iou_thr=0.5)),
        rpn_proposal=dict(nms_pre=500, max_per_img=200),
        rcnn=dict(sampler=dict(num=64, pos_fraction=0.5)),
    ),
    test_cfg=dict(rpn=dict(nms_pre=500, max_per_img=100), rcnn=dict(max_per_img=50)),
)
