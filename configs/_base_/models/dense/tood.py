# Feng et al., "TOOD: Task-aligned One-stage Object Detection", 2021.
_base_ = './r50_fpn.py'
model = dict(
    bbox_head=dict(
        type='TOODHead',
        stacked_convs=6,
        anchor_type='anchor_free',
        anchor_generator=_base_.anchors,
        bbox_coder=_base_.coder,
        # The scores are probabilities already.
        initial_loss_cls=dict(_base_.focal_loss, activated=True),
        loss_cls=dict(_base_.quality_loss, activated=True),
    ),
    train_cfg=dict(
        initial_epoch=4,
        initial_assigner=dict(type='ATSSAssigner', topk=9),
        assigner=dict(type='TaskAlignedAssigner', topk=13),
        alpha=1,
        beta=6,
    ),
)
