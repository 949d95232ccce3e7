"""What options a class takes."""

from __future__ import annotations

from inspect import Parameter, signature


def takes(kind: object, option: str) -> bool:
    """Whether a class has an option, its own or one that it hands on to a class that it extends.

    Args:
        kind: What is no class, such as ``None``, takes none.
        option: The name of an argument.
    """
    for base in getattr(kind, '__mro__', ()):
        if '__init__' not in vars(base):
            continue
        parameters = signature(base.__init__).parameters
        if option in parameters:
            return True
        if all(p.kind != Parameter.VAR_KEYWORD for p in parameters.values()):
            return False  # it passes nothing on
    return False
