# All tasks; the weights of map, species and head.
_base_ = '../unet-mtl_pet.py'
weights = dict(map=0.25, species=0.25, head=0.5)
model = dict(balancer=dict(type='FixedWeights', weights=weights))
