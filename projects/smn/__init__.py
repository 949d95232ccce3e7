"""SMN: one network with a shared backbone and any number of tasks, on MMDetection.

Nothing is imported here, so that the preparation tools start at once. A config registers the
modules by its ``custom_imports``.
"""

__version__ = '0.1.0'
