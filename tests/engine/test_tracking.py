"""What a training writes for its curves."""

from __future__ import annotations

from helpers import TASKS
from networks import tiny_config
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from projects.smn.engine import TaskRunner


def test_weights_of_all_tasks_reach_tensorboard(tiny_coco, tmp_path):
    cfg = tiny_config(tiny_coco)
    cfg.model.balancer = dict(type='UncertaintyWeighting')
    cfg.train_dataloader.batch_size = 1
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1, val_interval=2)
    cfg.default_hooks.logger.interval = 1
    cfg.visualizer.name = 'with_tensorboard'  # mmengine keeps visualizers by name
    cfg.visualizer.vis_backends = [dict(type='TensorboardVisBackend')]
    cfg.work_dir = str(tmp_path)
    cfg.experiment_name = 'tracking'
    TaskRunner.from_cfg(cfg).train()
    (events,) = tmp_path.rglob('events.out.tfevents.*')
    log = EventAccumulator(str(events))
    log.Reload()
    for name in ('detection', *TASKS):
        values = [event.value for event in log.Scalars(f'weight/{name}')]
        assert len(values) == 3
        assert values[0] == 0.5  # before the first step
