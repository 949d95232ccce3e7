_base_ = [
    '../_base_/datasets/fruit.py',
    '../_base_/models/smn_rtmdet_s.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
# All levels share the convolutions of the bbox_head.
optim_wrapper = dict(paramwise_cfg=dict(bypass_duplicate=True))
