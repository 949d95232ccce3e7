# Boxes only.
_base_ = './ssdlite-deeplabv3plus_mbv2_warehouse.py'
tasks = dict(scene=None)
model = dict(balancer=None)
