# Lin et al., "Focal Loss for Dense Object Detection", 2017.
_base_ = './r50_fpn.py'
model = dict(
    neck=dict(add_extra_convs='on_input'),
    bbox_head=dict(
        type='RetinaHead',
        anchor_generator=dict(
            _base_.anchors, octave_base_scale=4, scales_per_octave=3, ratios=[0.5, 1.0, 2.0]
        ),
        bbox_coder=dict(_base_.coder, target_stds=[1.0] * 4),
        loss_cls=_base_.focal_loss,
        loss_bbox=dict(_delete_=True, type='L1Loss', loss_weight=1.0),
    ),
    train_cfg=dict(
        assigner=dict(
            _delete_=True,
            type='MaxIoUAssigner',
            pos_iou_thr=0.5,
            neg_iou_thr=0.4,
            min_pos_iou=0,
            ignore_iof_thr=-1,
        ),
        sampler=dict(type='PseudoSampler'),
    ),
    test_cfg=dict(nms=dict(iou_threshold=0.5)),
)
