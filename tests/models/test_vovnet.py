"""VoVNet: shapes, sizes, freezing, and weights in the authors' layout."""

from __future__ import annotations

import re

import pytest
import torch

from projects.smn.errors import UserError
from projects.smn.models import VoVNet
from projects.smn.models.backbones.vovnet import VARIANTS


def size(variant, ese=False):
    return sum(parameter.numel() for parameter in VoVNet(variant, ese=ese).parameters())


def published_key(key):
    """The name of a parameter in the authors' files."""
    key = re.sub(r'^stem\.(\d)\.(\w+)', lambda m: f'stem.stem_{int(m[1]) + 1}/{m[2]}', key)

    def stage(match):
        block = f'OSA{int(match[1]) + 2}_{int(match[2]) + 1}'
        return f'stage{int(match[1]) + 2}.{block}.' + re.sub(
            r'(layers\.(\d)|concat)\.',
            lambda m: f'{m[0]}{block}_{m[2] or "concat"}/',
            match[3],
        )

    key = re.sub(r'^stages\.(\d)\.(\d)\.(.*)', stage, key)
    return key.replace('/bn.', '/norm.')


@pytest.mark.parametrize('variant', ['19-slim', '27-slim', '19'])
@pytest.mark.parametrize('ese', [False, True])
def test_four_maps_have_the_strides_4_to_32_and_the_declared_channels(variant, ese):
    maps = VoVNet(variant, ese=ese)(torch.zeros(2, 3, 64, 96))
    shapes = [tuple(level.shape) for level in maps]
    assert shapes == [
        (2, channels, 64 // stride, 96 // stride)
        for channels, stride in zip(VARIANTS[variant].outer, (4, 8, 16, 32), strict=True)
    ]


def test_the_stages_that_are_asked_for_come_back():
    network = VoVNet('19-slim').eval()
    image = torch.randn(1, 3, 64, 64)
    every = network(image)
    network.out_indices = (1, 3)
    assert all(map(torch.equal, network(image), (every[1], every[3])))


@pytest.mark.parametrize(('variant', 'millions'), [('39', 22.6), ('57', 36.6)])
def test_version_1_has_as_many_parameters_as_published(variant, millions):
    # With the classifier, as timm lists them (vovnet39a, vovnet57a).
    classifier = 1000 * (VARIANTS[variant].outer[-1] + 1)
    assert (size(variant) + classifier) / 1e6 == pytest.approx(millions, abs=0.05)


@pytest.mark.parametrize(('variant', 'millions'), [('39', 52.6), ('57', 68.9), ('99', 96.9)])
def test_version_2_differs_from_19_as_the_published_detectors_do(variant, millions):
    more = (size(variant, ese=True) - size('19', ese=True)) / 1e6
    assert more == pytest.approx(millions - 37.6, abs=0.1)  # Faster R-CNN of vovnet-detectron2


@pytest.mark.parametrize('frozen', [-1, 0, 2])
def test_what_is_frozen_gets_no_gradient_and_all_else_does(frozen):
    network = VoVNet('19-slim', ese=True, frozen_stages=frozen).train()
    before = {name: value.clone() for name, value in network.named_buffers()}
    sum(level.square().mean() for level in network(torch.randn(1, 3, 64, 64))).backward()
    still = ['stem.', *(f'stages.{stage}.' for stage in range(frozen))][: frozen + 1]
    for name, parameter in network.named_parameters():
        assert (parameter.grad is None) == name.startswith(tuple(still)), name
    for name, value in network.named_buffers():
        assert torch.equal(before[name], value), name  # norm_eval


def test_without_norm_eval_statistics_follow_the_data_where_nothing_is_frozen():
    network = VoVNet('19-slim', frozen_stages=1, norm_eval=False).train()
    before = {name: value.clone() for name, value in network.named_buffers()}
    network(torch.randn(2, 3, 64, 64))
    for name, value in network.named_buffers():
        frozen = name.startswith(('stem.', 'stages.0.'))
        assert torch.equal(before[name], value) == frozen, name


@pytest.mark.parametrize('prefix', ['', 'backbone.bottom_up.'])
def test_published_weights_load_whole(prefix):
    network, other = VoVNet('39', ese=True), VoVNet('39', ese=True)
    published = {f'{prefix}{published_key(key)}': v for key, v in network.state_dict().items()}
    names = {name.removeprefix(prefix) for name in published}
    assert {
        'stem.stem_1/conv.weight',
        'stage2.OSA2_1.layers.0.OSA2_1_0/norm.running_var',
        'stage4.OSA4_2.concat.OSA4_2_concat/conv.weight',
        'stage5.OSA5_2.ese.fc.bias',
    } <= names
    other.load_state_dict(published)  # strict: nothing is missing, nothing is left
    assert all(torch.equal(other.state_dict()[k], v) for k, v in network.state_dict().items())


def test_its_own_layout_loads_inside_a_larger_network():
    network, other = (torch.nn.ModuleDict({'backbone': VoVNet('19-slim')}) for _ in range(2))
    other.load_state_dict(network.state_dict())
    assert all(torch.equal(other.state_dict()[k], v) for k, v in network.state_dict().items())


def test_an_unknown_variant_is_one_sentence():
    with pytest.raises(UserError, match="there is no VoVNet '20', only '19-slim', '19'"):
        VoVNet('20')
