# Segmentation only.
_base_ = '../unet-mtl_pet.py'
tasks = dict(species=None, head=None)
