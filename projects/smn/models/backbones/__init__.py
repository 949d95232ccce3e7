"""Backbones that the libraries lack."""

from .efficientnet_lite import EfficientNetLite
from .short_mobilenet_v2 import ShortMobileNetV2
from .vgg import VGG
from .vovnet import VoVNet

__all__ = ['VGG', 'EfficientNetLite', 'ShortMobileNetV2', 'VoVNet']
