# All tasks; the weights of map, species and head.
_base_ = '../unet-mtl_pet.py'
weights = dict(map=0.25, species=0.5, head=0.25)
model = dict(balancer=dict(type='FixedWeights', weights=weights))
