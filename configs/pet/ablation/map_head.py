# Segmentation and the head's box.
_base_ = '../unet-mtl_pet.py'
tasks = dict(species=None)
