"""The module ``mmcv._ext`` of an mmcv without compiled operators: those of ``projects.smn.ops``.

mmcv looks up its operators in a module of this name, which is an extension module where mmcv was
compiled. This file is an ordinary module in its place: nothing else is put into ``sys.modules``,
and nothing that is there is replaced. Where both are, Python prefers the extension module, so a
compiled mmcv stays in use.
"""


def __getattr__(name):
    # Asked for when an operator is, not at the top: what is imported there must not be able to
    # come back to mmcv.ops, which is only half imported now.
    if name.startswith('__'):
        raise AttributeError(name)
    from projects.smn.ops import extension

    return getattr(extension, name)
