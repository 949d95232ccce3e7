# (a) with learned weights.
_base_ = './full.py'
model = dict(balancer=dict(type='UncertaintyWeighting'))
