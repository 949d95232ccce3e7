"""mmengine's runner, with the tasks linked in."""

from __future__ import annotations

from collections.abc import Callable

import torch
from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from mmengine.runner.checkpoint import _load_checkpoint_to_model

from .checkpoint import check_architecture, load_checkpoint_file
from .linking import link_tasks


@RUNNERS.register_module()
class TaskRunner(Runner):
    """A ``Runner`` that links ``classes`` and ``tasks`` before anything is built.

    Named by ``runner_type='TaskRunner'`` in a config, it is also used by mmdet's own tools.
    """

    _exact_checkpoint = False

    @classmethod
    def from_cfg(cls, cfg: Config) -> TaskRunner:
        return super().from_cfg(link_tasks(cfg))

    def setup_env(self, env_cfg: dict) -> None:
        """Use gloo where a config asks for nccl but there is no GPU."""
        backend = env_cfg.get('dist_cfg', {}).get('backend')
        if backend == 'nccl' and not torch.cuda.is_available():
            env_cfg = dict(env_cfg, dist_cfg=dict(env_cfg['dist_cfg'], backend='gloo'))
        super().setup_env(env_cfg)

    def test(self) -> dict:
        """Test; the checkpoint must be of exactly this network."""
        self._exact_checkpoint = True
        return super().test()

    def load_checkpoint(
        self,
        filename: str,
        map_location: str | Callable = 'cpu',
        strict: bool = False,
        revise_keys: list = [(r'^module.', '')],
    ) -> dict:
        """Load weights; never run what a checkpoint file may contain besides.

        Raises:
            UserError: If the file is missing or unsafe, or, in a test, of another network.
        """
        checkpoint = load_checkpoint_file(filename, map_location)
        self.call_hook('after_load_checkpoint', checkpoint=checkpoint)
        model = self.model.module if is_model_wrapper(self.model) else self.model
        if self._exact_checkpoint:
            check_architecture(model, checkpoint, filename)
        checkpoint = _load_checkpoint_to_model(model, checkpoint, strict, revise_keys=revise_keys)
        self._has_loaded = True
        self.logger.info(f'Load checkpoint from {filename}')
        return checkpoint
