"""Backbones that the libraries lack."""

from .vgg import VGG

__all__ = ['VGG']
