# (a) Every image is labelled for every task; the demo with four epochs.
_base_ = '../smn_r18_fpn_fruit_demo.py'
epochs = 4
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
param_scheduler = _base_.param_scheduler
param_scheduler[1].update(end=epochs, T_max=epochs)
