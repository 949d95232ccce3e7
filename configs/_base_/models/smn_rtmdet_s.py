# RTMDet-s, twice as deep and a third wider than tiny.
_base_ = './smn_rtmdet_tiny.py'
channels = 128
extractor = dict(out_channels=channels)
trunk = dict(in_channels=channels, conv_out_channels=channels)
model = dict(
    backbone=dict(
        deepen_factor=0.33,
        widen_factor=0.5,
        init_cfg=dict(
            checkpoint='https://mmassets.onedl.ai/mmdetection/v3.0/rtmdet/cspnext_rsb_pretrain/'
            'cspnext-s_imagenet_600e.pth',
        ),
    ),
    neck=dict(in_channels=[128, 256, 512], out_channels=channels),
    bbox_head=dict(in_channels=channels, feat_channels=channels),
    roi_head=dict(
        heads=dict(
            masks=dict(roi_extractor=extractor, trunk=trunk),
            keypoints=dict(roi_extractor=extractor, trunk=trunk),
            attributes=dict(
                roi_extractor=extractor,
                in_channels=channels,
                conv_channels=(channels, channels),
            ),
        ),
    ),
)
