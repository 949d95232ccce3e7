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
        for name, options in learn_options(runner.model, sources).items():
            said = ' and '.join(f'{option} {value:.4g}' for option, value in options.items())
            labelled = any(source.label_counts().tasks[name] for source in sources)
            why = 'of its labels' if labelled else 'as no label of it is known'
            print_log(f'{name}: {said}, {why}', runner.logger)
        # Of a run that is resumed, they come from the checkpoint.
        for name, options in current_options(runner.model).items():
            runner.cfg.tasks[name].update(options)
        runner.dump_config()

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        checkpoint['meta']['label_options'] = current_options(runner.model)
