# U-Net as shared encoder and decoder; 3.8 M parameters.
width = 24
norm = dict(type='BN', requires_grad=True)
model = dict(
    type='MultiTaskNet',
    channels_last=True,
    data_preprocessor=dict(
        type='DetDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        pad_size_divisor=16,
    ),
    # Gives the decoder's maps, coarsest first: strides 16, 8, 4, 2, 1.
    backbone=dict(
        type='mmseg.UNet',
        base_channels=width,
        dec_num_convs=(1, 1, 1, 1),
        norm_cfg=norm,
        upsample_cfg=dict(type='mmseg.InterpConv'),
    ),
    heads=dict(
        maps=dict(
            type='SemanticTaskHead',
            decode_head=dict(
                type='mmseg.FCNHead',
                num_convs=0,
                concat_input=False,
                in_channels=width,
                channels=width,
                in_index=4,
                dropout_ratio=0.0,
                norm_cfg=norm,
                align_corners=False,
            ),
        ),
        attributes=dict(
            type='ImageAttributeTaskHead', in_channels=16 * width, in_index=0, hidden=128
        ),
        boxes=dict(type='ImageBoxTaskHead', in_channels=8 * width, in_index=1, norm_cfg=norm),
    ),
)
