"""Reading all images of a config from packs, by one switch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mmdet.registry import TRANSFORMS
from mmengine.config import Config, ConfigDict
from mmengine.fileio import get_file_backend

from projects.smn.errors import UserError
from projects.smn.tasks import plain

from .options_of import takes


def use_packs(cfg: Config, dataset: ConfigDict) -> None:
    """Let a data set, the steps of its pipeline and the hook that draws images read from packs.

    Args:
        cfg: Its ``packed`` is the path of a pack, a list of several, or the options of
            ``PackedBackend``. Changed in place.
        dataset: The data set in it.

    Raises:
        UserError: If a pack is missing or is none. Here and not later, so that it is said before
            anything is built, and forked worker processes inherit what was read.
    """
    packed = plain(cfg.packed)
    backend_args = dict(packed if isinstance(packed, Mapping) else dict(path=packed))
    backend_args['backend'] = 'packed'
    try:
        # The one that mmengine takes for every read with these arguments.
        get_file_backend(backend_args=backend_args, enable_singleton=True).open()
    except TypeError as error:
        raise UserError(f'packed={packed!r}: {error}') from None
    dataset.backend_args = backend_args
    for step in _steps(dataset.get('pipeline') or ()):
        if _reads_files(step):
            step['backend_args'] = backend_args
    hook = (cfg.get('default_hooks') or {}).get('visualization')
    if hook:
        hook.backend_args = backend_args


def _reads_files(step: Mapping) -> bool:
    """Whether the class of a step takes ``backend_args``, itself or for the class it extends."""
    kind = step.get('type')
    try:
        kind = TRANSFORMS.get(kind) if isinstance(kind, str) else kind
    except RuntimeError:
        return False  # not ours to build, such as one of Albumentations
    return takes(kind, 'backend_args')


def _steps(pipeline: Iterable) -> Iterator[dict]:
    """The steps of a pipeline, also those inside others."""
    for step in pipeline:
        if isinstance(step, Mapping):
            yield step
            yield from _steps(step.get('transforms') or ())
        elif isinstance(step, (list, tuple)):
            yield from _steps(step)
