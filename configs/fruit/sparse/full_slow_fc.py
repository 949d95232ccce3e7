# (a) with the learning rates of one_task_slow_fc.py.
_base_ = './full.py'
slow = dict(lr_mult=0.1)
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'attributes.trunk': slow, 'bbox_head.shared_fcs': slow})
)
