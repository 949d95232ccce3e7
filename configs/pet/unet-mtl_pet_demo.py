# For CPU: small batches, since in a few minutes the number of steps counts.
_base_ = './unet-mtl_pet.py'
loader = dict(num_workers=0, persistent_workers=False)
train_dataloader = dict(batch_size=8, **loader)
val_dataloader = dict(**loader)
test_dataloader = dict(**loader)

train_cfg = dict(max_epochs=8, val_interval=8)
optim_wrapper = dict(optimizer=dict(lr=2e-3))
auto_scale_lr = dict(base_batch_size=8)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', eta_min=1e-5, by_epoch=False, begin=0),
]
randomness = dict(seed=0)
