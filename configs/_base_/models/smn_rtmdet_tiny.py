# RTMDet-tiny (Lyu et al., "RTMDet", 2022) as MMDetection has it, so that its checkpoint fits, and
# small heads for tasks. From scratch: --cfg-options pretrained=None.
norm = dict(norm_cfg=dict(type='BN'), act_cfg=dict(type='SiLU', inplace=True))
strides = [8, 16, 32]
channels = 96
# Task heads train on the objects' own boxes, each framed about as well as a detection frames it.
jitter = 0.08
extractor = dict(
    type='SingleRoIExtractor',
    roi_layer=dict(type='RoIAlign', sampling_ratio=2, output_size=14),
    out_channels=channels,
    featmap_strides=strides,
)
trunk = dict(num_convs=2, in_channels=channels, conv_out_channels=channels)
model = dict(
    type='MultiTaskNet',
    data_preprocessor=dict(
        type='DetDataPreprocessor',
        mean=[103.53, 116.28, 123.675],
        std=[57.375, 57.12, 58.395],
        bgr_to_rgb=False,
        pad_size_divisor=32,
    ),
    backbone=dict(
        type='CSPNeXt',
        arch='P5',
        expand_ratio=0.5,
        deepen_factor=0.167,
        widen_factor=0.375,
        channel_attention=True,
        **norm,
        init_cfg=dict(
            type='Pretrained',
            prefix='backbone.',
            checkpoint='https://mmassets.onedl.ai/mmdetection/v3.0/rtmdet/cspnext_rsb_pretrain/'
            'cspnext-tiny_imagenet_600e.pth',
        ),
    ),
    neck=dict(
        type='CSPNeXtPAFPN',
        in_channels=[96, 192, 384],
        out_channels=channels,
        num_csp_blocks=1,
        expand_ratio=0.5,
        **norm,
    ),
    bbox_head=dict(
        type='RTMDetSepBNHead',
        in_channels=channels,
        stacked_convs=2,
        feat_channels=channels,
        anchor_generator=dict(type='MlvlPointGenerator', offset=0, strides=strides),
        bbox_coder=dict(type='DistancePointBBoxCoder'),
        loss_cls=dict(type='QualityFocalLoss', use_sigmoid=True, beta=2.0, loss_weight=1.0),
        loss_bbox=dict(type='GIoULoss', loss_weight=2.0),
        with_objectness=False,
        exp_on_reg=False,
        share_conv=True,
        pred_kernel_size=1,
        **norm,
    ),
    roi_head=dict(
        type='MultiTaskRoIHead',
        heads=dict(
            masks=dict(type='MaskTaskHead', roi_extractor=extractor, trunk=trunk, jitter=jitter),
            keypoints=dict(
                type='KeypointTaskHead',
                roi_extractor=extractor,
                trunk=dict(trunk, upsample_cfg=dict(type='deconv', scale_factor=4)),
                jitter=jitter,
            ),
            attributes=dict(
                type='AttributeTaskHead',
                roi_extractor=extractor,
                in_channels=channels,
                conv_channels=(channels, channels),
                hidden=256,
            ),
        ),
    ),
    train_cfg=dict(
        assigner=dict(type='DynamicSoftLabelAssigner', topk=13),
        allowed_border=-1,
        pos_weight=-1,
        debug=False,
    ),
    test_cfg=dict(
        nms_pre=30000,
        min_bbox_size=0,
        score_thr=0.001,
        nms=dict(type='nms', iou_threshold=0.65),
        max_per_img=300,
    ),
)
