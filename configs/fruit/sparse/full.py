# (a) Every image is labelled for every task; the demo with four epochs.
_base_ = '../smn_r18_fpn_fruit_demo.py'
train_cfg = dict(max_epochs=4, val_interval=4)
# As the experiment was measured.
model = dict(roi_head=dict(heads=dict(attributes=dict(geometry=False))))
