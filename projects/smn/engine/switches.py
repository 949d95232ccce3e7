"""Top-level names of a config that several of its parts follow."""

from __future__ import annotations

from mmengine.config import Config


def follow_max_iters(cfg: Config) -> None:
    """Give ``max_iters`` to the training loop and to every schedule without an ``end``."""
    loop = cfg.get('train_cfg')
    if 'max_iters' not in cfg or not loop or loop.get('type') != 'IterBasedTrainLoop':
        return
    loop.max_iters = cfg.max_iters
    for schedule in cfg.get('param_scheduler') or ():
        if not schedule.get('by_epoch', True):
            schedule.setdefault('end', cfg.max_iters)


def follow_monitor(cfg: Config) -> None:
    """Give ``monitor``, the name of a metric, to what keeps the best and to what stops early."""
    if 'monitor' not in cfg:
        return
    if checkpoint := (cfg.get('default_hooks') or {}).get('checkpoint'):
        checkpoint.save_best = cfg.monitor
    for hook in cfg.get('custom_hooks') or ():
        if hook.get('type') == 'EarlyStoppingHook':
            hook.monitor = cfg.monitor
