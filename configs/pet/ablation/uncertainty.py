# All tasks; the weights are learned.
_base_ = '../unet-mtl_pet.py'
model = dict(balancer=dict(type='UncertaintyWeighting'))
