"""Compare operators: mmcv's compiled ones, torchvision's, and ours in PyTorch.

    python tools/benchmark_ops.py --threads 2
    python tools/benchmark_ops.py --networks configs/fruit/smn_r18_fpn_fruit_demo.py

Prints one table of milliseconds, and how far ours are from the compiled ones. A column is empty
where an operator is not installed. RoIAlign is that of a box head: cells of 7 x 7 from four feature
maps of 256 channels of an 800 x 800 image, each RoI from the map that its size asks for. A row of
RoIAlign is the forward pass, or the backward one. Needs no data.

With ``--networks``, whole networks are timed instead, the compiled operators and ours in turns: a
training step and an inference on the data of each config.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import _common  # noqa: F401  (puts the project on the path)
import torch
from _machine import machine_name
from _operators import sources
from terminaltables import GithubFlavoredMarkdownTable
from torch import Tensor

from projects.smn.errors import UserError, run_tool
from projects.smn.ops.roi_cells import Grid

SIZE, STRIDES, CHANNELS, CELLS = 800, (4, 8, 16, 32), 256, 7
FINEST_ROI = 56  # up to twice that, in pixels, RoIs belong to the first map, as in mmdet
IOU = 0.7
SOURCES = 'compiled', 'torchvision', 'ours'
COLUMNS = ('operator', *(f'{source} (ms)' for source in SOURCES), 'ours / compiled', 'apart')
Level = tuple[Tensor, Tensor, Grid]  # a map, the RoIs that belong to it, what to do


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--boxes', nargs='+', type=int, default=[1000, 4000], help='of NMS')
    add('--rois', nargs='+', type=int, default=[20, 100, 1000], help='of RoIAlign')
    add('--networks', nargs='+', metavar='CONFIG', help='time these in place of operators')
    add('--threads', type=int, default=torch.get_num_threads(), help='of PyTorch')
    add('--repeats', type=int, default=10, help='calls of which the median counts, after one')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    if min(*args.boxes, *args.rois, args.threads, args.repeats) < 1:
        raise UserError('--boxes, --rois, --threads and --repeats must be 1 or more')
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    table = network_table(args) if args.networks else operator_table(args)
    threads = f'{args.threads} thread' + 's' * (args.threads > 1)
    print(GithubFlavoredMarkdownTable(table).table)
    print(
        f'\n{machine_name("cpu")}, {threads}; torch {torch.__version__}; '
        f'median of {args.repeats} after 1.'
    )


def operator_table(args: argparse.Namespace) -> list:
    table = [COLUMNS]
    for count in args.boxes:
        boxes = proposals(count)
        scores = torch.randperm(count) / count  # no two equal: then any order is right
        table.append(
            row(
                f'NMS of {count}', args.repeats, lambda ops, b=boxes, s=scores: [ops.nms(b, s, IOU)]
            )
        )
    maps = [torch.randn(1, CHANNELS, SIZE // stride, SIZE // stride) for stride in STRIDES]
    for ratio in (0, 2):
        for count in args.rois:
            table += roi_align_rows(by_level(maps, proposals(count), ratio), count, args.repeats)
    return table


def network_table(args: argparse.Namespace) -> list:
    from _network_operators import network_rows  # imports what operators do not need

    table = [('network', 'compiled (ms)', 'ours (ms)', 'ours / compiled')]
    for config in args.networks:
        table += network_rows(config, args.repeats)
    return table


def roi_align_rows(levels: list[Level], count: int, repeats: int) -> list[list[str]]:
    grads = [torch.randn(len(rois), CHANNELS, CELLS, CELLS) for _, rois, _ in levels]
    name = f'RoIAlign of {count}, ratio {levels[0][2].sampling_ratio}'
    return [
        row(name, repeats, lambda ops: [ops.forward(*level) for level in levels]),
        row(
            f'{name}, backward',
            repeats,
            lambda ops: [
                ops.backward(grad, *level) for grad, level in zip(grads, levels, strict=True)
            ],
        ),
    ]


def row(name: str, repeats: int, call: Callable[[object], list[Tensor]]) -> list[str]:
    """The cells of one line: what a call takes with the operators of each source."""
    times, results = {}, {}
    for source, operators in sources().items():
        results[source] = call(operators)
        times[source] = milliseconds(lambda operators=operators: call(operators), repeats)
    cells = [f'{times[source]:.1f}' if source in times else '' for source in SOURCES]
    if 'compiled' not in times:
        return [name, *cells, '', '']
    difference = apart(results['ours'], results['compiled'])
    return [name, *cells, f'{times["ours"] / times["compiled"]:.2f}', f'{difference:.1g}']


def milliseconds(call: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e3 * median(times)


def apart(a: list[Tensor], b: list[Tensor]) -> float:
    """The largest difference between pairs of tensors."""
    return max(
        (x - y).abs().max().item() if x.shape == y.shape else float('inf')
        for x, y in zip(a, b, strict=True)
    )


def proposals(count: int) -> Tensor:
    """Boxes (count, 4) of 16 to 400 pixels, about 15 around each of the objects of an image."""
    objects = max(1, count // 15)
    sides = 16 * 25 ** torch.rand(objects, 1) * 1.5 ** (torch.rand(objects, 2) * 2 - 1)
    centres = sides / 2 + torch.rand(objects, 2) * (SIZE - sides)
    sides, centres = (of_objects[torch.arange(count) % objects] for of_objects in (sides, centres))
    centres = centres + 0.1 * sides * torch.randn(count, 2)
    sides = sides * 1.2 ** torch.randn(count, 2)
    return torch.cat([centres - sides / 2, centres + sides / 2], 1).clamp(0, SIZE)


def by_level(maps: list[Tensor], boxes: Tensor, ratio: int) -> list[Level]:
    """The RoIs (R, 5) of boxes, shared out among maps by their size."""
    sizes = (boxes[:, 2:] - boxes[:, :2]).prod(1).sqrt()
    levels = (sizes / FINEST_ROI).log2().floor().clamp(0, len(maps) - 1)
    rois = torch.cat([torch.zeros(len(boxes), 1), boxes], 1)
    return [
        (map_, rois[levels == index], Grid(CELLS, CELLS, 1 / STRIDES[index], ratio, True))
        for index, map_ in enumerate(maps)
        if (levels == index).any()
    ]


if __name__ == '__main__':
    run_tool(main)
