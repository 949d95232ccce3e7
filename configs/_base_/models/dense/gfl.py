# Li et al., "Generalized Focal Loss", 2020.
_base_ = './r50_fpn.py'
model = dict(
    bbox_head=dict(
        type='GFLHead',
        anchor_generator=_base_.anchors,
        loss_cls=_base_.quality_loss,
        loss_dfl=dict(type='DistributionFocalLoss', loss_weight=0.25),
        reg_max=16,
    ),
)
