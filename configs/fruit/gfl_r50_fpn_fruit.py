_base_ = [
    '../_base_/datasets/fruit.py',
    '../_base_/models/dense/gfl.py',
    '../_base_/schedules/adamw_36e.py',
    '../_base_/default_runtime.py',
]
tasks = dict(spine=None, rating=None, length=None)
