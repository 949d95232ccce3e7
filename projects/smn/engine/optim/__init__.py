"""Optimizer wrappers."""

from .jacobian_optim_wrapper import JacobianOptimWrapper

__all__ = ['JacobianOptimWrapper']
