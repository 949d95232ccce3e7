"""Answers about the whole image: which fields, and where on the original image."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from whole_images import (
    RESIZE,
    SIZES,
    TASKS,
    make_whole_images,
    ssd,
    unet,
    whole_batch,
)

from projects.smn.models.task_heads.image_attribute_head import whole_images
from projects.smn.models.task_heads.semantic_head import enlarged, most_likely

UPRIGHT_AND_WIDE = (0, 1)
each_network = pytest.mark.parametrize('build', [unet, ssd])


@pytest.fixture
def root(tmp_path):
    return make_whole_images(tmp_path / 'whole')


@torch.no_grad()
def answers(model, root, *transforms, indices=UPRIGHT_AND_WIDE) -> list:
    return model.test_step(whole_batch(root, *transforms or (RESIZE,), indices=indices))


@each_network
def test_answers_have_the_documented_fields_in_pixels_of_the_original(build, root):
    samples = answers(build().eval(), root, indices=(0, 1, 2))
    for sample, (width, height) in zip(samples, SIZES, strict=True):
        image, maps = sample.pred_image, sample.pred_sem_seg
        assert set(maps.keys()) == {'map'}
        assert maps.map.shape == (1, height, width)
        assert maps.map.dtype == torch.uint8
        assert int(maps.map.max()) < len(TASKS['map']['classes'])
        assert set(image.keys()) == {'species', 'species_scores', 'weight', 'head'}
        assert len(image) == 1
        assert image.species.shape == image.weight.shape == (1,)
        assert image.species_scores.shape == (1, 2)
        assert image.species_scores.sum().item() == pytest.approx(1)
        assert image.species_scores.argmax(1).tolist() == image.species.tolist()
        ((x1, y1, x2, y2),) = image['head'].tolist()
        assert 0 <= x1 <= x2 <= width
        assert 0 <= y1 <= y2 <= height
        assert ('pred_instances' in sample) == (build is ssd)


@each_network
def test_a_network_in_use_says_the_same_twice_and_one_in_training_does_not(build, root):
    model = build(dropout=0.5)

    def outputs():
        first, _ = answers(model, root)
        return first.pred_image.species_scores, first.pred_sem_seg.map.float()

    model.eval()
    for once, twice in zip(outputs(), outputs(), strict=True):
        assert torch.equal(once, twice)
    model.train()
    torch.manual_seed(0)
    assert not torch.equal(outputs()[0], outputs()[0])


@each_network
def test_a_batch_of_images_of_one_size_gives_what_single_images_give(build, tmp_path):
    root = make_whole_images(tmp_path, sizes=[(64, 64)] * 3)
    model = build().eval()
    together = answers(model, root, indices=(0, 1, 2))
    for index, sample in enumerate(together):
        (alone,) = answers(model, root, indices=(index,))
        for name, value in alone.pred_image.items():
            torch.testing.assert_close(sample.pred_image[name], value, rtol=1e-3, atol=1e-3)
        same = sample.pred_sem_seg.map == alone.pred_sem_seg.map
        assert same.float().mean() > 0.99


def told(model, root, transform, indices=UPRIGHT_AND_WIDE) -> list:
    """What a network says that knows the labels of the batch, at the resolution of its input."""
    batch = whole_batch(root, transform, indices=indices)
    truth = [sample.gt_sem_seg.map[0].numpy() for sample in batch['data_samples']]
    size = model.data_preprocessor(batch)['inputs'].shape[-2:]
    padded = np.zeros((len(truth), *size), np.int64)
    for canvas, values in zip(padded, truth, strict=True):
        canvas[: values.shape[0], : values.shape[1]] = np.where(values == 255, 0, values)
    logits = 9 * torch.nn.functional.one_hot(torch.from_numpy(padded), 3).movedim(-1, 1).float()
    model.heads['maps'].decode_heads['map'].forward = lambda x: logits
    return answers(model, root, transform, indices=indices)


@pytest.mark.parametrize('scale', [(96, 96), (48, 48), (100, 70)])
def test_a_map_that_is_right_on_the_input_is_right_on_the_original(root, scale):
    originals = [s.gt_sem_seg.map for s in whole_batch(root)['data_samples']]
    resize = dict(type='Resize', scale=scale, keep_ratio=True)
    for sample, original in zip(told(unet().eval(), root, resize), originals, strict=True):
        labelled = original != 255
        right = (sample.pred_sem_seg.map == original)[labelled].float().mean()
        assert right > 0.94
        assert set(sample.pred_sem_seg.map.unique().tolist()) == {0, 1, 2}


@pytest.mark.parametrize(
    'corners', [(0.1, 0.2, 0.5, 0.4), (0.5, 0.4, 0.1, 0.2), (0.0, 0.0, 1.0, 1.0)]
)
def test_a_box_goes_back_through_padding_and_resizing_and_ends_at_the_border(root, corners):
    model = unet().eval()
    model.heads['boxes'].forward = lambda x: dict(head=torch.tensor([corners] * 2))
    resize = dict(type='Resize', scale=(96, 96), keep_ratio=True)
    for sample in answers(model, root, resize):
        height, width = sample.batch_input_shape
        assert (height, width) == (96, 96)
        scale = 1.5  # 64 pixels became 96
        x = sorted(min(corner * width / scale, sample.ori_shape[1]) for corner in corners[::2])
        y = sorted(min(corner * height / scale, sample.ori_shape[0]) for corner in corners[1::2])
        expected = [x[0], y[0], x[1], y[1]]
        np.testing.assert_allclose(sample.pred_image['head'][0], expected, rtol=1e-4)


def test_numbers_are_in_their_unit(root):
    model = unet().eval()
    model.heads['attributes'].forward = lambda x: dict(
        species=torch.tensor([[0.0, 3.0]] * 2), weight=torch.tensor([[0.0], [1.5]])
    )
    first, second = answers(model, root)
    assert first.pred_image.weight.tolist() == [5.0]  # the mean
    assert second.pred_image.weight.tolist() == [8.0]
    assert first.pred_image.species.tolist() == [1]


def test_without_rescaling_answers_are_in_pixels_of_the_input(root):
    model = unet().eval()
    data = model.data_preprocessor(whole_batch(root, RESIZE))
    with torch.no_grad():
        samples = model.predict(data['inputs'], data['data_samples'], rescale=False)
    for sample in samples:
        assert sample.pred_sem_seg.map.shape[1:] == sample.img_shape
        assert sample.pred_image['head'].max() <= 32


def test_a_box_that_all_places_agree_on_is_there(root):
    """The head's maps peak at one place each; the box has its corners there."""
    model = unet().eval()
    head = model.heads['boxes']
    maps = torch.full((1, 2, 9, 17), -50.0)
    maps[0, 0, 2, 4] = maps[0, 1, 6, 12] = 50.0
    head.convs, head.corners = torch.nn.Identity(), torch.nn.Identity()
    (corners,) = head((None, maps))['head'].tolist()
    assert corners == pytest.approx([4 / 16, 2 / 8, 12 / 16, 6 / 8])


