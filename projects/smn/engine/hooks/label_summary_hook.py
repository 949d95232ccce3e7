"""Say what the training set is labelled for."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from terminaltables import GithubFlavoredMarkdownTable
from torch.utils.data import DataLoader

from projects.smn.datasets import (
    CocoTaskDataset,
    LabelCounts,
    describe_remarks,
    find_sources,
    refuse_remarks,
)
from projects.smn.errors import UserError, listing

from ..limits import max_objects_of


@HOOKS.register_module()
class LabelSummaryHook(Hook):
    """Before a training, log a table: a row for each annotation file, how much it labels.

    Below it, and before a test, stands what was left out of a file, mended in it or taken for
    granted. Data sets that are no ``CocoTaskDataset`` are left out. A task without any label is
    warned about, since its part of the network will not learn; and so is an image with more
    objects than the network can give.

    Raises:
        UserError: If tasks are declared, and there is no label of any of them; or if the config
            is ``strict``, and there is something to be said that nobody has asked for.
    """

    def before_train(self, runner: Runner) -> None:
        self._log_labels(runner)
        loaders = [runner.train_dataloader]
        loaders += [runner.val_dataloader] if runner.val_loop is not None else []
        _log_remarks(runner, loaders)

    def before_test(self, runner: Runner) -> None:
        _log_remarks(runner, [runner.test_dataloader])

    def _log_labels(self, runner: Runner) -> None:
        sources = _sources(runner.train_dataloader)
        if not sources:
            return
        files = [source.ann_file for source in sources]
        counts = [source.label_counts() for source in sources]
        print_log(f'Labels to train on\n{labels_table(files, counts)}', runner.logger)
        most, limit = max(count.most for count in counts), max_objects_of(runner.cfg)
        if limit is not None and most > limit:
            print_log(
                f'An image has {most} objects, and the network gives {limit} at most: raise '
                'max_per_img in model.test_cfg, or test with --max-objects',
                runner.logger,
                logging.WARNING,
            )
        model = getattr(runner.model, 'module', runner.model)  # inside a distributed wrapper
        rpn = getattr(model, 'rpn_head', None)
        if rpn is not None and all(count.incomplete == count.images for count in counts):
            print_log(
                'No image is complete for all classes, so that the RPN learns no background: a '
                'dense head does, see docs/sparse-labels.md',
                runner.logger,
                logging.WARNING,
            )
        unlabelled = [name for name in counts[0].tasks if not any(c.tasks[name] for c in counts)]
        if unlabelled and len(unlabelled) == len(counts[0].tasks):
            raise UserError(
                f'there is no label of any task ({listing(unlabelled)}) in {listing(files)}'
            )
        if unlabelled:
            print_log(
                f'Nothing is labelled for {listing(unlabelled)}: it will not be learned',
                runner.logger,
                logging.WARNING,
            )


def _sources(loader: DataLoader) -> list[CocoTaskDataset]:
    return [s for s in find_sources(loader.dataset) if isinstance(s, CocoTaskDataset)]


def _log_remarks(runner: Runner, loaders: Iterable[DataLoader]) -> None:
    files = [(source.ann_file, source.remarks) for loader in loaders for source in _sources(loader)]
    if runner.cfg.get('strict', False):
        refuse_remarks(files)
    if text := describe_remarks(files):
        print_log(f'Left out, mended or taken for granted\n{text}', runner.logger)


def labels_table(files: Sequence[str], counts: Sequence[LabelCounts]) -> str:
    """Annotation files down, what they label across, as Markdown.

    Args:
        files: Their paths.
        counts: Of each of them, with the same tasks.
    """
    rows = [['annotation file', 'images', 'incomplete', 'boxes', *counts[0].tasks]]
    for file, count in zip(files, counts, strict=True):
        rows.append([file, count.images, count.incomplete, count.boxes, *count.tasks.values()])
    return GithubFlavoredMarkdownTable(rows).table
