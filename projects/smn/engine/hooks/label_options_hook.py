"""Find what the config leaves to the labels."""

from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from projects.smn.datasets import CocoTaskDataset, find_sources

from ..label_options import current_options, learn_options


class LabelOptionsHook(Hook):
    """Before a training, set the options of tasks that follow from its labels.

    They are logged, written into the config of the run, and kept in every checkpoint.
    """

    def before_train(self, runner: Runner) -> None:
        sources = find_sources(runner.train_dataloader.dataset)
        sources = [source for source in sources if isinstance(source, CocoTaskDataset)]
        found = learn_options(runner.model, sources)
        for name, options in found.items():
            runner.cfg.tasks[name].update(options)
            said = ' and '.join(f'{option} {value:.4g}' for option, value in options.items())
            print_log(f'{name}: {said}, of its labels', runner.logger)
        if found:
            runner.dump_config()

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        checkpoint['meta']['label_options'] = current_options(runner.model)
