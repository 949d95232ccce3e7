"""Variants of the libraries' dense heads."""

from .level_rpn_head import LevelRPNHead

__all__ = ['LevelRPNHead']
