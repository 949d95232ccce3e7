"""Samplers that MMDetection does not have."""

from .share_sampler import ShareSampler

__all__ = ['ShareSampler']
