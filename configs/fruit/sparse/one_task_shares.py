# (b) with more of the images that are labelled for points or the neck: the slowest to learn.
_base_ = './one_task.py'
shares = dict(mask=0.1, spine=0.12, ends=0.25, neck=0.28, rating=0.15, length=0.1)
train_dataloader = dict(
    sampler=dict(_delete_=True, type='ShareSampler', shares=shares), batch_sampler=None
)
