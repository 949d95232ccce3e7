"""mmengine's runner, with the tasks linked in."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import is_distributed
from mmengine.logging import MMLogger
from mmengine.model import is_model_wrapper
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from mmengine.runner.checkpoint import _load_checkpoint_to_model
from torch import nn
from torch.utils.data import Sampler

from projects.smn.errors import UserError
from projects.smn.ops import describe_operators
from projects.smn.quiet import is_for_the_screen, is_worth_hearing

from .checkpoints import (
    check_architecture,
    check_meaning,
    check_order,
    check_resumable,
    describe_fit,
    load_checkpoint_file,
    map_rows,
    with_best_files,
    without_balancer,
)
from .checkpoints.meaning import OTHER_ORDER
from .hooks.label_options_hook import LabelOptionsHook
from .hooks.opening_hook import OpeningHook
from .hooks.pixels_hook import PixelsHook
from .hooks.short_ema_hook import ShortEMAHook
from .label_options import current_options, restore_options
from .linking import link_tasks
from .schedules import check_schedules, with_short_warm_up
from .switches import LOOPS

# What Adam and its kin, and SGD, keep of each parameter, in its shape.
AVERAGES = ('exp_avg', 'momentum_buffer')
SILENT = logging.Logger('silent', logging.CRITICAL)
# What mmengine and optimizers raise for a state that is not as they wrote it.
MISFITS = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)


@RUNNERS.register_module()
class TaskRunner(Runner):
    """A ``Runner`` that links ``classes`` and ``tasks`` before anything is built.

    Named by ``runner_type='TaskRunner'`` in a config, it is also used by mmdet's own tools.
    """

    _exact_checkpoint = False
    resumes = False  # whether it goes on with an earlier run
    _resumed_order: int | None = None

    @classmethod
    def from_cfg(cls, cfg: Config) -> TaskRunner:
        return super().from_cfg(link_tasks(cfg))

    def setup_env(self, env_cfg: dict) -> None:
        """Without a GPU, let processes talk by gloo, also where a config asks for nccl."""
        missing = not torch.cuda.is_available() and not is_distributed()
        if self.distributed and self.launcher == 'pytorch' and missing:
            # mmengine asks for a GPU before it makes the group of processes, whatever the backend.
            timeout = (env_cfg.get('dist_cfg') or {}).get('timeout')
            torch.distributed.init_process_group(
                'gloo', timeout=None if timeout is None else timedelta(seconds=timeout)
            )
        super().setup_env(env_cfg)

    def build_logger(self, *args, **kwargs) -> MMLogger:
        """As mmengine's, without what tells a user nothing, and with a short terminal.

        With ``verbose = True`` in the config, the terminal has all that the file has.
        """
        logger = super().build_logger(*args, **kwargs)
        logger.addFilter(is_worth_hearing)
        if not self.cfg.get('verbose', False):
            for handler in logger.handlers:
                if not isinstance(handler, logging.FileHandler):
                    handler.addFilter(is_for_the_screen)
        return logger

    def register_hooks(self, *args, **kwargs) -> None:
        """As mmengine's, and those that every training has."""
        super().register_hooks(*args, **kwargs)
        self.register_hook(ShortEMAHook())
        self.register_hook(LabelOptionsHook())
        self.register_hook(PixelsHook())
        self.register_hook(OpeningHook(), priority='LOW')  # behind the table of labels

    def _log_env(self, env_cfg: dict) -> None:
        """With a line that says whose operators run."""
        super()._log_env({**env_cfg, 'mmcv operators': describe_operators()})

    def build_param_scheduler(self, scheduler: Any) -> Any:
        """As mmengine's; where ``max_epochs`` or ``max_iters`` says how long, warm-ups follow."""
        if not self.max_iters:  # nothing is trained, and mmengine refuses a schedule of no steps
            return []
        if any(self.cfg.get(name) is not None for name in LOOPS):
            scheduler = with_short_warm_up(scheduler, self.max_iters)
        return super().build_param_scheduler(scheduler)

    def wrap_model(self, model_wrapper_cfg: dict | None, model: nn.Module) -> nn.Module:
        """For several processes: freeze what is frozen, and say where there is no GPU.

        ``DistributedDataParallel`` waits for the gradient of all that needs one when it is built,
        and many backbones freeze their stages in ``train``. mmengine would name a GPU to it.
        """
        if self.distributed:
            model.train()
        if self.distributed and not torch.cuda.is_available():
            unused = self.cfg.get('find_unused_parameters', False)
            defaults = dict(broadcast_buffers=False, find_unused_parameters=unused)
            model_wrapper_cfg = {**defaults, **(model_wrapper_cfg or {}), 'device_ids': None}
        return super().wrap_model(model_wrapper_cfg, model)

    def test(self) -> dict:
        """Test; the checkpoint must be of exactly this network."""
        self._exact_checkpoint = True
        return super().test()

    @property
    def _sampler(self) -> Sampler | None:
        """What orders the images, also where a batch sampler regroups them."""
        return getattr(self.train_dataloader.batch_sampler, 'sampler', None)

    def save_checkpoint(self, *args, meta: dict | None = None, **kwargs) -> None:
        """As mmengine's, with the seed of the sampler: it is not always that of the run."""
        order = getattr(self._sampler, 'seed', None)
        super().save_checkpoint(*args, meta={**(meta or {}), 'sampler_seed': order}, **kwargs)

    def resume(self, filename: str, *args, **kwargs) -> None:
        """Go on with the state of the balancer and with the order of the images.

        Raises:
            UserError: If there is no such file, or it is of another run.
        """
        self.resumes = True
        try:
            super().resume(filename, *args, **kwargs)
            self._check_order(filename)
        except UserError:
            raise
        except MISFITS as error:
            raise UserError(
                f'{filename} cannot be resumed, as its state does not fit this run: '
                f'{type(error).__name__}: {error}'
            ) from error
        given = 'seed' in self.cfg.train_dataloader.get('sampler', {})
        if self._resumed_order is not None and hasattr(self._sampler, 'seed') and not given:
            self._sampler.seed = self._resumed_order

    def _check_order(self, filename: str) -> None:
        """An optimizer knows parameters by their order alone, and would mix up its averages."""
        optimizer = getattr(self.optim_wrapper, 'optimizer', None)  # there may be several
        for parameter, state in optimizer.state.items() if optimizer else ():
            averages = (state[key] for key in AVERAGES if state.get(key) is not None)
            if any(average.shape != parameter.shape for average in averages):
                raise UserError(OTHER_ORDER.format(filename))

    def _tell_metrics(self, model: nn.Module) -> None:
        """What tasks have from a checkpoint is for the metrics of a test too."""
        for metric in getattr(getattr(self._test_loop, 'evaluator', None), 'metrics', ()):
            tasks = (metric.dataset_meta or {}).get('tasks', {})
            for name, options in current_options(model).items():
                if name in tasks:
                    tasks[name].update(options)

    def load_checkpoint(
        self,
        filename: str,
        map_location: str | Callable = 'cpu',
        strict: bool = False,
        revise_keys: list = [(r'^module.', '')],
    ) -> dict:
        """Load weights; never run what a checkpoint file may contain besides.

        Raises:
            UserError: If the file is missing or unsafe, or, in a test or a run that is resumed, of
                another network or of one that means something else; if a run is resumed from
                weights alone.
        """
        checkpoint = load_checkpoint_file(filename, map_location)
        model = self.model.module if is_model_wrapper(self.model) else self.model
        exact = self._exact_checkpoint or self.resumes
        if self.resumes:
            check_resumable(checkpoint, filename)
            check_schedules(self.param_schedulers, checkpoint, filename)
            checkpoint = with_best_files(checkpoint, Path(self.work_dir))
            seed = checkpoint['meta'].get('sampler_seed')
            self._resumed_order = seed if isinstance(seed, int) else None
        else:
            # Weights of losses belong to a run: another one begins its own.
            checkpoint['state_dict'] = without_balancer(checkpoint['state_dict'])
        if exact:
            check_meaning(model, checkpoint, filename)
        if self.resumes:
            check_order(model, checkpoint, filename)
        # Before hooks, of which one has a mean of the weights.
        elif mapped := map_rows(model, checkpoint, None if exact else self.cfg.get('model')):
            self.logger.info(f'load_from: {mapped}')
        with redirect_stdout(io.StringIO()):  # EMAHook prints every key that does not fit
            self.call_hook('after_load_checkpoint', checkpoint=checkpoint)
        if exact:
            check_architecture(model, checkpoint, filename)
            restore_options(model, checkpoint, filename)
            self._tell_metrics(model)
        else:
            fit = describe_fit(model, checkpoint['state_dict'])
            self.logger.info(f'Of {filename}: {fit}')
        # mmengine would name every key that does not fit.
        _load_checkpoint_to_model(model, checkpoint, strict, SILENT, revise_keys)
        self._has_loaded = True
        self.logger.info(f'Load checkpoint from {filename}')
        return checkpoint
