"""EfficientNet-Lite: equal to the network that its weights were published with."""

from __future__ import annotations

import re

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet

from projects.smn.engine.checkpoints import load_checkpoint_file
from projects.smn.errors import UserError
from projects.smn.models import EfficientNetLite

CHANNELS = dict(
    lite0=(16, 24, 40, 112, 320),
    lite1=(16, 24, 40, 112, 320),
    lite2=(16, 24, 48, 120, 352),
    lite3=(24, 32, 48, 136, 384),
    lite4=(24, 32, 56, 160, 448),
)
EVERY = (0, 1, 2, 3, 4)


def published(variant, **options):
    # With a size, the package pads for images of that size alone.
    return EfficientNet.from_name(f'efficientnet-{variant}', image_size=None, **options).eval()


def features(network, image):
    """The package's own maps: what is there before each halving, and at the end."""
    x = network._swish(network._bn0(network._conv_stem(image)))
    maps = []
    for block in network._blocks:
        y = block(x)
        if y.shape[-1] < x.shape[-1]:
            maps.append(x)
        x = y
    return [*maps, x]


@pytest.mark.parametrize('variant', CHANNELS)
@pytest.mark.parametrize('size', [(64, 96), (61, 75)])
@torch.no_grad()
def test_its_maps_are_those_of_the_package(variant, size):
    torch.manual_seed(0)
    theirs = published(variant)
    for norm in [m for m in theirs.modules() if isinstance(m, torch.nn.BatchNorm2d)]:
        norm.running_mean.normal_(0, 0.1)
        norm.weight.uniform_(0.8, 1.2)
    ours = EfficientNetLite(variant, out_indices=EVERY).eval()
    ours.load_state_dict(theirs.state_dict())  # strict: nothing is missing, nothing is left
    image = torch.randn(1, 3, *size)
    for mine, other in zip(ours(image), features(theirs, image), strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('variant', ['lite0', 'lite1', 'lite2'])
@torch.no_grad()
def test_the_weights_of_the_packages_load_by_name(variant):
    weights = load_checkpoint_file(f'efficientnet-{variant}')['state_dict']
    ours = EfficientNetLite(variant, out_indices=EVERY).eval()
    ours.load_state_dict(dict(weights))
    theirs = published(variant)
    theirs.load_state_dict(weights)
    image = torch.randn(1, 3, 128, 160)
    torch.testing.assert_close(ours(image)[-1], features(theirs, image)[-1], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('variant', CHANNELS)
def test_five_maps_have_the_strides_2_to_32_and_the_declared_channels(variant):
    maps = EfficientNetLite(variant, out_indices=EVERY)(torch.zeros(1, 3, 64, 96))
    assert [tuple(level.shape) for level in maps] == [
        (1, channels, 64 // stride, 96 // stride)
        for channels, stride in zip(CHANNELS[variant], (2, 4, 8, 16, 32), strict=True)
    ]


def timm_key(key, rows):
    """The name of a parameter in timm's files."""
    if key.startswith('stem.'):
        return key.replace('stem.conv', 'conv_stem').replace('stem.bn', 'bn1')
    block, layer, rest = re.fullmatch(r'(stages\.\d+\.\d+)\.(.+)\.(\w+)', key).groups()
    row = next(number for number, names in enumerate(rows) if block in names)
    layers = ['depthwise_conv.conv', 'depthwise_conv.bn', 'linear_conv.conv', 'linear_conv.bn']
    names = ['conv_dw', 'bn1', 'conv_pw', 'bn2']
    if row:
        layers = ['expand_conv.conv', 'expand_conv.bn', *layers]
        names = ['conv_pw', 'bn1', 'conv_dw', 'bn2', 'conv_pwl', 'bn3']
    name = dict(zip(layers, names, strict=True))[layer]
    return f'blocks.{row}.{rows[row].index(block)}.{name}.{rest}'


def test_weights_of_timm_load_whole():
    network, other = (EfficientNetLite('lite0', out_indices=EVERY) for _ in range(2))
    weights = {timm_key(key, network.rows): v for key, v in network.state_dict().items()}
    # As timm lists them for tf_efficientnet_lite0.
    assert {
        'conv_stem.weight',
        'bn1.running_var',
        'blocks.0.0.conv_pw.weight',
        'blocks.4.2.bn3.weight',
        'blocks.6.0.conv_pwl.weight',
    } <= weights.keys()
    classifier = {'conv_head.weight': 0, 'bn2.weight': 0, 'classifier.bias': 0}
    other.load_state_dict(weights | {key: torch.zeros(1) for key in classifier})
    assert all(torch.equal(other.state_dict()[k], v) for k, v in network.state_dict().items())


def test_its_own_layout_loads_inside_a_larger_network():
    network, other = (
        torch.nn.ModuleDict({'backbone': EfficientNetLite('lite0')}) for _ in range(2)
    )
    other.load_state_dict(network.state_dict())
    assert all(torch.equal(other.state_dict()[k], v) for k, v in network.state_dict().items())


def test_what_nobody_asks_for_is_not_built_and_weights_of_the_whole_fit():
    weights = load_checkpoint_file('efficientnet-lite0')['state_dict']
    whole, short = (
        EfficientNetLite('lite0', out_indices=EVERY),
        EfficientNetLite('lite0', out_indices=(1, 3)),
    )
    for network in (whole, short):
        network.eval().load_state_dict(dict(weights))
    assert len(short.stages) == 4
    image = torch.randn(1, 3, 64, 64)
    every = whole(image)
    assert all(map(torch.equal, short(image), (every[1], every[3])))


@pytest.mark.parametrize('frozen', [-1, 0, 2])
def test_what_is_frozen_gets_no_gradient_and_all_else_does(frozen):
    network = EfficientNetLite('lite0', frozen_stages=frozen).train()
    before = {name: value.clone() for name, value in network.named_buffers()}
    sum(level.square().mean() for level in network(torch.randn(1, 3, 64, 64))).backward()
    still = ['stem.', *(f'stages.{stage}.' for stage in range(frozen))][: frozen + 1]
    for name, parameter in network.named_parameters():
        assert (parameter.grad is None) == name.startswith(tuple(still)), name
    for name, value in network.named_buffers():
        assert torch.equal(before[name], value), name  # norm_eval


def test_an_unknown_variant_is_one_sentence():
    with pytest.raises(UserError, match="there is no EfficientNet-Lite 'b0', only 'lite0'"):
        EfficientNetLite('b0')
