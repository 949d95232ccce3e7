# The weights of boxes and map are learned.
_base_ = './ssdlite-deeplabv3plus_mbv2_warehouse.py'
model = dict(balancer=dict(_delete_=True, type='UncertaintyWeighting'))
