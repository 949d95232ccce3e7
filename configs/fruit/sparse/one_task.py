# (b) Each image is labelled for one task, see tools/prepare/sparsify.py; twice the steps of (a).
_base_ = './full.py'
train_dataloader = dict(dataset=dict(ann_file='annotations/train_one_task.json'))
train_cfg = dict(max_epochs=8, val_interval=8)
