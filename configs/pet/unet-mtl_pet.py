# From scratch: where the pet is, whether it is a cat or a dog, where its head is.
_base_ = [
    '../_base_/datasets/pet_whole.py',
    '../_base_/models/unet_mtl.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
optim_wrapper = dict(optimizer=dict(lr=1e-3))
