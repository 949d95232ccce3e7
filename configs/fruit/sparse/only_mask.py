# (c) A network for one task.
_base_ = './full.py'
tasks = dict(spine=None, ends=None, neck=None, rating=None, length=None)
