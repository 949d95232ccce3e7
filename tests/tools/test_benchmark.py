"""``tools/benchmark.py``: one table of size, work, time, memory and accuracy."""

from __future__ import annotations

import csv
import os
from itertools import product
from types import SimpleNamespace

import _machine
import _measure
import benchmark
import numpy as np
import pytest
import torch
from _measure import Setup, measure
from command_line import ROOT, run
from mmengine.device import get_device
from networks import tiny_config, tiny_model

from projects.smn.errors import UserError
from projects.smn.evaluation.comparison import box_iou

PLAIN = ROOT / 'configs/pet/unet-mtl_pet.py'  # finds no boxes, so its work is that of its layers
QUICK = ('--repeats', '1', '--warm-up', '0', '--threads', '1', '--size', '64', '64')


def measured(config, **changes):
    setup = dict(size=(64, 64), image=None, device='cpu', threads=1, warm_up=0, repeats=1)
    return measure(config, None, None, Setup(**{**setup, **changes}))


def rows_of(out):
    with (out / 'benchmark.csv').open(newline='') as file:
        return list(csv.DictReader(file))


def test_work_grows_with_the_area_and_the_number_of_parameters_does_not():
    small, large = measured(PLAIN), measured(PLAIN, size=(128, 128))
    assert small['parameters'] == large['parameters']
    assert large['flops'] == pytest.approx(4 * small['flops'], rel=0.01)
    assert small['boxes'] is large['boxes'] is None
    assert small['ms'] > 0


def test_memory_is_that_of_the_network_and_not_of_what_is_imported():
    setup = Setup((64, 64), None, 'cpu', 1, 0, 1)
    wide = {'model.heads.attributes.hidden': 30_000}
    small, large = (benchmark.alone(measure, PLAIN, o, None, setup) for o in (None, wide))
    more = 4 * (large['parameters'] - small['parameters'])
    assert more > 40e6
    assert large['memory'] - small['memory'] == pytest.approx(more, rel=0.25)
    # While batch norms are folded, backbone and neck are there twice.
    assert small['memory'] < 2 * 4 * small['parameters'] + 60e6


@pytest.mark.parametrize('name', ['smn_realtime_fruit_demo', 'smn_lite0_fpn_fruit_demo'])
def test_networks_are_measured_as_if_they_had_found_as_many_objects(name):
    config = ROOT / f'configs/fruit/{name}.py'
    few, many = (measured(config, objects=number) for number in (2, 30))
    assert (few['boxes'], many['boxes']) == (2, 30)
    assert many['flops'] > few['flops']


@pytest.mark.parametrize('count', [1, 2, 20])
def test_these_objects_lie_side_by_side_on_the_image(count):
    boxes = _measure._spread_boxes(count, (60, 90))
    assert boxes.shape == (count, 4)
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] <= torch.tensor([90, 60])).all()
    overlaps = box_iou(boxes.numpy(), boxes.numpy())
    np.testing.assert_allclose(overlaps, np.eye(count), atol=1e-6)


def test_a_network_that_finds_no_objects_cannot_be_given_any(monkeypatch):
    with pytest.raises(UserError, match='--objects'):
        measured(PLAIN, objects=3)
    # It is said before any other is measured.
    monkeypatch.setattr(benchmark, 'alone', lambda *args: pytest.fail('measured'))
    configs = [ROOT / 'configs/fruit/smn_realtime_fruit_demo.py', PLAIN]
    with pytest.raises(UserError, match=f'^--objects: {PLAIN} finds no objects$'):
        benchmark.main([*map(str, (*configs, *QUICK, '--objects', 3))])


@pytest.fixture
def tiny(tiny_coco, tmp_path):
    """A config of a small two-stage network on the tiny data set, and a checkpoint of it."""
    cfg = tiny_config(tiny_coco)
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
    cfg.dump(tmp_path / 'tiny.py')
    torch.save(dict(state_dict=tiny_model(tiny_coco).state_dict()), tmp_path / 'tiny.pth')
    return tmp_path / 'tiny.py', tmp_path / 'tiny.pth'


