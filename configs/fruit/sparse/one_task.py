# (b) Each image is labelled for one task, see tools/prepare/sparsify.py; twice the steps of (a).
_base_ = './full.py'
train_dataloader = dict(dataset=dict(ann_file='annotations/train_one_task.json'))
max_epochs = 8
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = _base_.param_scheduler
param_scheduler[1].update(end=max_epochs, T_max=max_epochs)
