"""How a network takes its pixels: part of what its weights mean."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import nn

from projects.smn.errors import UserError

# Of mmdet's DetDataPreprocessor, and what they are where they are not given.
OPTIONS = dict(mean=None, std=None, bgr_to_rgb=False, rgb_to_bgr=False)


class Pixels(NamedTuple):
    """What is done to the values of an image before a network sees them.

    Args:
        mean: Of each channel, subtracted; empty where nothing is.
        std: Of each channel, divided by.
        swapped: Whether red and blue change places.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    swapped: bool


def check_pixels(model: nn.Module, checkpoint: Mapping[str, Any], filename: str) -> None:
    """Check that images are normalised as they were in the training.

    Raises:
        UserError: If they are not. A checkpoint that does not say it is not asked.
    """
    ours, theirs = pixels_of(model), pixels_said(checkpoint)
    if ours is None or theirs is None or ours == theirs:
        return
    raise UserError(
        f'the config has data_preprocessor={_shown(ours)}, and {filename} was trained with '
        f'{_shown(theirs)}: to the network, the colours of an image would be others'
    )


def pixels_of(model: nn.Module) -> Pixels | None:
    """Of a network; ``None`` where it has a preprocessor of another kind."""
    found = getattr(model, 'data_preprocessor', None)
    if not hasattr(found, '_enable_normalize'):
        return None
    values = ((), ())
    if found._enable_normalize:
        values = (found.mean.flatten().tolist(), found.std.flatten().tolist())
    return _pixels(*values, found._channel_conversion)


def pixels_said(checkpoint: Mapping[str, Any]) -> Pixels | None:
    """Of a checkpoint, whose meta data have the text of its config; ``None`` if they say nothing.

    The text is that of a Python file. It is looked at, and not run.
    """
    meta = checkpoint.get('meta')
    text = meta.get('cfg') if isinstance(meta, Mapping) else None
    if not isinstance(text, str):
        return None
    try:
        options = _options(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if options is None:
        return None
    try:
        swapped = bool(options['bgr_to_rgb'] or options['rgb_to_bgr'])
        return _pixels(options['mean'] or (), options['std'] or (), swapped)
    except (TypeError, ValueError):
        return None


def _options(tree: ast.Module) -> dict[str, Any] | None:
    """The options of ``model=dict(data_preprocessor=dict(...))``."""
    found = next((node.value for node in tree.body if _assigns(node, 'model')), None)
    found = _keywords(found).get('data_preprocessor')
    if not isinstance(found, (ast.Call, ast.Dict)):
        return None
    said = _keywords(found)
    return {key: ast.literal_eval(said[key]) if key in said else OPTIONS[key] for key in OPTIONS}


def _assigns(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and [getattr(t, 'id', 0) for t in node.targets] == [name]


def _keywords(node: ast.expr | None) -> dict[str, ast.expr]:
    """The values of ``dict(key=value)`` or ``{'key': value}``."""
    if isinstance(node, ast.Call):
        return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    return {}


def _pixels(mean: Any, std: Any, swapped: bool) -> Pixels:
    # A network keeps them in single precision.
    rounded = (tuple(round(float(value), 3) for value in values) for values in (mean, std))
    return Pixels(*rounded, bool(swapped))


def _shown(pixels: Pixels) -> str:
    return f'(mean={pixels.mean}, std={pixels.std}, red and blue swapped: {pixels.swapped})'
