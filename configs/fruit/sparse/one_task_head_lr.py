# (b) with shares, and task heads that learn three times as fast as the rest.
_base_ = './one_task_shares.py'
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'roi_head.heads': dict(lr_mult=3.0)}))
