# (c) A network for one task.
_base_ = './full.py'
tasks = dict(mask=None, spine=None, ends=None, neck=None, length=None)
