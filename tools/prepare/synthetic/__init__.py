"""Rendered images with exact labels, so that every tool can be tried without a download.

No part of the package: only the tools of the folder above call it, as ``synthetic``.
"""
