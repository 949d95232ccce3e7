# A quarter of the width of the real network, from scratch: for CPU and for objects of 50 pixels
# and more.
_base_ = './smn_r50_fpn.py'
pretrained = None

# One sample per cell: RoIAlign is what costs most here, and it runs on one core.
roi_extractor = dict(out_channels=64, roi_layer=dict(sampling_ratio=1))
# From scratch, a network needs normalisation everywhere (He et al., "Rethinking ImageNet
# Pre-training", 2019). By groups: statistics of two images are mostly those of their table tops.
norm = dict(type='GN', num_groups=8)
heatmaps = dict(
    # Maps of 56 x 56 from features of 28 x 28: a centre line is thin.
    roi_extractor=dict(out_channels=64, roi_layer=dict(sampling_ratio=1, output_size=28)),
    trunk=dict(
        num_convs=2,
        in_channels=64,
        conv_out_channels=32,
        upsample_cfg=dict(type='deconv', scale_factor=2),
        norm_cfg=norm,
    ),
    max_rois=8,
)
model = dict(
    backbone=dict(depth=18, base_channels=32, stem_channels=32, norm_cfg=norm),
    neck=dict(in_channels=[32, 64, 128, 256], out_channels=64, norm_cfg=norm),
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
        bbox_roi_extractor=dict(out_channels=64),
        bbox_head=dict(
            type='ConvFCBBoxHead',
            num_shared_convs=2,
            num_shared_fcs=1,
            in_channels=64,
            conv_out_channels=64,
            fc_out_channels=256,
            norm_cfg=norm,
        ),
        heads=dict(
            masks=heatmaps,
            keypoints=heatmaps,
            attributes=dict(
                roi_extractor=roi_extractor,
                in_channels=64,
                conv_channels=(64, 64),
                hidden=256,
                jitter=0.08,  # about as far off as a detection of this network
                norm_cfg=norm,
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
