"""All metrics of a network that answers about whole images."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from whole_samples import NOT_LABELLED, TASKS, fields, metrics_of, sample

from projects.smn.evaluation import metrics_table

PAIRS = [(fields(2 * i), fields(2 * i + 1)) for i in range(8)]


def of(pairs, **options):
    return metrics_of([sample(*pair) for pair in pairs], **options)


def same(values):
    return pytest.approx(values, abs=1e-9, nan_ok=True)


def column(name, side):
    return np.array([pair[side][name][0] for pair in PAIRS])


def test_accuracy_is_the_share_of_images_that_are_right():
    found = of(PAIRS)
    for name in ('species', 'age'):
        right = column(name, 0) == column(name, 1)
        assert 0 < right.mean() < 1
        assert found[f'{name}/accuracy'] == pytest.approx(right.mean())
    near = abs(column('age', 0) - column('age', 1)) <= 1
    assert found['age/within_1'] == pytest.approx(near.mean())
    assert 'species/within_1' not in found


def test_the_error_of_numbers_is_over_images():
    errors = abs(column('weight', 0) - column('weight', 1))
    assert of(PAIRS)['weight/MAE'] == pytest.approx(errors.mean())


def test_nothing_was_matched_and_no_objects_are_scored():
    names = of(PAIRS)
    assert not [name for name in names if name.endswith('matched') or name.startswith('bbox')]
    assert {name.partition('/')[0].partition(':')[0] for name in names} == set(TASKS)


def test_tasks_of_objects_are_not_scored_where_none_are_detected():
    more = {**TASKS, 'mask': dict(type='MaskTask'), 'length': dict(type='RegressionTask')}
    assert of(PAIRS, tasks=more).keys() == of(PAIRS).keys()


@pytest.mark.parametrize('task', TASKS)
def test_an_image_that_is_not_labelled_for_a_task_counts_for_the_others(task):
    unlabelled = (PAIRS[0][0], {**PAIRS[0][1], task: NOT_LABELLED[task]})
    found, without, with_it = of([unlabelled, *PAIRS[1:]]), of(PAIRS[1:]), of(PAIRS)
    own = {name for name in found if name.startswith((f'{task}/', f'{task}:'))}
    assert {n: found[n] for n in own} == same({n: without[n] for n in own})
    assert {n: found[n] for n in own} != same({n: with_it[n] for n in own})
    others = set(found) - own
    assert {n: found[n] for n in others} == same({n: with_it[n] for n in others})


def test_nothing_labelled_has_the_same_names_and_no_numbers():
    found = of([(prediction, NOT_LABELLED) for prediction, _ in PAIRS])
    assert found.keys() == of(PAIRS).keys()
    assert all(map(math.isnan, found.values()))


def test_a_perfect_prediction_has_one_everywhere_and_no_error():
    for name, value in of([(truth, truth) for _, truth in PAIRS]).items():
        assert value == pytest.approx(0 if name.endswith('MAE') else 1), name


def test_the_table_has_a_row_for_every_class_of_a_map():
    lines = metrics_table(of(PAIRS)).splitlines()
    header, _, *rows = ([cell.strip() for cell in line.strip('|').split('|')] for line in lines)
    by_name = {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows}
    assert list(by_name) == ['map', *(f'map:{c}' for c in TASKS['map']['classes'])] + [
        name for name in TASKS if name != 'map'
    ]
    assert by_name['map']['mIoU']
    assert by_name['map:fur']['IoU']
    assert not by_name['map:fur']['mIoU']
    assert 'matched' not in header


def test_a_network_that_detects_has_boxes_beside():
    samples = [sample(*pair) for pair in PAIRS[:1]]
    box = dict(bboxes=torch.tensor([[1.0, 1, 5, 5]]), labels=torch.tensor([0]))
    samples[0]['gt_instances'] = InstanceData(**box).to_dict()
    samples[0]['pred_instances'] = InstanceData(**box, scores=torch.tensor([0.9])).to_dict()
    found = metrics_of(samples)
    assert found['bbox/mAP_50'] == pytest.approx(1)
    assert found['bbox/matched'] == 1
    assert found['map/mIoU'] == same(of(PAIRS[:1])['map/mIoU'])


def read(path):
    with path.open(newline='', encoding='utf-8') as file:
        return list(csv.reader(file))


def test_confusions_are_written_true_classes_down_and_predicted_ones_across(tmp_path):
    of(PAIRS, out_dir=str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {
        'errors.csv',
        'confusion_species.csv',
        'confusion_age.csv',
    }
    header, *rows = read(tmp_path / 'confusion_species.csv')
    assert header == ['true / predicted', 'cat', 'dog', 'hare']
    counts = np.zeros((3, 3), int)
    for predicted, true in zip(column('species', 0), column('species', 1), strict=True):
        counts[true, predicted] += 1
    assert not np.array_equal(counts, counts.T)
    assert rows == [
        [name, *map(str, row)] for name, row in zip(header[1:], counts.tolist(), strict=True)
    ]


def test_confusions_of_nothing_are_zeros(tmp_path):
    of([(PAIRS[0][0], NOT_LABELLED)], out_dir=str(tmp_path))
    _, *rows = read(tmp_path / 'confusion_age.csv')
    assert rows == [[name, '0', '0', '0'] for name in ('1', '2', '3')]


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    of(PAIRS)
    assert not list(tmp_path.iterdir())
