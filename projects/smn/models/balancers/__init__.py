"""Weigh the losses of the tasks; one file per method."""

from .base import LossBalancer, build_balancer
from .dynamic_weight_average import DynamicWeightAverage
from .fixed_weights import FixedWeights
from .random_loss_weighting import RandomLossWeighting
from .uncertainty_weighting import UncertaintyWeighting
from .warm_up import WarmUp

__all__ = [
    'DynamicWeightAverage',
    'FixedWeights',
    'LossBalancer',
    'RandomLossWeighting',
    'UncertaintyWeighting',
    'WarmUp',
    'build_balancer',
]
