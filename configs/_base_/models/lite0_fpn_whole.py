# EfficientNet-Lite0 and an FPN for questions about the whole image; 3.7 M parameters.
# The one switch for the backbone's weights: a URL, a file, a name, or None.
pretrained = 'efficientnet-lite0'
width = 96
norm = dict(type='BN', requires_grad=True)
model = dict(
    type='MultiTaskNet',
    channels_last=True,
    data_preprocessor=dict(
        type='DetDataPreprocessor',
        # What the weights were trained with.
        mean=[127.0] * 3,
        std=[128.0] * 3,
        bgr_to_rgb=True,
        pad_size_divisor=32,
    ),
    backbone=dict(type='EfficientNetLite', variant='lite0', frozen_stages=1, norm_eval=True),
    neck=dict(
        type='FPN',
        in_channels=[24, 40, 112, 320],
        out_channels=width,
        num_outs=5,
        # The fifth map is made of the backbone's own last one, for answers about the whole image.
        add_extra_convs='on_input',
        norm_cfg=norm,
    ),
    heads=dict(
        maps=dict(
            type='SemanticTaskHead',
            decode_head=dict(
                type='mmseg.FPNHead',
                in_channels=[width] * 4,
                in_index=[0, 1, 2, 3],
                feature_strides=[4, 8, 16, 32],
                channels=width,
                dropout_ratio=0.0,
                norm_cfg=norm,
                align_corners=False,
            ),
        ),
        attributes=dict(
            type='ImageAttributeTaskHead', in_channels=width, in_index=4, hidden=128, dropout=0.2
        ),
        boxes=dict(type='ImageBoxTaskHead', in_channels=width, in_index=1, norm_cfg=norm),
    ),
)