def test_one_table_holds_networks_with_and_without_a_checkpoint(
    tiny, tiny_coco, tmp_path, monkeypatch
):
    # In this process; the test below sees that each has one of its own.
    monkeypatch.setattr(benchmark, 'alone', lambda function, *args: function(*args))
    config, checkpoint = tiny
    image = tiny_coco / 'train/1.png'
    words = [config, config, *QUICK, '--checkpoints', checkpoint, 'none', '--image', image]
    benchmark.main([str(word) for word in (*words, '--out', tmp_path)])
    measured, without = rows_of(tmp_path)
    assert measured['parameters (M)'] == without['parameters (M)']
    assert int(measured['boxes']) >= 0
    for split, task, metric in product(('val', 'test'), ('bbox', 'mask'), ('mAP', 'mAP_50')):
        assert 0 <= float(measured[f'{split} {task}/{metric}']) <= 1
        assert without[f'{split} {task}/{metric}'] == ''
    lines = (tmp_path / 'benchmark.md').read_text().splitlines()
    assert lines[0].startswith('| config ')
    assert measured['machine'] == without['machine'] != ''
    assert measured['threads'] == '1'
    assert '(1.png); random weights where there is no accuracy; ' in lines[-1]
    assert '1 thread; torch ' in lines[-1]


def test_a_mistake_that_shows_late_loses_no_earlier_row(tmp_path, monkeypatch):
    def killed_the_second_time(function, *args):
        if (tmp_path / 'benchmark.csv').exists():
            raise UserError('the process was killed')
        return function(*args)

    monkeypatch.setattr(benchmark, 'alone', killed_the_second_time)
    with pytest.raises(UserError, match='was killed'):
        benchmark.main([*map(str, (PLAIN, PLAIN, *QUICK, '--out', tmp_path))])
    [row] = rows_of(tmp_path)
    assert row['config'] == PLAIN.stem


def test_a_checkpoint_is_evaluated_on_the_device_and_threads_that_are_measured(
    tiny, tmp_path, monkeypatch
):
    asked = {}

    class Runner:
        def test(self):
            asked.update(device=get_device(), threads=torch.get_num_threads())
            return {}

    threads = torch.get_num_threads()
    monkeypatch.setattr('mmengine.device.utils.DEVICE', 'cuda')
    monkeypatch.setattr(_measure, 'RUNNERS', SimpleNamespace(build=lambda cfg: Runner()))
    setup = Setup((64, 64), None, 'cpu', threads + 1, 0, 1)
    config, checkpoint = tiny
    _measure.evaluate(config, None, str(checkpoint), 'val', tmp_path, setup)
    torch.set_num_threads(threads)
    assert asked == dict(device='cpu', threads=threads + 1)


def test_a_machine_without_cpuinfo_has_a_name(monkeypatch):
    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(_machine.Path, 'read_text', missing)
    monkeypatch.setattr(_machine.platform, 'processor', lambda: '')
    monkeypatch.setattr(_machine.platform, 'machine', lambda: 'abacus')
    assert _machine.machine_name('cpu') == 'abacus'


def test_each_network_has_a_process_of_its_own_and_one_that_is_killed_is_a_sentence():
    first, second = benchmark.alone(os.getpid), benchmark.alone(os.getpid)
    assert len({first, second, os.getpid()}) == 3
    with pytest.raises(UserError, match='7: the process was killed'):
        benchmark.alone(os._exit, 7)


def test_the_command_line_measures_a_config_without_data_and_weights(tmp_path):
    done = run('benchmark.py', PLAIN, *QUICK, '--out', tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    [row] = rows_of(tmp_path)
    assert row['config'] == PLAIN.stem
    assert row['boxes'] == ''
    assert float(row['GFLOPs']) > 0
    assert (tmp_path / 'benchmark.md').read_text() in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {'benchmark.csv', 'benchmark.md'}


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        ([PLAIN, '--checkpoints', 'none', 'none'], '1 configs and 2 checkpoints'),
        ([PLAIN, '--checkpoints', 'nowhere.pth'], 'there is no checkpoint nowhere'),
        ([PLAIN, '--repeats', 0], 'must be 1 or more'),
        ([PLAIN, '--device', 'abacus'], 'no such device'),
        ([PLAIN, 'nowhere.py'], 'there is no config nowhere'),
    ],
)
def test_a_wrong_word_is_one_sentence_before_anything_is_measured(words, sentence, tmp_path):
    with pytest.raises(UserError, match=sentence):
        benchmark.main([*map(str, words), '--out', str(tmp_path / 'out')])
    assert not (tmp_path / 'out').exists()
