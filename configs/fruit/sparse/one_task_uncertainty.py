# (b) with learned weights.
_base_ = './one_task.py'
model = dict(balancer=dict(type='UncertaintyWeighting'))
