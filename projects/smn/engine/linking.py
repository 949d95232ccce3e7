"""From one declaration of classes and tasks to all parts of a config that need it."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from mmengine.config import Config, ConfigDict

from projects.smn.errors import UserError
from projects.smn.tasks import build_tasks, plain

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def link_tasks(cfg: Config) -> Config:
    """Give the config's ``classes`` and ``tasks`` to the model and to every data set.

    Metrics and visualizer receive them from there: mmengine hands a data set's ``metainfo`` to
    both. Also applies ``pretrained``, the one switch for the backbone's weights: a URL, a file, or
    ``None`` for training from scratch.

    Args:
        cfg: A complete config. It is not changed.

    Returns:
        A linked copy. Linking twice changes nothing.

    Raises:
        UserError: If ``classes`` is missing, or a task is wrong.
    """
    if 'classes' not in cfg:
        raise UserError(
            f'{cfg.filename or "the config"} declares no `classes`; '
            'SMN needs top-level `classes = (...)` and `tasks = dict(...)`'
        )
    cfg = copy.deepcopy(cfg)
    tasks = {name: plain(task) for name, task in (cfg.get('tasks') or {}).items() if task}
    classes = (cfg.classes,) if isinstance(cfg.classes, str) else tuple(cfg.classes)
    build_tasks(tasks, classes)
    meta = dict(classes=classes, tasks=tasks)
    cfg.model.update(meta)
    if 'pretrained' in cfg:
        _set_pretrained(cfg.model.backbone, cfg.pretrained)
    for loader in LOADERS:
        for dataset in _datasets((cfg.get(loader) or {}).get('dataset')):
            dataset.metainfo = {**(dataset.get('metainfo') or {}), **meta}
    return cfg


def _datasets(config: ConfigDict | None) -> Iterator[ConfigDict]:
    """The data sets with annotations, inside whatever wraps or joins them."""
    if config is None:
        return
    inner = [config.get('dataset'), *(config.get('datasets') or ())]
    inner = [dataset for dataset in inner if dataset is not None]
    if not inner:
        yield config
    for dataset in inner:
        yield from _datasets(dataset)


def _set_pretrained(backbone: ConfigDict, pretrained: str | None) -> None:
    if pretrained in (None, '', 'none', 'None'):
        backbone.pop('init_cfg', None)
        # Nothing that is still random may be frozen.
        for key, value in dict(frozen_stages=-1, norm_eval=False).items():
            if key in backbone:
                backbone[key] = value
    else:
        backbone.init_cfg = dict(type='Pretrained', checkpoint=pretrained)
