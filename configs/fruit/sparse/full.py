# (a) Every image is labelled for every task; the demo with four epochs.
_base_ = '../smn_r18_fpn_fruit_demo.py'
max_epochs = 4
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
param_scheduler = _base_.param_scheduler
param_scheduler[1].update(end=max_epochs, T_max=max_epochs)
