# (c) A network for boxes alone.
_base_ = './full.py'
tasks = dict(mask=None, spine=None, ends=None, neck=None, rating=None, length=None)
