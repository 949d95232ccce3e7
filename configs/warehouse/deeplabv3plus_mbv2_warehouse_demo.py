# The semantic map only.
_base_ = './ssdlite-deeplabv3plus_mbv2_warehouse_demo.py'
model = dict(bbox_neck=None, bbox_head=None)
