"""Top-level names of a config that several of its parts follow."""

from __future__ import annotations

from collections.abc import Mapping

from mmengine.config import Config, ConfigDict
from mmengine.hooks import Hook

from projects.smn.errors import UserError, listing

from .schedule_lengths import with_length

LOOPS = dict(max_epochs='EpochBasedTrainLoop', max_iters='IterBasedTrainLoop')
# Epochs end; steps go on, and the loop pauses for two seconds where a sampler ends.
SAMPLERS = dict(max_epochs='DefaultSampler', max_iters='InfiniteSampler')
# Times, in a training by steps.
LEAST_LOGGED = 10


def follow_length(cfg: Config) -> None:
    """Give ``max_epochs`` or ``max_iters`` to the training loop and to all that its length shapes.

    Validation at the end stays at the end. Schedules move as :mod:`~.schedule_lengths` says; one
    without an ``end`` is given its end when the data are known: :mod:`~.schedules`. A loop that
    counts in the other unit is made to count in this one; validations and checkpoints are as many
    as before.

    Raises:
        UserError: If it is no whole number above 0, or both are set and the loop has neither.
    """
    loop = cfg.get('train_cfg')
    if not loop:
        return
    if loop.get('max_epochs') is not None and loop.get('max_iters') is not None:
        raise UserError(
            f'train_cfg has max_epochs = {loop.max_epochs} and max_iters = {loop.max_iters}; say '
            'one of them at the top level: the loop follows'
        )
    name = _asked(cfg, loop)
    before = next((key for key in LOOPS if key in loop), None)
    if name is None or before is None:
        _follow_unit(cfg, before)
        return
    for key, number in ((name, cfg[name]), (f'train_cfg.{before}', loop[before])):
        if type(number) is not int or number < 1:
            raise UserError(f'{key} must be a whole number above 0, not {number!r}')
    old, factor = loop[before], cfg[name] / loop[before]
    interval = loop.get('val_interval') or 1
    if before != name or interval >= old:
        interval = max(1, round(min(interval, old) * factor))
    loop.val_interval = min(interval, cfg[name])
    if 'val_begin' in loop:
        loop.val_begin = min(loop.val_begin, cfg[name])
    cfg.param_scheduler = with_length(cfg.get('param_scheduler'), (before, old), (name, cfg[name]))
    loop[name] = cfg[name]
    if before != name:
        _count_in(name, cfg, factor)
    _follow_unit(cfg, name)
    if name == 'max_iters' and (logger := (cfg.get('default_hooks') or {}).get('logger')):
        logger.interval = min(logger.get('interval', 10), max(1, cfg[name] // LEAST_LOGGED))


def _asked(cfg: Config, loop: ConfigDict) -> str | None:
    """Which of the two names says how long; one that the loop has already gives way."""
    names = [name for name in LOOPS if cfg.get(name) is not None]
    if len(names) == 2:
        names = [name for name in names if cfg[name] != loop.get(name)]
        if len(names) == 2:
            raise UserError(
                f'max_epochs = {cfg.max_epochs} and max_iters = {cfg.max_iters} both say how long '
                'to train; set one of them to None'
            )
        for name in set(LOOPS) - set(names):
            cfg.pop(name)
    return names[0] if names else None


def _counts_epochs(name: str) -> bool:
    return name == 'max_epochs'


def _count_in(name: str, cfg: Config, factor: float) -> None:
    """Let loop, log and checkpoints count in epochs, or in steps."""
    for key in ({*LOOPS} - {name}) | {'by_epoch', 'dynamic_intervals', 'val_begin'}:
        cfg.train_cfg.pop(key, None)
    cfg.train_cfg.type = LOOPS[name]
    if cfg.get('log_processor'):
        cfg.log_processor.by_epoch = _counts_epochs(name)
    if checkpoint := (cfg.get('default_hooks') or {}).get('checkpoint'):
        checkpoint.by_epoch = _counts_epochs(name)
        if checkpoint.get('interval', 1) > 0:  # -1 means none
            checkpoint.interval = max(1, round(checkpoint.get('interval', 1) * factor))


def _follow_unit(cfg: Config, name: str | None) -> None:
    """Let images come, and validations be logged, in epochs or in steps."""
    sampler = (cfg.get('train_dataloader') or {}).get('sampler') or {}
    if name in SAMPLERS and sampler.get('type') in SAMPLERS.values():
        sampler.type = SAMPLERS[name]
        if not _counts_epochs(name):
            sampler.pop('round_up', None)
    logger = (cfg.get('default_hooks') or {}).get('logger')
    if name == 'max_iters' and logger:
        # A training without epochs would have all its validations at step 0.
        logger.log_metric_by_epoch = False


def follow_monitor(cfg: Config) -> None:
    """Give ``monitor``, the name of a metric, to what keeps the best and to what stops early.

    Where nothing is validated, nothing is the best, and nothing stops early.

    Raises:
        UserError: If it is of no task, which mmengine would find out at the first validation.
    """
    if not cfg.get('val_dataloader'):
        _forget_monitor(cfg)
        return
    if 'monitor' not in cfg:
        return
    tasks = ['bbox', *(name for name, task in (cfg.get('tasks') or {}).items() if task)]
    evaluator = cfg.get('val_evaluator')
    ours = isinstance(evaluator, Mapping) and evaluator.get('type') == 'MultiTaskMetric'
    if ours and str(cfg.monitor).partition('/')[0].partition(':')[0] not in tasks:
        raise UserError(f'monitor = {cfg.monitor!r} is of no task; there are {listing(tasks)}')
    if checkpoint := (cfg.get('default_hooks') or {}).get('checkpoint'):
        checkpoint.save_best = cfg.monitor
    for hook in cfg.get('custom_hooks') or ():
        if _stops_early(hook):
            hook.monitor = cfg.monitor


def _forget_monitor(cfg: Config) -> None:
    if checkpoint := (cfg.get('default_hooks') or {}).get('checkpoint'):
        checkpoint.pop('save_best', None)
    if hooks := cfg.get('custom_hooks'):
        cfg.custom_hooks = [hook for hook in hooks if not _stops_early(hook)]


def _stops_early(hook: Mapping | Hook) -> bool:
    return isinstance(hook, Mapping) and hook.get('type') == 'EarlyStoppingHook'
