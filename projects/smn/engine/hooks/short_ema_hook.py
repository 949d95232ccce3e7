"""A mean of weights that a short training can fill."""

from __future__ import annotations

from mmengine.hooks import EMAHook, Hook
from mmengine.logging import print_log
from mmengine.runner import BaseLoop, Runner

# How many times the mean's span of 1 / momentum steps a training has: the weights that it began
# with have a share of exp(-3.5), 3 %, in the last mean.
SPANS = 3.5
MOST = 0.97  # mmengine takes no 1


class ShortEMAHook(Hook):
    """Let the mean of ``EMAHook`` span less where a training is short.

    Of 120 steps with a momentum of 0.005, half the mean would be the weights before the first.
    mmengine's other means begin with a large momentum themselves, and are left alone.
    """

    priority = 'HIGH'  # before EMAHook builds its mean

    def before_run(self, runner: Runner) -> None:
        loop = runner._train_loop  # `train_loop` would build one for a test
        if not isinstance(loop, BaseLoop) or not loop.max_iters:
            return
        for hook in (hook for hook in runner.hooks if isinstance(hook, EMAHook)):
            options = hook.ema_cfg
            least = min(MOST, SPANS * options.get('interval', 1) / loop.max_iters)
            momentum = options.get('momentum', 0.0002)  # mmengine's
            if options['type'] == 'ExponentialMovingAverage' and momentum < least:
                options['momentum'] = least
                print_log(
                    f'The mean of the weights spans {1 / options["momentum"]:.0f} steps and not '
                    f'{1 / momentum:.0f}, as the training is short',
                    runner.logger,
                )
