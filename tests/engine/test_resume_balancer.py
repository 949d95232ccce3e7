"""A run that is killed and resumed has the balancer that it would have had."""

from __future__ import annotations

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from networks import DEMO, tiny_config

from projects.smn.engine import TaskRunner
from projects.smn.errors import UserError

# Takes as long as the others: behind the marker, for `make test-long`.
ALIKE = ('RandomLossWeighting',)
BALANCERS = [
    dict(type='UncertaintyWeighting'),
    dict(type='DynamicWeightAverage', interval=2),
    dict(type='RandomLossWeighting'),
    dict(type='WarmUp', iterations=4, balancer=dict(type='UncertaintyWeighting')),
]


class KilledError(Exception):
    """As if the power had gone."""


class Watch(Hook):
    """Keep the balancer's state before each iteration; stop before one of them."""

    def __init__(self, kill_before: int | None = None) -> None:
        self.kill_before = kill_before
        self.states: dict[int, dict] = {}

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        if runner.iter == self.kill_before:
            raise KilledError
        state = runner.model.balancer.state_dict()
        self.states[runner.iter] = {name: value.clone() for name, value in state.items()}


def make_config(root, work_dir, balancer, resume: bool) -> Config:
    cfg = tiny_config(root)
    cfg.model.balancer = balancer
    cfg.train_dataloader.batch_size = 1  # three iterations in an epoch
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=3, val_interval=9)
    cfg.work_dir = str(work_dir)
    cfg.resume = resume
    cfg.experiment_name = f'{work_dir.name}_{resume}'
    return cfg


def train(root, work_dir, balancer, kill_before=None, resume=False) -> dict[int, dict]:
    runner = TaskRunner.from_cfg(make_config(root, work_dir, balancer, resume))
    watch = Watch(kill_before)
    runner.register_hook(watch)
    if kill_before is None:
        runner.train()
    else:
        with pytest.raises(KilledError):
            runner.train()
    return watch.states


class Order(Hook):
    """Keep which images each iteration saw."""

    def __init__(self) -> None:
        self.seen: dict[int, list[int]] = {}

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.seen[runner.iter] = [sample.img_id for sample in data_batch['data_samples']]


ORDERS = dict(
    shares=dict(
        sampler=dict(type='ShareSampler', shares=dict(mask=0.5, detection=0.5), epoch_length=7),
        batch_sampler=None,
    ),
    regrouped=dict(
        sampler=dict(type='DefaultSampler', shuffle=True),
        batch_sampler=dict(type='AspectRatioBatchSampler'),
    ),
)


def run_in_order(root, work_dir, epochs: int, resume: bool, **loader) -> Order:
    cfg = make_config(root, work_dir, dict(type='RandomLossWeighting'), resume)
    cfg.randomness = dict(seed=None, diff_rank_seed=True)  # the sampler's is one of its own
    cfg.train_dataloader.update(loader)
    cfg.train_cfg.max_epochs = epochs
    runner = TaskRunner.from_cfg(cfg)
    order = Order()
    runner.register_hook(order)
    runner.train()
    order.sampler = runner.train_dataloader.batch_sampler.sampler
    return order


@pytest.mark.parametrize('loader', ORDERS.values(), ids=ORDERS)
def test_a_resumed_run_goes_on_with_the_order_of_the_images(tiny_coco, tmp_path, loader):
    first = run_in_order(tiny_coco, tmp_path / 'work', epochs=1, resume=False, **loader)
    second = run_in_order(tiny_coco, tmp_path / 'work', epochs=2, resume=True, **loader)
    assert min(second.seen) == len(first.seen) == len(second.seen)
    assert second.sampler.seed == first.sampler.seed
    sampler = first.sampler
    sampler.set_epoch(1)
    assert [image for (image,) in second.seen.values()] == [
        sampler.dataset.get_data_info(index)['img_id'] for index in sampler
    ]


def test_a_resumed_run_that_counts_steps_goes_on_with_the_order_of_the_images(tiny_coco, tmp_path):
    def seen(folder, steps, resume, seed=None):
        cfg = make_config(tiny_coco, tmp_path / folder, dict(type='FixedWeights'), resume)
        cfg.train_cfg.max_epochs, cfg.max_iters = 1, steps
        cfg.randomness = dict(seed=seed, diff_rank_seed=seed is None)
        if seed is not None:
            cfg.train_dataloader.sampler.seed = seed
        runner = TaskRunner.from_cfg(cfg)
        order = Order()
        runner.register_hook(order)
        runner.train()
        sampler = runner.train_dataloader.batch_sampler.sampler
        assert type(sampler).__name__ == 'InfiniteSampler'
        return order.seen, sampler.seed

    first, seed = seen('work', 4, False)
    second, same = seen('work', 7, True)
    assert same == seed
    whole, _ = seen('whole', 7, False, seed)
    assert {**first, **second} == whole


def test_a_run_from_the_weights_of_another_begins_its_own_balance(tiny_coco, tmp_path):
    balancer = dict(type='WarmUp', iterations=4)
    train(tiny_coco, tmp_path / 'first', balancer)
    cfg = make_config(tiny_coco, tmp_path / 'second', balancer, resume=False)
    cfg.load_from = str(tmp_path / 'first' / 'epoch_3.pth')
    runner = TaskRunner.from_cfg(cfg)
    watch = Watch()
    runner.register_hook(watch)
    runner.train()
    assert watch.states[0]['iteration'] == 0


def test_a_run_is_not_resumed_with_its_heads_in_another_order(tiny_coco, tmp_path):
    work = tmp_path / 'work'
    balancer = dict(type='RandomLossWeighting')
    train(tiny_coco, work, balancer, kill_before=5)
    written = Config.fromfile(work / DEMO.name)  # sorted by name
    written.resume = True
    with pytest.raises(UserError, match='tasks or heads in another order') as error:
        TaskRunner.from_cfg(written).train()
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    'balancer',
    [
        pytest.param(balancer, marks=[pytest.mark.long] if balancer['type'] in ALIKE else [])
        for balancer in BALANCERS
    ],
    ids=lambda balancer: balancer['type'],
)
def test_a_killed_and_resumed_run_goes_on_with_the_same_state(balancer, tiny_coco, tmp_path):
    # Killed in the second epoch; its first iteration is the first after the checkpoint.
    before = train(tiny_coco, tmp_path / 'work', balancer, kill_before=5)
    after = train(tiny_coco, tmp_path / 'work', balancer, resume=True)
    assert min(after) == 3
    assert max(after) == 8
    for name, value in before[3].items():
        torch.testing.assert_close(after[3][name], value, rtol=0, atol=0, equal_nan=True, msg=name)
    assert any(not torch.equal(after[8][name], after[3][name]) for name in after[3])
