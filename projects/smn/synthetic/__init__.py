"""Rendered images with exact labels, so that every tool can be tried without a download."""
