# The semantic map only.
_base_ = './ssdlite-deeplabv3plus_mbv2_warehouse.py'
model = dict(bbox_neck=None, bbox_head=None)
