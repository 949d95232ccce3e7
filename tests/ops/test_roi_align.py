"""RoIAlign against closed forms: a mean of a linear function is its value in the middle."""

from __future__ import annotations

import mmcv.ops
import pytest
import torch
from operators import needs_compiled, ours  # noqa: F401

from projects.smn.ops import roi_align as module
from projects.smn.ops.roi_align import roi_align_backward, roi_align_forward
from projects.smn.ops.roi_cells import Grid

HEIGHT, WIDTH = 24, 30
KINDS = [(ratio, aligned) for ratio in (0, 1, 2) for aligned in (False, True)]


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.fixture(autouse=True, params=['thin', 'wide'])
def _both_ways(request, monkeypatch):
    """Maps of few channels go another way than those of many: each test takes both."""
    monkeypatch.setattr(module, 'FEW_CHANNELS', 100 if request.param == 'thin' else 0)


def roi_align(maps, rois, grid: Grid) -> torch.Tensor:
    output = maps.new_zeros(len(rois), maps.shape[1], grid.height, grid.width)
    roi_align_forward(maps, rois, grid, output)
    return output


def gradient(grad, rois, grid: Grid, shape) -> torch.Tensor:
    grad_maps = grad.new_zeros(shape)
    roi_align_backward(grad, rois, grid, grad_maps)
    return grad_maps


def ramp(*slopes: float) -> torch.Tensor:
    """A map (1, 1, H, W) of slope_x * x + slope_y * y, 0 in the middle of the first pixel."""
    y, x = torch.arange(HEIGHT)[:, None], torch.arange(WIDTH)
    return (slopes[0] * x + slopes[1] * y)[None, None].float()


def inner_rois(count: int, scale: float, images: int = 1) -> torch.Tensor:
    """RoIs all of whose samples are well inside of the maps, in pixels of the image."""
    corners = 2 + 8 * torch.rand(count, 2)
    sides = 1.5 + 9 * torch.rand(count, 2)
    boxes = torch.cat([corners, corners + sides], 1) / scale
    return torch.cat([torch.randint(images, (count, 1)).float(), boxes], 1)


def wild_rois(count: int, images: int) -> torch.Tensor:
    """RoIs of all sizes, also across the border and far outside, for a scale of a quarter."""
    corners = 200 * torch.rand(count, 2) - 60
    sides = 150 * torch.rand(count, 2) ** 2
    return torch.cat([torch.randint(images, (count, 1)).float(), corners, corners + sides], 1)


def centres(rois, grid: Grid) -> tuple[torch.Tensor, torch.Tensor]:
    """x (R, 1, width) and y (R, height, 1) of the middles of cells, in pixels of the map."""
    boxes = rois[:, 1:] * grid.scale - (0.5 if grid.aligned else 0)
    low, sides = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
    x = low[:, :1] + (torch.arange(grid.width) + 0.5) / grid.width * sides[:, :1]
    y = low[:, 1:] + (torch.arange(grid.height) + 0.5) / grid.height * sides[:, 1:]
    return x[:, None, :], y[:, :, None]


