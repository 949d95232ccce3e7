"""Variants of the libraries' necks."""

from .fine_pafpn import FineCSPNeXtPAFPN

__all__ = ['FineCSPNeXtPAFPN']
