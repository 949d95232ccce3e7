# The semantic map only.
_base_ = './ssdlite-deeplabv3plus_mbv2_warehouse_demo.py'
# Nothing reads the map of stride 32 then.
model = dict(
    backbone=dict(type='ShortMobileNetV2', out_indices=(1, 4)),
    bbox_neck=None,
    bbox_head=None,
    balancer=None,
)
