"""One backbone with heads that answer about the whole image: labels, losses and gradients."""

from __future__ import annotations

import pytest
import torch
from helpers import read_coco, write_coco
from whole_images import (
    TASKS,
    make_whole_images,
    remove_label,
    ssd,
    unet,
    whole_batch,
    whole_losses,
)

# Where the parameters are that belong to a task alone.
OWN = dict(
    map='decode_heads.map.',
    species='predictors.species.',
    weight='predictors.weight.',
    head='heads.boxes.',
)
each_network = pytest.mark.parametrize('build', [unet, ssd])
each_task = pytest.mark.parametrize('task', TASKS)


@pytest.fixture
def root(tmp_path):
    return make_whole_images(tmp_path / 'whole', sizes=[(64, 48)] * 2)


def unlabel(root, *tasks: str, numbers: tuple[int, ...] = (1, 2)) -> None:
    """Take labels away from images."""
    content = read_coco(root)
    for image in content['images']:
        for task in tasks if image['id'] in numbers else ():
            remove_label(image, task)
    write_coco(root, content)


def own_gradients(model, task) -> list[torch.Tensor]:
    return [p.grad for name, p in model.named_parameters() if OWN[task] in name]


def learn(model, batch) -> dict[str, torch.Tensor]:
    """The losses, whose sum has been differentiated."""
    losses = whole_losses(model, batch)
    sum(losses.values()).backward()
    return losses


@each_network
def test_every_labelled_task_has_a_loss_and_moves_all_that_is_its_own(build, root):
    model = build()
    losses = learn(model, whole_batch(root))
    for task in TASKS:
        assert losses[f'loss_{task}'] > 0
        assert all(gradient.any() for gradient in own_gradients(model, task)), task


@each_network
@each_task
def test_a_task_without_labels_gets_exactly_zero_gradient(build, task, root):
    unlabel(root, task)
    model = build()
    losses = learn(model, whole_batch(root))
    assert losses[f'loss_{task}'] == 0
    assert own_gradients(model, task)
    for gradient in own_gradients(model, task):
        # Zero, not None: every rank of a distributed run must take part.
        assert gradient is not None
        assert not gradient.any()


@each_network
@each_task
def test_absent_labels_and_an_absent_task_are_the_same_to_all_others(build, task, root):
    without = {name: config for name, config in TASKS.items() if name != task}
    other = build(without)
    expected = learn(other, whole_batch(root, tasks=without))
    unlabel(root, task)
    model = build()
    got = learn(model, whole_batch(root))
    assert got.pop(f'loss_{task}') == 0
    assert got.keys() == expected.keys()
    for name in expected:
        torch.testing.assert_close(got[name], expected[name], msg=name)
    gradients = {name: p.grad for name, p in model.named_parameters()}
    moved = 0
    for name, parameter in other.named_parameters():
        # Without the map, nothing needs the end of the decoder.
        expected = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        torch.testing.assert_close(gradients[name], expected, rtol=1e-4, atol=1e-6, msg=name)
        moved += bool(expected.any())
    assert moved > 10


@each_network
@each_task
def test_an_image_that_is_not_labelled_changes_neither_loss_nor_gradient(build, task, root):
    name = f'loss_{task}'
    alone, beside = build(), build()
    expected = whole_losses(alone, whole_batch(root, indices=(0,)))[name]
    changed = whole_losses(build(), whole_batch(root))[name]
    unlabel(root, task, numbers=(2,))
    got = whole_losses(beside, whole_batch(root))[name]
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-6)
    assert abs(changed - expected) > 1e-3
    for loss in (expected, got):
        loss.backward()
    for (parameter, a), b in zip(alone.named_parameters(), beside.parameters(), strict=True):
        if a.grad is not None:
            torch.testing.assert_close(b.grad, a.grad, rtol=1e-3, atol=1e-5, msg=parameter)


@each_network
def test_the_keys_of_the_losses_do_not_depend_on_the_labels(build, root):
    model = build()
    expected = whole_losses(model, whole_batch(root)).keys()
    for task in TASKS:
        unlabel(root, task)
        assert whole_losses(model, whole_batch(root)).keys() == expected


@each_network
def test_nothing_labelled_is_zero_everywhere_and_reaches_every_parameter(build, root):
    unlabel(root, *TASKS)
    content = read_coco(root)
    for image in content['images']:
        image['complete'] = False
    write_coco(root, content | dict(annotations=[*content['annotations'], dog()]))
    batch = whole_batch(root)
    for sample in batch['data_samples']:
        sample.gt_instances = sample.gt_instances[:0]
    model = build()
    losses = learn(model, batch)
    assert all(loss == 0 for loss in losses.values())
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert not parameter.grad.any(), name


def dog() -> dict:
    """A box, so that the file labels something."""
    return dict(id=9, image_id=1, category_id=1, bbox=[1, 2, 30, 20], area=600, iscrowd=0)


def test_what_a_larger_image_in_the_batch_pads_teaches_a_map_nothing(tmp_path):
    model = unet()
    kept = []
    model.heads['maps'].decode_heads['map'].register_forward_hook(
        lambda module, args, logits: logits.retain_grad() or kept.append(logits)
    )
    root = make_whole_images(tmp_path, sizes=[(64, 40), (64, 64)])
    whole_losses(model, whole_batch(root))['loss_map'].backward()
    (logits,) = kept
    assert logits.shape[-2:] == (64, 64)
    assert (logits.grad[0, :, :39] != 0).all()
    assert not logits.grad[0, :, 39:].any()  # the lowest row of a map is not labelled
    assert (logits.grad[1, :, :63] != 0).all()


@pytest.mark.parametrize('labelled', [True, False])
def test_another_loss_of_a_map_is_a_connected_zero_too_without_labels(labelled, root):
    loss = dict(type='CrossEntropyLoss', ignore_index=255, avg_non_ignore=True)
    tasks = {**TASKS, 'map': dict(TASKS['map'], loss=loss)}
    if not labelled:
        unlabel(root, 'map')
    model = ssd(tasks)
    value = learn(model, whole_batch(root, tasks=tasks))['loss_map']
    assert value.isfinite()
    assert (value > 0) == labelled
    for gradient in own_gradients(model, 'map'):
        assert bool(gradient.any()) == labelled


def test_channels_last_changes_nothing_but_the_memory_format(root):
    plain = whole_losses(unet(), whole_batch(root))
    model = unet(channels_last=True)
    data = model.data_preprocessor(whole_batch(root), training=True)
    features = model.extract_feat(data['inputs'])
    assert features[-1].is_contiguous(memory_format=torch.channels_last)
    for name, value in whole_losses(model, whole_batch(root)).items():
        torch.testing.assert_close(value, plain[name], rtol=1e-4, atol=1e-5)


@each_network
def test_the_loss_goes_down_on_a_fixed_batch(build, root):
    model, batch = build(), whole_batch(root)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    first = whole_losses(model, batch)
    for _ in range(15):
        optimizer.zero_grad()
        learn(model, batch)
        optimizer.step()
    last = whole_losses(model, batch)
    for name, value in first.items():
        assert last[name] < 0.8 * value, name


@each_network
def test_raw_outputs_of_all_heads_can_be_counted(build, root):
    model = build().eval()
    outputs = model(torch.zeros(1, 3, 64, 64), mode='tensor')
    assert len(outputs) == len(TASKS) + (2 if build is ssd else 0)
