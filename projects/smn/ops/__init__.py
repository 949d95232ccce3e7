"""mmcv's operators in PyTorch, for an mmcv that was installed without its compiled ones.

mmcv asks :mod:`.extension` for them, by way of its module ``_ext``. What is not here raises one
sentence.
"""

from .origin import describe_operators, operators_are_compiled

__all__ = ['describe_operators', 'operators_are_compiled']
