# Chen et al., "Disentangle Your Dense Object Detector", 2021.
_base_ = './r50_fpn.py'
model = dict(
    bbox_head=dict(
        type='DDODHead',
        anchor_generator=_base_.anchors,
        bbox_coder=_base_.coder,
        loss_cls=_base_.focal_loss,
        loss_iou=_base_.sigmoid_loss,
    ),
    train_cfg=dict(
        assigner=dict(alpha=0.8),  # of classes
        reg_assigner=dict(type='ATSSAssigner', topk=9, alpha=0.5),
    ),
)
