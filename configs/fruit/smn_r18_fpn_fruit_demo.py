# What `make demo` runs: a small network from scratch on CPU, in at most 8 minutes on 2 cores.
_base_ = './smn_r50_fpn_fruit.py'
pretrained = None

# A quarter of the width of the real network everywhere.
roi_extractor = dict(out_channels=64)
trunk = dict(
    num_convs=2,
    in_channels=64,
    conv_out_channels=64,
    upsample_cfg=dict(type='deconv', scale_factor=4),  # maps of 56 x 56
)
model = dict(
    backbone=dict(depth=18, base_channels=32, stem_channels=32),
    neck=dict(in_channels=[32, 64, 128, 256], out_channels=64),
    # No fruit is so small that proposals need the map of stride 4, which costs most.
    rpn_head=dict(
        type='LevelRPNHead',
        start_level=1,
        in_channels=64,
        feat_channels=64,
        anchor_generator=dict(strides=[8, 16, 32, 64]),
    ),
    roi_head=dict(
        bbox_roi_extractor=roi_extractor,
        bbox_head=dict(in_channels=64, fc_out_channels=256),
        heads=dict(
            masks=dict(roi_extractor=roi_extractor, trunk=trunk),
            keypoints=dict(roi_extractor=roi_extractor, trunk=trunk),
            attributes=dict(
                roi_extractor=roi_extractor,
                in_channels=64,
                conv_channels=(64, 64),
                hidden=256,
                norm_cfg=dict(type='BN'),
            ),
        ),
    ),
    train_cfg=dict(
        rpn_proposal=dict(nms_pre=500, max_per_img=200),
        rcnn=dict(sampler=dict(num=64, pos_fraction=0.125)),
    ),
    test_cfg=dict(rpn=dict(nms_pre=500, max_per_img=100), rcnn=dict(max_per_img=50)),
)

train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='RandomTranspose', prob=0.5),
    dict(type='Resize', scale=(320, 320), keep_ratio=True),
    dict(
        type='RandomFlip',
        prob=[0.25, 0.25, 0.25],
        direction=['horizontal', 'vertical', 'diagonal'],
    ),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(320, 320), keep_ratio=True),
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(
    batch_size=4, num_workers=0, persistent_workers=False, dataset=dict(pipeline=train_pipeline)
)
val_dataloader = dict(
    batch_size=4, num_workers=0, persistent_workers=False, dataset=dict(pipeline=test_pipeline)
)
test_dataloader = dict(
    batch_size=4, num_workers=0, persistent_workers=False, dataset=dict(pipeline=test_pipeline)
)

train_cfg = dict(max_epochs=12, val_interval=12)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=100),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=0,
        end=12,
        T_max=12,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
randomness = dict(seed=0)
