"""Print the table of metrics, and keep it."""

from __future__ import annotations

import math
import os.path as osp

from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from projects.smn.evaluation import metrics_table
from projects.smn.files import write_json


@HOOKS.register_module()
class ResultTableHook(Hook):
    """After validation and test, log one table: tasks down, metrics across.

    After a test, also write ``metrics.json`` into the work dir: flat, ``null`` where a metric
    could not be measured because nothing is labelled.
    """

    priority = 'LOW'

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        print_log(f'\n{metrics_table(metrics or {})}', runner.logger)

    def after_test_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        print_log(f'\n{metrics_table(metrics or {})}', runner.logger)
        path = osp.join(runner.work_dir, 'metrics.json')
        if runner.rank == 0:
            write_json(path, {k: _number(v) for k, v in (metrics or {}).items()}, indent=2)
            print_log(f'Metrics are in {path}', runner.logger)


def _number(value: float) -> float | None:
    value = float(value)
    return None if math.isnan(value) else round(value, 5)
