# Boxes of persons and forklifts, and a semantic map of the scene, in one pass.
_base_ = [
    '../_base_/datasets/warehouse.py',
    '../_base_/models/ssdlite_deeplabv3plus_mbv2.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
# Rails, persons and forklifts cover little.
tasks = dict(scene=dict(loss=dict(class_weight=(1.0, 1.0, 1.0, 4.0, 2.0, 2.0))))
# The loss of the boxes is several times larger, and the backbone would follow it.
model = dict(balancer=dict(type='FixedWeights', weights=dict(scene=2.0)))
optim_wrapper = dict(optimizer=dict(lr=1e-3))
