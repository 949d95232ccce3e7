# Schedule and run time for some dozens to some hundreds of photographs: the place of schedules/ and
# default_runtime.py in a config's `_base_`. docs/few-photos.md says what each part brought.
_base_ = ['./schedules/adamw_36e.py', './default_runtime.py']
# What the best checkpoint and early stopping go by.
monitor = 'mask/mAP'

train_cfg = dict(_delete_=True, type='IterBasedTrainLoop', max_iters=1500, val_interval=250)
optim_wrapper = dict(
    optimizer=dict(lr=2e-3, fused=True),
    # A tenth for what has learned already.
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}),
)
auto_scale_lr = dict(base_batch_size=2)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=100),
    # Without an `end`: to the end of the training.
    dict(type='CosineAnnealingLR', eta_min=1e-5, by_epoch=False, begin=0),
]
default_hooks = dict(
    logger=dict(interval=25),
    checkpoint=dict(by_epoch=False, interval=250, max_keep_ckpts=1, rule='greater'),
)
custom_hooks = [
    dict(type='LabelSummaryHook'),
    dict(type='ResultTableHook'),
    # The mean of about the last 200 steps is what is validated, saved and tested.
    dict(type='EMAHook', momentum=0.005, update_buffers=True),
    # mmengine's own min_delta is 0.1, which calls a rise from 0.70 to 0.79 none.
    dict(type='EarlyStoppingHook', rule='greater', min_delta=0.002, patience=4),
]
log_processor = dict(by_epoch=False)
randomness = dict(seed=0)
