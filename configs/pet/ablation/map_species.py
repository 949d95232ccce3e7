# Segmentation and classification.
_base_ = '../unet-mtl_pet.py'
tasks = dict(head=None)
