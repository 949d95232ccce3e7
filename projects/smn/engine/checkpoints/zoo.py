"""Names of weights: of the model zoos that mmengine knows, and of packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import mmengine
from mmengine.fileio import load
from mmengine.runner.checkpoint import (
    _get_mmengine_home,
    get_deprecated_model_names,
    get_external_models,
    get_mmcls_models,
)

from projects.smn.errors import UserError

from .packaged import PACKAGED, packaged_file

# Their files hold classifiers, of which the backbone is asked for.
BACKBONES_ONLY = 'mmcls://'


def address_of(name: str) -> str:
    """The file or URL that a name is of: ``open-mmlab://resnet50``, ``efficientnet-lite0``.

    Anything else is an address already and comes back as it is.

    Raises:
        UserError: If the zoo has no such model, or the package of the weights is not installed.
    """
    if name in PACKAGED:
        return str(packaged_file(name))
    scheme, separator, model = name.partition('://')
    if not separator or scheme not in ZOOS:
        return name
    models = ZOOS[scheme]()
    if model not in models:
        raise UserError(f'{name}: mmengine knows no model of that name')
    address = models[model]
    return address if '://' in address else str(Path(_get_mmengine_home(), address))


def _openmmlab_models() -> dict[str, str]:
    models = get_external_models()
    renamed = get_deprecated_model_names()
    return models | {old: models[new] for old, new in renamed.items() if new in models}


def _torchvision_models() -> dict[str, str]:
    """mmengine has the list in a file, and asks torchvision, which is not needed, for more."""
    return load(str(Path(mmengine.__file__).parent / 'hub' / 'torchvision_0.12.json'))


ZOOS: Mapping[str, Callable[[], dict[str, str]]] = {
    'open-mmlab': _openmmlab_models,
    'openmmlab': _openmmlab_models,
    'mmcls': get_mmcls_models,
    'torchvision': _torchvision_models,
    'modelzoo': _torchvision_models,
}
