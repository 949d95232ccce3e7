# Zhang et al., "Bridging the Gap Between Anchor-based and Anchor-free Detection", 2020.
_base_ = './r50_fpn.py'
model = dict(
    bbox_head=dict(
        type='ATSSHead',
        anchor_generator=_base_.anchors,
        bbox_coder=_base_.coder,
        loss_cls=_base_.focal_loss,
        loss_centerness=_base_.sigmoid_loss,
    ),
)
