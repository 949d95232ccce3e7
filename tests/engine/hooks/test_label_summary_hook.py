"""What the training set is labelled for is said before the training."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from helpers import TASKS, make_dataset, make_tiny_coco, read_coco, write_coco
from mmdet.datasets import ConcatDataset
from mmengine.config import Config
from mmengine.dataset import RepeatDataset

from projects.smn.engine import LabelSummaryHook
from projects.smn.errors import UserError


@pytest.fixture
def log(caplog):
    """Runs the hook on a training set and returns what is logged, with levels."""
    logger = logging.getLogger('label summary')

    def run(dataset, max_per_img=100, rpn_head=None, strict=False):
        caplog.clear()
        runner = SimpleNamespace(
            model=SimpleNamespace(rpn_head=rpn_head),
            train_dataloader=SimpleNamespace(dataset=dataset),
            val_loop=None,
            logger=logger,
            cfg=Config(
                dict(model=dict(test_cfg=dict(rcnn=dict(max_per_img=max_per_img))), strict=strict)
            ),
        )
        with caplog.at_level(logging.INFO, logger.name):
            LabelSummaryHook().before_train(runner)
        return [(record.levelno, record.getMessage()) for record in caplog.records]

    return run


def rows_of(message):
    lines = [line for line in message.splitlines() if line.startswith('|')]
    rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
    return [rows[0], *rows[2:]]


def with_labels(root, *keys, complete=True):
    """A data set in which only some keys are labelled."""
    content = read_coco(make_tiny_coco(root))
    always = {'id', 'image_id', 'category_id', 'bbox', 'iscrowd', *keys}
    for annotation in content['annotations']:
        for key in set(annotation) - always:
            del annotation[key]
    content['images'][0]['complete'] = complete
    write_coco(root, content)
    return make_dataset(root)


def test_each_annotation_file_has_a_row_of_counts(log, tmp_path):
    boxes = with_labels(tmp_path / 'boxes', complete=False)
    full = make_dataset(make_tiny_coco(tmp_path / 'full'))
    ((level, message),) = log(ConcatDataset([boxes, full]))
    assert level == logging.INFO
    assert rows_of(message) == [
        ['annotation file', 'images', 'incomplete', 'boxes', *TASKS],
        [boxes.ann_file, '3', '1', '6', *'000000'],
        [full.ann_file, '3', '0', '6', *'422242'],
    ]


def test_a_source_that_is_repeated_is_counted_once(log, tiny_coco):
    dataset = make_dataset(tiny_coco)
    assert log(RepeatDataset(dataset, 10)) == log(dataset)


def test_tasks_that_are_labelled_nowhere_are_warned_about(log, tmp_path):
    masks = with_labels(tmp_path / 'masks', 'segmentation', 'keypoints')
    _, (level, message) = log(ConcatDataset([masks, with_labels(tmp_path / 'boxes')]))
    assert level == logging.WARNING
    assert "'spine', 'neck', 'colour', 'length'" in message
    assert "'mask'" not in message


def test_files_without_a_label_of_any_task_are_refused(log, tmp_path):
    sources = [with_labels(tmp_path / name) for name in 'ab']
    with pytest.raises(UserError) as error:
        log(ConcatDataset(sources))
    assert "any task ('mask', 'spine'" in str(error.value)
    assert all(repr(source.ann_file) in str(error.value) for source in sources)


def test_boxes_alone_are_fine_where_no_task_is_declared(log, tiny_coco):
    ((_, message),) = log(make_dataset(tiny_coco, tasks={}))
    assert rows_of(message)[0] == ['annotation file', 'images', 'incomplete', 'boxes']


def test_data_sets_of_another_kind_are_left_out(log, tiny_coco):
    class Other(list):
        pass

    assert log(Other(range(3))) == []


def test_an_image_with_more_objects_than_the_network_gives_is_warned_about(log, tiny_coco):
    dataset = make_dataset(tiny_coco)
    most = dataset.label_counts().most
    assert most > 1
    assert len(log(dataset, max_per_img=most)) == 1
    _, (level, message) = log(dataset, max_per_img=most - 1)
    assert level == logging.WARNING
    assert f'{most} objects' in message
    assert f'{most - 1} at most' in message


@pytest.mark.parametrize('complete', [False, ['fruit']])
def test_that_an_rpn_learns_no_background_is_warned_about(log, tmp_path, complete):
    content = read_coco(make_tiny_coco(tmp_path))
    for image in content['images']:
        image['complete'] = complete
    write_coco(tmp_path, content)
    dataset = make_dataset(tmp_path)
    assert not [message for level, message in log(dataset) if level == logging.WARNING]
    ((level, message),) = log(dataset, rpn_head='one')[1:]
    assert level == logging.WARNING
    assert 'the RPN learns no background' in message


def test_what_was_mended_is_below_the_table_and_strict_refuses_it(log, tmp_path):
    content = read_coco(make_tiny_coco(tmp_path))
    content['annotations'][0]['bbox'] = [0, 0, 0, 0]
    write_coco(tmp_path, content)
    dataset = make_dataset(tmp_path)
    _, (_, message) = log(dataset)
    assert '  boxes of no size, taken from the outline: 1 (annotation 1)' in message
    with pytest.raises(UserError, match=r'--strict refuses .*train\.json: boxes of no size'):
        log(dataset, strict=True)