@pytest.mark.parametrize(('head', 'task'), [('attributes', 'weight'), ('boxes', 'head')])
def test_the_answer_without_loss_is_the_label(tmp_path, head, task):
    """Losses and answers mean the same numbers: units, axes, corners."""
    root = make_whole_images(tmp_path, sizes=[(64, 32), (48, 24)])
    model = unet()
    samples = model.data_preprocessor(whole_batch(root))['data_samples']
    labels = torch.cat([sample.gt_image[task] for sample in samples])
    raw = (labels[:, None] - 5) / 2 if task == 'weight' else labels / torch.tensor([64, 32] * 2)
    model.heads[head].forward = lambda x: {task: raw}
    losses = model.heads[head].loss((raw,), samples)
    assert losses[f'loss_{task}'].item() == pytest.approx(0, abs=1e-5)
    answers = model.heads[head].answer((raw,), [s.metainfo for s in samples], rescale=False)
    torch.testing.assert_close(torch.cat([answer[task] for answer in answers]), labels)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_the_size_of_an_image_does_not_depend_on_the_precision_of_the_maps(dtype):
    metas = [dict(ori_shape=(70001, 4097))]
    assert whole_images(metas, torch.zeros(1, dtype=dtype)).tolist() == [[0, 0, 4097, 70001]]


@pytest.mark.parametrize('size', [(6, 8), (5, 5), (37, 50)])
def test_the_most_likely_class_is_that_of_all_enlarged_logits(size):
    logits = torch.randn(1, 7, 6, 8, generator=torch.Generator().manual_seed(0)).round(decimals=1)
    found, given = most_likely(logits, size), logits.clone()
    assert torch.equal(found, enlarged(logits, size).argmax(1).to(torch.uint8))
    assert torch.equal(logits, given)
