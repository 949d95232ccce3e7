# All tasks; the weights of map, species and head.
_base_ = '../unet-mtl_pet.py'
weights = dict(map=0.8, species=0.1, head=0.1)
model = dict(balancer=dict(type='FixedWeights', weights=weights))
