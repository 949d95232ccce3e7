# (b) with a smaller learning rate for the large linear layers. AdamW moves every weight by about
# the learning rate, however many inputs a layer sums: here 3,136. With few labels, that is noise.
_base_ = './one_task.py'
slow = dict(lr_mult=0.1)
optim_wrapper = dict(
    paramwise_cfg=dict(custom_keys={'attributes.trunk': slow, 'bbox_head.shared_fcs': slow})
)
