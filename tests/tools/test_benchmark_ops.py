"""``tools/benchmark_ops.py``: one table of operators from three sources."""

from __future__ import annotations

from importlib import import_module

import benchmark_ops
import pytest
import torch
from command_line import DEMO

from projects.smn.engine.predictor import load_config
from projects.smn.errors import UserError
from projects.smn.ops import extension, operators_are_compiled
from projects.smn.ops.origin import CALLERS

QUICK = ['--boxes', '20', '--rois', '5', '--repeats', '1', '--threads', '1']


def test_each_operator_has_a_row_and_ours_a_time(capsys):
    benchmark_ops.main(QUICK)
    header, _, *rows = [
        [cell.strip() for cell in line.split('|')[1:-1]]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith('|')
    ]
    assert [name for name, *_ in rows] == [
        'NMS of 20',
        *(
            f'RoIAlign of 5, ratio {ratio}{direction}'
            for ratio in (0, 2)
            for direction in ('', ', backward')
        ),
    ]
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        assert float(cells['ours (ms)']) >= 0
        assert bool(cells['compiled (ms)']) == operators_are_compiled()
        assert not cells['apart'] or float(cells['apart']) < 1e-3


def test_boxes_have_an_area_and_stay_in_the_image():
    boxes = benchmark_ops.proposals(300)
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    assert boxes.min() >= 0
    assert boxes.max() <= benchmark_ops.SIZE


def test_every_roi_belongs_to_one_map():
    maps = [torch.zeros(1, 1, 2, 2)] * 4
    levels = benchmark_ops.by_level(maps, benchmark_ops.proposals(100), 0)
    assert sum(len(rois) for _, rois, _ in levels) == 100


def test_no_boxes_are_refused():
    with pytest.raises(UserError, match='1 or more'):
        benchmark_ops.main(['--boxes', '0'])


def test_a_network_changes_every_operator_of_ours():
    import _network_operators as networks

    modules = [import_module(f'mmcv.ops.{name}') for name in CALLERS]
    before = modules[0].ext_module
    networks._use(extension)
    try:
        assert all(module.ext_module is extension for module in modules)
    finally:
        networks._use(before)


def test_networks_are_timed_with_both_kinds_of_operators(fruit, tmp_path, capsys):
    config = tmp_path / 'demo.py'
    config.write_text(f'_base_ = {str(DEMO)!r}\n')
    command = ['--networks', str(config), '--repeats', '1', '--threads', '1']
    if not operators_are_compiled():
        with pytest.raises(UserError, match='needs the compiled mmcv'):
            benchmark_ops.main(command)
        return
    roots = {f'{part}_dataloader.dataset.data_root': str(fruit) for part in ('train', 'test')}
    cfg = load_config(DEMO, roots)
    cfg.dump(config)
    benchmark_ops.main(command)
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith('| demo')]
    assert len(rows) == 2
    assert all(float(row.split('|')[-2]) > 0 for row in rows)
