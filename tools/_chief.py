"""Which of many metrics stand for a run, where there is no room for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable

# The first of these that a task has stands for it.
CHIEF_METRICS = ('mIoU', 'IoU', 'mAP', 'OKS_AP', 'accuracy', 'relative_MAE')


def chief_metrics(runs: Iterable[Collection[str]]) -> list[str]:
    """One metric for each task of any run, in the order of their first appearance.

    Args:
        runs: Of each run the names of its metrics, ``task/metric``.
    """
    # A class of a semantic map has a row of its own in the table of a run, and is no task here.
    found = dict.fromkeys(key for metrics in runs for key in metrics if '/' in key)
    names = (key.partition('/')[0] for key in found)
    tasks = dict.fromkeys(name for name in names if ':' not in name)
    chief = (
        next((f'{task}/{m}' for m in CHIEF_METRICS if f'{task}/{m}' in found), None)
        for task in tasks
    )
    return [column for column in chief if column]
