"""Curves of a log."""

from __future__ import annotations

import json

import cv2
import plot_log
import pytest
from command_line import run

from projects.smn.errors import UserError

TRAINING = [
    dict(loss=4.0, loss_mask=1.0, lr=0.1, iter=50, epoch=1, step=50),
    dict(loss=2.0, loss_mask=0.5, lr=0.1, iter=100, epoch=2, step=100),
    {'mask/mAP': 0.4, 'mask/mAP_50': 0.6, 'length/relative_MAE': 0.1, 'step': 2},
]


def write_log(work_dir, *records: dict | str, run='20260101_000000') -> None:
    folder = work_dir / run / 'vis_data'
    folder.mkdir(parents=True)
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    (folder / 'scalars.json').write_text('\n'.join(lines))


def test_losses_and_one_metric_of_each_task_are_drawn(tmp_path):
    write_log(tmp_path / 'run', *TRAINING)
    done = run('plot_log.py', tmp_path / 'run', '--out', tmp_path / 'out' / 'curves.png')
    assert done.returncode == 0, done.stderr
    assert cv2.imread(str(tmp_path / 'out' / 'curves.png')) is not None
    names = plot_log.chosen([plot_log.read_curves(tmp_path / 'run')], None)
    assert names == ['loss', 'loss_mask', 'mask/mAP', 'length/relative_MAE']


def test_validation_stands_at_the_iteration_that_it_followed(tmp_path):
    write_log(tmp_path / 'run', *TRAINING)
    curves = plot_log.read_curves(tmp_path / 'run')
    assert curves['loss'] == {50: 4.0, 100: 2.0}
    assert curves['mask/mAP'] == {100: 0.4}


def test_a_training_by_iterations_has_its_validation_there_too(tmp_path):
    write_log(tmp_path / 'run', dict(loss=1.0, iter=250, step=250), {'mask/mAP': 0.4, 'step': 260})
    assert plot_log.read_curves(tmp_path / 'run')['mask/mAP'] == {260: 0.4}


def test_what_was_trained_again_after_a_resume_replaces_what_was_before(tmp_path):
    write_log(tmp_path / 'run', dict(loss=1.0, iter=50), dict(loss=9.0, iter=100))
    write_log(tmp_path / 'run', dict(loss=0.5, iter=100), run='20260102_000000')
    assert plot_log.read_curves(tmp_path / 'run')['loss'] == {50: 1.0, 100: 0.5}


def test_a_shorter_training_in_the_same_folder_stands_alone(tmp_path):
    write_log(tmp_path / 'run', dict(loss=1.0, iter=50), dict(loss=9.0, iter=100))
    write_log(tmp_path / 'run', dict(loss=0.5, iter=20), run='20260102_000000')
    assert plot_log.read_curves(tmp_path / 'run')['loss'] == {20: 0.5}


@pytest.mark.parametrize('name', ['curves.txt', 'curves'])
def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path, name):
    write_log(tmp_path / 'run', *TRAINING)
    done = run('plot_log.py', tmp_path / 'run', '--out', tmp_path / name)
    assert done.returncode == 2
    assert 'Traceback' not in done.stderr


def test_a_whole_name_is_that_curve_alone(tmp_path):
    write_log(tmp_path / 'run', *TRAINING)
    curves = plot_log.read_curves(tmp_path / 'run')
    assert plot_log.chosen([curves], ['mask/mAP']) == ['mask/mAP']
    assert plot_log.chosen([curves], ['mask/']) == ['mask/mAP', 'mask/mAP_50']


def test_weights_of_a_balancer_have_an_axis_of_their_own(tmp_path):
    write_log(tmp_path / 'run', {'loss': 1.0, 'weight/mask': 0.5, 'iter': 50})
    names = plot_log.chosen([plot_log.read_curves(tmp_path / 'run')], None)
    assert [plot_log.scale_of(name) for name in names] == ['loss', 'weight']


def test_no_two_of_forty_curves_look_alike():
    assert len({tuple(look.items()) for look in plot_log.LOOKS}) == 40


def test_the_last_line_of_a_killed_run_is_passed_over(tmp_path):
    write_log(tmp_path / 'run', TRAINING[0], '{"loss": 2.')
    assert plot_log.read_curves(tmp_path / 'run')['loss'] == {50: 4.0}


def test_keys_that_a_log_lacks_are_named_with_those_it_has(tmp_path):
    write_log(tmp_path / 'run', dict(loss=1.0, iter=50))
    with pytest.raises(UserError, match=r"'weight/'.*'loss'"):
        plot_log.chosen([plot_log.read_curves(tmp_path / 'run')], ['weight/'])


def test_a_folder_without_a_log_is_said(tmp_path):
    done = run('plot_log.py', tmp_path, '--out', tmp_path / 'curves.png')
    assert done.returncode == 2
    assert 'is it the work dir of a run' in done.stderr
