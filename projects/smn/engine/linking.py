"""From one declaration of classes and tasks to all parts of a config that need it."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator, Mapping
from inspect import signature

from mmdet.registry import MODELS
from mmengine.config import Config, ConfigDict
from mmengine.registry import OPTIMIZERS

from projects.smn.errors import UserError
from projects.smn.tasks import build_tasks, plain
from projects.smn.tasks.names import refuse_taken_names

from .checkpoints.packaged import PACKAGED, check_packaged
from .options_of import takes
from .packs import use_packs
from .switches import LOOPS, follow_length, follow_monitor

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def link_tasks(cfg: Config) -> Config:
    """Give the config's ``classes`` and ``tasks`` to the model and to every data set.

    Metrics and visualizer receive them from there: mmengine hands a data set's ``metainfo`` to
    both. Also applies ``pretrained``, the one switch for the backbone's weights: a URL, a file, a
    name, or ``None`` for training from scratch; ``packed``, the one switch for packs: see
    :func:`~.packs.use_packs`; ``data_root``, for every data set that has none of its own; and
    ``max_epochs`` or ``max_iters``, and ``monitor``, see :mod:`~.switches`.

    Args:
        cfg: A complete config. It is not changed.

    Returns:
        A linked copy. Linking twice changes nothing.

    Raises:
        UserError: If ``classes`` or ``model`` is missing, a task is wrong, a pack is missing, the
            weights that ``pretrained`` names do not fit, or a ``ShareSampler`` is combined with
            what would break its shares.
    """
    if 'classes' not in cfg:
        raise UserError(
            f'{cfg.filename or "the config"} declares no `classes`; '
            'SMN needs top-level `classes = (...)` and `tasks = dict(...)`'
        )
    if 'model' not in cfg:
        raise UserError(f'{cfg.filename or "the config"} declares no `model`')
    _refuse_without_tasks(cfg.model)
    cfg = copy.deepcopy(cfg)
    tasks = {name: plain(task) for name, task in (cfg.get('tasks') or {}).items() if task}
    classes = (cfg.classes,) if isinstance(cfg.classes, str) else tuple(cfg.classes)
    refuse_taken_names(build_tasks(tasks, classes))
    meta = dict(classes=classes, tasks=tasks)
    cfg.model.classes, cfg.model.tasks = classes, tasks  # update() would keep tasks that are gone
    if 'pretrained' in cfg:
        _set_pretrained(cfg.model, cfg.pretrained)
    follow_length(cfg)
    follow_monitor(cfg)
    if cfg.model.get('balancer') and cfg.get('optim_wrapper'):
        _free_balancer_of_weight_decay(cfg.optim_wrapper)
    for _, dataset in datasets_of(cfg):
        dataset.metainfo = {**(dataset.get('metainfo') or {}), **meta}
        if 'data_root' in cfg:
            dataset.setdefault('data_root', cfg.data_root)
        if cfg.get('packed'):
            use_packs(cfg, dataset)
    for loader in LOADERS:
        _link_sampler(loader, cfg.get(loader) or {})
    return cfg


def _refuse_without_tasks(model: Mapping) -> None:
    """Say how to write a detector of MMDetection, which knows no tasks."""
    kind = MODELS.get(model['type']) if isinstance(model.get('type'), str) else model.get('type')
    if kind is None:
        return  # building it says what is wrong
    names = signature(kind).parameters
    if 'tasks' not in names and not any(p.kind is p.VAR_KEYWORD for p in names.values()):
        raise UserError(
            f"model is a {kind.__name__}, which takes no tasks; write type='MultiTaskNet' with the "
            'same backbone, neck and heads, and a roi_head for tasks of objects: docs/detectors.md'
        )


def merge_options(cfg: Config, options: Mapping) -> None:
    """Merge options over a config; a ``data_root`` among them is for all data sets.

    A data set follows if it has no root or that of the config, as in a config that a run has
    written. If some have another one, a sentence on standard error says which.

    Args:
        cfg: Changed in place.
        options: Names with dots to values, as :meth:`Config.merge_from_dict` takes them.
    """
    if 'data_root' in options:
        _forget_common_root(cfg)
    if not {*LOOPS, *(f'train_cfg.{name}' for name in LOOPS)}.isdisjoint(options):
        for name in LOOPS:  # what is said last says how long
            cfg.pop(name, None)
    cfg.merge_from_dict(options)
    if 'data_root' in options:
        _name_other_roots(cfg)


def _forget_common_root(cfg: Config) -> None:
    """What linking once gave to data sets is not their own; linking gives it again."""
    for _, dataset in datasets_of(cfg):
        if dataset.get('data_root') == cfg.get('data_root'):
            dataset.pop('data_root', None)


def _name_other_roots(cfg: Config) -> None:
    others = {
        f'{loader} {root}': None
        for loader, dataset in datasets_of(cfg)
        if (root := dataset.get('data_root', cfg.data_root)) != cfg.data_root
    }
    if others:
        print(
            f'data_root={cfg.data_root} does not reach the data sets that name another: '
            + ', '.join(others),
            file=sys.stderr,
        )


def datasets_of(cfg: Config) -> Iterator[tuple[str, ConfigDict]]:
    """The data sets with annotations, each with the name of its data loader."""
    for loader in LOADERS:
        if outermost := (cfg.get(loader) or {}).get('dataset'):
            yield from ((loader, dataset) for dataset in _leaves(outermost))


def _leaves(config: ConfigDict) -> Iterator[ConfigDict]:
    """The data sets inside whatever wraps or joins them."""
    inner = [config.get('dataset'), *(config.get('datasets') or ())]
    inner = [dataset for dataset in inner if dataset is not None]
    if not inner:
        yield config
    for dataset in inner:
        yield from _leaves(dataset)


def _link_sampler(name: str, loader: Mapping) -> None:
    """Give the batch size of a data loader to its ``ShareSampler``, if it has one."""
    kind = (loader.get('sampler') or {}).get('type', '')
    if getattr(kind, '__name__', kind).split('.')[-1] != 'ShareSampler':
        return
    regrouping = loader.get('batch_sampler')
    if regrouping:
        raise UserError(
            f'{name} has a ShareSampler, and {regrouping.get("type")!r} would put its images into '
            'other batches; set batch_sampler=None'
        )
    batch_size = loader.get('batch_size', 1)  # PyTorch's default
    size = loader['sampler'].setdefault('batch_size', batch_size)
    if size != batch_size:
        raise UserError(
            f'{name} has batch_size={batch_size}, but its ShareSampler has batch_size={size}; '
            'leave the latter out'
        )


def _set_pretrained(model: ConfigDict, pretrained: str | None) -> None:
    backbone = model.backbone
    if pretrained in (None, '', 'none', 'None'):
        backbone.pop('init_cfg', None)
        # Nothing that is still random may be frozen, and some are so by default.
        kind = MODELS.get(backbone.type) if isinstance(backbone.type, str) else backbone.type
        for key, value in dict(frozen_stages=-1, norm_eval=False).items():
            if key in backbone or takes(kind, key):
                backbone[key] = value
    else:
        if pretrained in PACKAGED:
            check_packaged(pretrained, model)
        backbone.init_cfg = dict(type='Pretrained', checkpoint=pretrained)


def _free_balancer_of_weight_decay(optim_wrapper: ConfigDict) -> None:
    """Weight decay would pull learned log-variances towards a variance of one."""
    optimizer = optim_wrapper.optimizer
    if optimizer.get('weight_decay') is None:
        kind = OPTIMIZERS.get(optimizer.type)
        default = signature(kind).parameters.get('weight_decay') if kind else None
        if default is None or not default.default:
            return  # there is none, and mmengine refuses to multiply it
        optimizer.weight_decay = default.default  # mmengine multiplies only what is written
    paramwise = dict(optim_wrapper.get('paramwise_cfg') or {})
    keys = dict(paramwise.get('custom_keys') or {})
    # A balancer may be within another.
    matching = [key for key in keys if key in 'balancer.balancer.log_variances'] or ['balancer.']
    for key in matching:
        keys[key] = dict(keys.get(key, {}), decay_mult=0.0)
    optim_wrapper.paramwise_cfg = dict(paramwise, custom_keys=keys)
