"""Figures of a data set: what they count is what is there."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import CLASSES, TASKS, make_dataset

from projects.smn.tasks import build_tasks
from projects.smn.visualization.samples import labels_of, places_of_classes, places_of_values
from projects.smn.visualization.statistics import (
    _middle,
    class_figure,
    labelled_figure,
    size_figure,
    task_figure,
    write_statistics,
)

WHOLE = dict(
    species=dict(type='ClassificationTask', per='image', classes=('cat', 'dog', 'cow')),
    weight=dict(type='RegressionTask', per='image', unit='kg'),
    head=dict(type='BoxTask'),
)


@pytest.fixture
def entries(tiny_coco) -> list[dict]:
    """Three images with two objects each; the third has only boxes."""
    dataset = make_dataset(tiny_coco)
    return [dataset.get_data_info(index) for index in range(len(dataset))]


@pytest.fixture
def whole() -> list[dict]:
    """Three images without objects and with labels of their own; the third has none."""
    labels = [
        dict(species=1, weight=4.5, head=[1, 1, 5, 5]),
        dict(species=1, head=[np.nan] * 4),
        {},
    ]
    size = dict(width=8, height=6, complete=True, instances=[])
    return [dict(size, img_path=str(n), image_labels=some) for n, some in enumerate(labels)]


def texts(figure) -> list[str]:
    (axes,) = figure.axes
    return [text.get_text() for text in axes.texts]


def widths(figure) -> list[float]:
    (axes,) = figure.axes
    return [bar.get_width() for bar in axes.patches]


def picture(path: str) -> np.ndarray:
    return np.zeros((48, 64, 3), np.uint8)


def test_objects_are_counted_by_class(entries):
    figure = class_figure(entries, CLASSES)
    assert widths(figure) == [3, 3]
    assert texts(figure) == ['3 on 3 images', '3 on 3 images']


def test_crowds_are_not_objects(entries):
    for entry in entries:
        entry['instances'][0]['ignore_flag'] = 1
    assert widths(class_figure(entries, CLASSES)) == [0, 3]


def test_the_labelled_share_is_of_what_a_task_asks_about(entries):
    tasks = build_tasks(TASKS, CLASSES)
    notes = dict(
        zip(['detection', *tasks], texts(labelled_figure(entries, CLASSES, tasks)), strict=True)
    )
    assert notes['detection'] == '3 of 3 images'
    assert notes['mask'] == '4 of 6 objects'
    assert notes['neck'] == '2 of 3 objects'


def test_images_count_for_tasks_of_the_whole_image(whole):
    tasks = build_tasks(WHOLE, CLASSES)
    notes = texts(labelled_figure(whole, CLASSES, tasks))
    assert notes == ['2 of 3 images', '1 of 3 images', '1 of 3 images']


def test_a_bar_for_each_class_with_its_count(entries, whole):
    neck = task_figure(entries, CLASSES, build_tasks(TASKS, CLASSES)['neck'])
    assert widths(neck) == [1, 0, 1]
    assert texts(neck) == ['1 (50 %)', '0 (0 %)', '1 (50 %)']
    species = task_figure(whole, CLASSES, build_tasks(WHOLE, CLASSES)['species'])
    assert widths(species) == [0, 2, 0]
    assert species.axes[0].get_xlabel() == 'images'


def test_a_histogram_names_the_unit_and_holds_every_number(entries):
    (axes,) = task_figure(entries, CLASSES, build_tasks(TASKS, CLASSES)['length']).axes
    assert axes.get_xlabel() == 'length (mm)'
    assert sum(bar.get_height() for bar in axes.patches) == 2
    assert 'mean 151.5' in axes.get_title()


def test_a_typo_far_away_does_not_ask_for_a_bin_for_each_number_on_the_way():
    typo = 4e12
    low, high = _middle([*range(100, 159), typo])
    assert low > 100
    assert high < typo
    assert _middle([1.0, typo]) == (1.0, typo)


def test_tasks_without_a_distribution_or_a_label_have_no_figure(entries):
    tasks = build_tasks(TASKS, CLASSES)
    assert task_figure(entries, CLASSES, tasks['mask']) is None
    assert task_figure(entries[2:], CLASSES, tasks['neck']) is None


def test_image_sizes_are_in_the_title(entries):
    assert '3 images, 1 size, 64-64 x 48-48 px' in size_figure(entries).axes[0].get_title()


def test_samples_are_found_by_class_and_by_value(entries, whole):
    places = places_of_classes(entries, CLASSES)
    assert {name: len(found) for name, found in places.items()} == dict(fruit=3, card=3)
    species = build_tasks(WHOLE, CLASSES)['species']
    places = places_of_values(whole, CLASSES, species)
    assert {name: len(found) for name, found in places.items()} == dict(cat=0, dog=2, cow=0)
    neck = places_of_values(entries, CLASSES, build_tasks(TASKS, CLASSES)['neck'])
    boxes = [box for _, box in places_of_classes(entries, CLASSES)['fruit']]
    assert {name: [box for _, box in found] for name, found in neck.items()} == {
        '1': boxes[:1],
        '2': [],
        '3': boxes[1:2],
    }


def test_labels_are_those_of_the_objects_that_a_task_is_of(entries):
    tasks = build_tasks(TASKS, CLASSES)
    assert [label for _, label in labels_of(entries, CLASSES, tasks['neck'])] == [0, 2, None]
    assert len(list(labels_of(entries, CLASSES, tasks['colour']))) == 6


def test_a_file_is_written_for_all_that_there_is_to_show(entries, whole, tmp_path):
    tasks = build_tasks(TASKS, CLASSES)
    paths = write_statistics(entries, CLASSES, tasks, picture, tmp_path / 'a')
    assert [path.stem for path in paths] == [
        'classes',
        'labelled',
        'image_sizes',
        'task_neck',
        'task_colour',
        'task_length',
        'samples',
        'samples_neck',
        'samples_colour',
    ]
    assert sorted(paths) == sorted((tmp_path / 'a').iterdir())
    again = write_statistics(entries, CLASSES, tasks, picture, tmp_path / 'b')
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    tasks = build_tasks(WHOLE, CLASSES)
    paths = write_statistics(whole, CLASSES, tasks, picture, tmp_path / 'c')
    names = ['labelled', 'image_sizes', 'task_species', 'task_weight', 'samples_species']
    assert [path.stem for path in paths] == names


def test_classes_and_tasks_of_any_name_are_drawn(whole, tmp_path):
    classes = (r'$\frac$', 'Käfer & Co_2')
    species = dict(type='ClassificationTask', per='image', classes=classes)
    for entry in whole:
        entry['image_labels'] = dict(species=0)
    tasks = build_tasks(dict(species=species), classes)
    paths = write_statistics(whole, classes, tasks, picture, tmp_path)
    assert all(path.stat().st_size > 1000 for path in paths)
