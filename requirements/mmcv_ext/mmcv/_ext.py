"""The module ``mmcv._ext`` of an mmcv without compiled operators: those of ``projects.smn.ops``.

mmcv looks up its operators in a module of this name, which is an extension module where mmcv was
compiled. This file is an ordinary module in its place: nothing else is put into ``sys.modules``,
and nothing that is there is replaced. Where both are, Python prefers the extension module, so a
compiled mmcv stays in use.
"""


def __getattr__(name):
    # mmcv.utils.load_ext asks for every name at once, while mmcv.ops is half imported. So what is
    # imported here must never import mmcv.ops, and must be cheap. It is imported here and not at
    # the top so that to look for this module, as mmengine does, costs nothing.
    if name.startswith('__'):
        raise AttributeError(name)
    from projects.smn.ops import extension

    return getattr(extension, name)
