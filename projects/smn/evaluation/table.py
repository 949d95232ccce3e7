"""The one table that a run prints."""

from __future__ import annotations

import math
from collections.abc import Mapping

from terminaltables import GithubFlavoredMarkdownTable

# Written in metrics.json, but too many for a table.
HIDDEN = ('mAP_s', 'mAP_m', 'mAP_l', 'mAP_75', 'OKS_AP_50', 'OKS_AP_75')
COUNTS = ('labels',)


def metrics_table(metrics: Mapping[str, float]) -> str:
    """Tasks down, metrics across, as Markdown.

    Args:
        metrics: ``'<task>/<metric>'`` or ``'<task>:<class>/<metric>'`` to number; other keys are
            left out. A dash stands for what could not be measured because nothing is labelled.
    """
    cells: dict[str, dict[str, float]] = {}
    for key, value in metrics.items():
        task, _, metric = key.partition('/')
        if metric and metric not in HIDDEN:
            cells.setdefault(task, {})[metric] = value
    names = [metric for row in cells.values() for metric in row if metric != 'matched']
    names = [*dict.fromkeys(names)]
    if any('matched' in row for row in cells.values()):
        names.append('matched')
    rows = [['task', *names]]
    for task, row in cells.items():
        task = task.replace('|', '\\|')  # ends a cell in Markdown
        rows.append([task, *(_format(name, row[name]) if name in row else '' for name in names)])
    return GithubFlavoredMarkdownTable(rows).table


def _format(name: str, value: float) -> str:
    if math.isnan(value):
        return '-'
    if name in COUNTS:
        return f'{value:.0f}'
    return f'{value:.3f}' if abs(value) < 10 else f'{value:.1f}'
