# Six tasks of each object, and two of the image.
_base_ = [
    '../_base_/datasets/fruit_scene.py',
    '../_base_/models/smn_rtmdet_tiny.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
maps = dict(
    type='mmseg.FPNHead',
    in_channels=[96, 96, 96],
    in_index=[0, 1, 2],
    feature_strides=[8, 16, 32],
    channels=96,
    dropout_ratio=0.1,
    norm_cfg=dict(type='BN'),
    align_corners=False,
)
model = dict(
    heads=dict(
        maps=dict(type='SemanticTaskHead', decode_head=maps),
        attributes=dict(type='ImageAttributeTaskHead', in_channels=96),
    ),
)
# All levels share the convolutions of the bbox_head.
optim_wrapper = dict(paramwise_cfg=dict(bypass_duplicate=True))