@pytest.mark.parametrize(('ratio', 'aligned'), KINDS)
def test_on_a_ramp_a_cell_has_the_value_of_its_middle(ratio, aligned):
    grid = Grid(5, 7, 0.25, ratio, aligned)
    rois = inner_rois(20, grid.scale)
    x, y = centres(rois, grid)
    expected = (0.5 * x - 2 * y)[:, None]
    torch.testing.assert_close(roi_align(ramp(0.5, -2), rois, grid), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(('ratio', 'aligned'), KINDS)
def test_on_a_constant_only_what_lies_outside_counts_less(ratio, aligned):
    grid = Grid(4, 4, 0.25, ratio, aligned)
    ones = torch.ones(2, 3, HEIGHT, WIDTH)
    inside = roi_align(ones, inner_rois(20, grid.scale, images=2), grid)
    torch.testing.assert_close(inside, torch.ones_like(inside))
    found = roi_align(ones, wild_rois(60, images=2), grid)
    assert 0 <= found.min() < found.max() <= 1 + 1e-6


@pytest.mark.parametrize(('ratio', 'aligned'), KINDS)
def test_a_roi_outside_of_the_map_gives_zeros(ratio, aligned):
    rois = torch.tensor([[0.0, -80, 0, -40, 40], [0, 0, 400, 40, 480]])
    assert not roi_align(ramp(1, 1) + 1, rois, Grid(3, 3, 0.25, ratio, aligned)).any()


def test_a_roi_half_outside_takes_the_border_within_a_pixel_and_zeros_beyond():
    maps = torch.ones(1, 1, 8, 8)
    # Samples at -3.5, -2.5, ... 3.5 in x: those before -1 count as 0.
    rois = torch.tensor([[0.0, -4, 0, 4, 8]])
    found = roi_align(maps, rois, Grid(1, 8, 1.0, 1, False))
    assert found[0, 0, 0].tolist() == [0, 0, 0, 1, 1, 1, 1, 1]


def test_aligned_or_not_a_roi_without_an_area_is_what_mmcv_makes_of_it():
    rois = torch.tensor([[0.0, 8, 8, 8, 8]])
    assert not roi_align(ramp(1, 0), rois, Grid(2, 2, 1.0, 0, True)).any()
    # Not aligned, it has a side of one pixel.
    assert roi_align(ramp(1, 0), rois, Grid(2, 2, 1.0, 0, False))[0, 0, 0].tolist() == [8.25, 8.75]


def test_what_is_not_a_number_or_upside_down_does_no_harm():
    rois = torch.tensor([[0.0, float('nan'), 0, 9, 9], [0, 0, 0, float('inf'), 9], [0, 9, 9, 0, 0]])
    rois = torch.cat([rois, torch.tensor([[float('nan'), 0, 0, 9, 9]])])
    for ratio, aligned in KINDS:
        grid = Grid(2, 2, 1.0, ratio, aligned)
        assert roi_align(ramp(1, 1), rois, grid).isfinite().all()
        gradient(torch.ones(4, 1, 2, 2), rois, grid, (1, 1, HEIGHT, WIDTH))


@pytest.mark.parametrize('largest', [1e4, 1e7, 1e8, 1e30])
def test_a_huge_roi_does_no_harm(largest):
    rois = largest * torch.tensor([[0.0, 0, 0, 1, 1], [0, -1, -1, 1, 1], [0, -1, 0, 0, 1]])
    for ratio, aligned in KINDS:
        grid = Grid(2, 2, 0.5, ratio, aligned)
        found = roi_align(ramp(1, 1) + 1, rois, grid)
        assert 0 <= found.min() <= found.max() <= HEIGHT + WIDTH
        assert gradient(torch.ones_like(found), rois, grid, (1, 1, HEIGHT, WIDTH)).isfinite().all()


def test_what_is_not_computed_of_a_large_roi_is_what_lies_outside_of_the_map():
    maps = torch.randn(1, 2, HEIGHT, WIDTH)
    for left, top, side in [(0, 0, 400), (-190, -200, 400), (-399, -130, 405), (29, 23, 1000)]:
        rois = torch.tensor([[0.0, left, top, left + side, top + side]])
        # A ratio that is given has all of its samples computed.
        given, chosen = (Grid(2, 2, 1.0, ratio, True) for ratio in (-(-side // 2), 0))
        expected = roi_align(maps, rois, given)
        assert expected.any()
        torch.testing.assert_close(roi_align(maps, rois, chosen), expected)


@pytest.mark.parametrize('index', [-1, 2, 1e6])
def test_a_roi_of_no_image_is_refused(index):
    rois, grid = torch.tensor([[0.0, 1, 1, 9, 9], [index, 1, 1, 9, 9]]), Grid(2, 2, 1.0, 2, True)
    match = f'a RoI is of image {int(index)}, but there are maps of 2 images'
    with pytest.raises(IndexError, match=match):
        roi_align(torch.ones(2, 3, HEIGHT, WIDTH), rois, grid)
    with pytest.raises(IndexError, match=match):
        gradient(torch.ones(2, 3, 2, 2), rois, grid, (2, 3, HEIGHT, WIDTH))


def test_no_rois_give_no_output_and_no_gradient():
    grid, none = Grid(7, 7, 0.25, 0, True), torch.zeros(0, 5)
    assert roi_align(ramp(1, 1), none, grid).shape == (0, 1, 7, 7)
    assert not gradient(torch.zeros(0, 1, 7, 7), none, grid, (1, 1, HEIGHT, WIDTH)).any()


@pytest.mark.parametrize('count', [3, 60])
@pytest.mark.parametrize('ratio', [0, 2])
def test_the_memory_format_of_maps_does_not_matter(ratio, count):
    maps, rois = torch.randn(2, 5, HEIGHT, WIDTH), wild_rois(count, images=2)
    grid = Grid(7, 7, 0.25, ratio, True)
    expected = roi_align(maps, rois, grid)
    others = [
        maps.contiguous(memory_format=torch.channels_last),
        torch.cat([maps, maps], 1)[:, :5],
        maps.transpose(2, 3).contiguous().transpose(2, 3),
    ]
    for other in others:
        assert not other.is_contiguous()
        torch.testing.assert_close(roi_align(other, rois, grid), expected)


def test_rois_do_not_depend_on_each_other_nor_on_how_many_are_taken_at_a_time(monkeypatch):
    maps, rois = torch.randn(2, 3, HEIGHT, WIDTH), wild_rois(50, images=2)
    grad = torch.randn(50, 3, 4, 4)
    grid = Grid(4, 4, 0.25, 0, True)
    expected = roi_align(maps, rois, grid), gradient(grad, rois, grid, maps.shape)
    alone = torch.cat([roi_align(maps, roi[None], grid) for roi in rois])
    torch.testing.assert_close(alone, expected[0])
    monkeypatch.setattr(module, 'ENTRIES', 200)
    monkeypatch.setattr(module, 'PARTS_BACKWARD', 3)
    torch.testing.assert_close(roi_align(maps, rois, grid), expected[0])
    torch.testing.assert_close(gradient(grad, rois, grid, maps.shape), expected[1])


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single_precision(dtype):
    grid = Grid(7, 7, 0.25, 0, True)
    maps, rois = torch.randn(2, 3, HEIGHT, WIDTH).to(dtype), wild_rois(30, images=2).to(dtype)
    grad = torch.randn(30, 3, 7, 7).to(dtype)
    expected = roi_align(maps.float(), rois.float(), grid)
    assert torch.equal(roi_align(maps, rois, grid), expected.to(dtype))
    expected = gradient(grad.float(), rois.float(), grid, maps.shape)
    assert torch.equal(gradient(grad, rois, grid, maps.shape), expected.to(dtype))


@pytest.mark.usefixtures('ours')
@pytest.mark.parametrize('count', [2, 12])
@pytest.mark.parametrize(('ratio', 'aligned'), KINDS)
def test_its_gradient_passes_gradcheck(ratio, aligned, count):
    maps = torch.randn(2, 2, 6, 7, dtype=torch.float64, requires_grad=True)
    rois = wild_rois(count, images=2).double() / torch.tensor([1.0, 8, 8, 8, 8])
    layer = mmcv.ops.RoIAlign(3, 0.5, ratio, aligned=aligned)
    assert torch.autograd.gradcheck(lambda maps: layer(maps, rois), maps)


@pytest.mark.usefixtures('ours')
def test_autocast_changes_nothing():
    maps, rois = torch.randn(2, 3, HEIGHT, WIDTH), wild_rois(30, images=2)
    layer = mmcv.ops.RoIAlign(7, 0.25, 2)
    expected = layer(maps, rois)
    with torch.autocast('cpu', torch.bfloat16):
        assert torch.equal(layer(maps, rois), expected)


@pytest.mark.usefixtures('ours')
def test_the_largest_of_the_samples_is_left_to_the_compiled_mmcv():
    with pytest.raises(ValueError, match='roi_align with pool_mode'):
        mmcv.ops.RoIAlign(7, 0.25, pool_mode='max')(ramp(1, 1), inner_rois(2, 0.25))


@needs_compiled
@pytest.mark.parametrize(('ratio', 'aligned'), KINDS)
def test_the_compiled_operator_gives_the_same(ratio, aligned):
    maps = torch.randn(2, 4, HEIGHT, WIDTH, requires_grad=True)
    rois, grad = wild_rois(100, images=2), torch.randn(100, 4, 7, 7)
    expected = mmcv.ops.RoIAlign(7, 0.25, ratio, aligned=aligned)(maps, rois)
    expected.backward(grad)
    grid = Grid(7, 7, 0.25, ratio, aligned)
    torch.testing.assert_close(roi_align(maps, rois, grid), expected)
    found = gradient(grad, rois, grid, maps.shape)
    torch.testing.assert_close(found, maps.grad, rtol=1e-4, atol=1e-4)
