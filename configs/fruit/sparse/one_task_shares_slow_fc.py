# (b) with both: more images of the slowest tasks, and slower linear layers.
_base_ = './one_task_shares.py'
slow = dict(lr_mult=0.1)
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'attributes.trunk': slow, 'bbox_head.shared_fcs': slow})
)
