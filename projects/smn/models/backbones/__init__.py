"""Backbones that the libraries lack."""

from .vgg import VGG
from .vovnet import VoVNet

__all__ = ['VGG', 'VoVNet']
