"""A REST API and a web page around one network; needs ``requirements/serve.txt``."""

from .app import create_app
from .options import ServingOptions

__all__ = ['ServingOptions', 'create_app']
