"""Balancing the losses of a network, with and without detection."""

from __future__ import annotations

import pytest
import torch
from mmengine.optim import OptimWrapper
from whole_images import TASKS, make_whole_images, ssd, unet, whole_batch

from projects.smn.errors import UserError

WEIGHTS = dict(map=3.0, head=0.5)
NETWORKS = [(unet, [*TASKS]), (ssd, ['detection', *TASKS])]
each_network = pytest.mark.parametrize(('build', 'names'), NETWORKS, ids=['unet', 'ssd'])


@pytest.fixture
def batch(tmp_path):
    return whole_batch(make_whole_images(tmp_path / 'whole'))


def forward(model, batch) -> dict:
    torch.manual_seed(0)
    return model(**model.data_preprocessor(batch, training=True), mode='loss')


@each_network
def test_without_a_balancer_the_plain_sum_is_minimised(build, names, batch):
    model = build()
    losses = forward(model, batch)
    assert list(losses['balanced']) == names
    assert losses['active'] == set(names)
    total, log = model.parse_losses(losses)
    torch.testing.assert_close(total, sum(v for k, v in log.items() if k.startswith('loss_')))
    assert not [key for key in log if key.startswith('weight/')]


@each_network
def test_weights_are_those_of_the_config_and_the_log_has_the_plain_losses(build, names, batch):
    plain = build().eval()
    expected = forward(plain, batch)
    model = build(balancer=dict(type='FixedWeights', weights=WEIGHTS)).eval()
    losses = forward(model, batch)
    for name in names:
        weighted = expected['balanced'][name] * WEIGHTS.get(name, 1)
        torch.testing.assert_close(losses['balanced'][name], weighted)
        assert losses[f'weight/{name}'] == WEIGHTS.get(name, 1)
    total, log = model.parse_losses(losses)
    assert log['loss'] is total
    torch.testing.assert_close(log['loss_map'], plain.parse_losses(expected)[1]['loss_map'])


@each_network
def test_learned_weights_move_with_a_step(build, names, batch):
    model = build(balancer=dict(type='UncertaintyWeighting'))
    wrapper = OptimWrapper(torch.optim.SGD(model.parameters(), lr=0.01))
    log = model.train_step(batch, wrapper)
    assert len(model.balancer.log_variances) == len(names)
    assert (model.balancer.log_variances != 0).all()
    assert {f'weight/{name}' for name in names} <= set(log)


def test_detection_is_no_task_of_a_network_that_detects_nothing():
    balancer = dict(type='FixedWeights', weights=dict(detection=2.0))
    assert ssd(balancer=balancer).balancer is not None
    with pytest.raises(UserError, match="names 'detection', which is no task"):
        unet(balancer=balancer)
