"""Keep in every checkpoint how its network takes pixels."""

from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from ..checkpoints.pixels import pixels_of


class PixelsHook(Hook):
    """Writes ``meta['pixels']``, which who loads the checkpoint compares.

    The config that mmengine puts there would say it too, but is a program, and taken out unread.
    """

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        checkpoint['meta']['pixels'] = pixels_of(model)
