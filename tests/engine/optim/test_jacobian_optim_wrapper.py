"""Gradients of tasks, combined by torchjd."""

from __future__ import annotations

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from networks import losses_of, tiny_batch, tiny_config, tiny_model

from projects.smn.engine.optim import jacobian_optim_wrapper
from projects.smn.errors import UserError


def make_wrapper(parameters, aggregator, **options):
    optimizer = torch.optim.SGD(parameters, lr=1.0)
    return jacobian_optim_wrapper.JacobianOptimWrapper(
        optimizer=optimizer, aggregator=aggregator, **options
    )


def test_the_sum_of_gradients_is_a_step_on_the_sum_of_losses():
    parameter = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    wrapper = make_wrapper([parameter], dict(type='Sum'))
    wrapper.update_params(dict(a=(parameter**2).sum(), b=parameter.prod()))
    torch.testing.assert_close(parameter.data, torch.tensor([1 - 2 - 2.0, 2 - 4 - 1.0]))


def test_conflicting_gradients_are_projected():
    parameter = torch.nn.Parameter(torch.zeros(2))
    wrapper = make_wrapper([parameter], dict(type='UPGrad'))
    directions = torch.tensor([[1.0, 0.0], [-1.0, 1.0]])
    wrapper.update_params(dict(a=parameter @ directions[0], b=parameter @ directions[1]))
    # No task may be harmed: a step along the negative gradient lowers, or keeps, both losses.
    assert (directions @ parameter.data <= 1e-4).all()
    assert parameter.data.norm() > 0.1


def test_accumulated_batches_share_one_step():
    parameter = torch.nn.Parameter(torch.tensor([4.0]))
    wrapper = make_wrapper([parameter], dict(type='Sum'), accumulative_counts=2)
    wrapper.initialize_count_status(torch.nn.Module(), 0, 2)
    for factor in (1.0, 3.0):
        wrapper.update_params(dict(a=factor * parameter.sum()))
    torch.testing.assert_close(parameter.data, torch.tensor([2.0]))


@pytest.mark.parametrize('aggregator', ['Sum', 'UPGrad', 'PCGrad', 'MGDA'])
def test_a_network_trains_with_tasks_that_have_no_labels_in_the_batch(aggregator, tiny_coco):
    model = tiny_model(tiny_coco)
    config = dict(
        tiny_config(tiny_coco).optim_wrapper,
        type='JacobianOptimWrapper',
        aggregator=dict(type=aggregator),
    )
    wrapper = build_optim_wrapper(model, config)
    batch = tiny_batch(tiny_coco, indices=(2,))  # boxes only
    before = sum(losses_of(model, batch).values())
    for _ in range(5):
        log = model.train_step(batch, wrapper)
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    assert sum(losses_of(model, batch).values()) < before
    assert log['loss'].isfinite()


def test_an_unknown_aggregator_is_named_with_those_that_exist():
    with pytest.raises(UserError, match=r"'GradSurgery'.*'PCGrad'"):
        make_wrapper([torch.nn.Parameter(torch.zeros(1))], dict(type='GradSurgery'))


def test_a_wrong_option_is_one_sentence():
    with pytest.raises(UserError, match=r'UPGrad.*strength'):
        make_wrapper([torch.nn.Parameter(torch.zeros(1))], dict(type='UPGrad', strength=1))


def test_a_distributed_run_is_refused_at_build_time(monkeypatch):
    monkeypatch.setattr(jacobian_optim_wrapper, 'is_distributed', lambda: True)
    with pytest.raises(UserError, match=r'UPGrad.*distributed'):
        make_wrapper([torch.nn.Parameter(torch.zeros(1))], dict(type='UPGrad'))
