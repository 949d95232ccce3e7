"""What is taken out of a file, and what stays, for any content and any seed."""

from __future__ import annotations

import copy
import random
import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from helpers import CLASSES, TASKS, card, fruit, make_dataset, write_coco

from projects.smn.convert.sparsify import (
    find_labelled,
    keep_one_class_per_image,
    keep_one_task_per_image,
    keep_shares,
    make_incomplete,
    objects_of,
    shuffled,
)
from projects.smn.errors import UserError
from projects.smn.tasks import build_tasks

OF_TASKS = ('segmentation', 'masks', 'keypoints', 'num_keypoints', 'attributes')
seeds = pytest.mark.parametrize('seed', range(3))


@pytest.fixture
def tasks():
    return build_tasks(TASKS, CLASSES)


@pytest.fixture
def coco():
    """Forty images with one to three fruits and a card, fully labelled."""
    return make_coco(40)


def make_coco(count: int) -> dict:
    rng = random.Random(0)
    images, annotations = [], []
    for number in range(count):
        # Ids neither from 1 nor without gaps.
        image = dict(id=10 + 3 * number, file_name=f'copy{number}.png', width=64, height=48)
        images.append(image)
        for labels in [fruit(rng.randint(0, 4)) for _ in range(rng.randint(1, 3))] + [card()]:
            ids = dict(id=5 + 2 * len(annotations), image_id=image['id'], iscrowd=0)
            annotations.append({**labels, **ids})
            if 'keypoints' in labels:
                annotations[-1]['num_keypoints'] = 2
    categories = [dict(id=number, name=name) for number, name in enumerate(CLASSES, 1)]
    return dict(info={}, images=images, annotations=annotations, categories=categories)


def write_files(root: Path, coco: dict) -> None:
    """The annotation file, and an image for each of its records."""
    for image in coco['images']:
        shutil.copy(root / 'train/1.png', root / 'train' / image['file_name'])
    write_coco(root, coco)


def with_gaps(coco: dict, tasks: dict, seed: int) -> dict:
    """Some labels of some objects are absent already, so that images differ in what they have."""
    rng = random.Random(seed)
    annotations = []
    for annotation in coco['annotations']:
        for task in tasks.values():
            if rng.random() < 0.6:
                annotation = task.without_label(annotation)
        annotations.append(annotation)
    return {**coco, 'annotations': annotations}


@pytest.mark.parametrize('key', ['iscrowd', 'ignore'])
@pytest.mark.parametrize(('value', 'expected'), [('0', 3), ('false', 3), ('1', 2), (True, 2)])
def test_a_crowd_is_one_as_the_data_set_reads_it(coco, tasks, key, value, expected):
    coco['annotations'] = coco['annotations'][:3]
    coco['annotations'][0][key] = value
    assert len(objects_of(coco)) == expected
    assert len(find_labelled(coco, tasks)['colour']) <= expected


def test_a_crowd_that_is_neither_is_named(coco):
    coco['annotations'][1]['iscrowd'] = 'maybe'
    number = coco['annotations'][1]['id']
    with pytest.raises(UserError, match=f"annotation {number}: .*'maybe' is neither"):
        objects_of(coco)


def test_points_are_found_by_their_names(coco, tasks):
    """The task asks for two of three points in the file, of which the first is labelled alone."""
    coco['categories'][0]['keypoints'] = ['other', 'right', 'left']
    for annotation in coco['annotations']:
        if 'keypoints' in annotation:
            annotation['keypoints'] = [5, 5, 2, 0, 0, 0, 0, 0, 0]
    assert find_labelled(coco, tasks)['ends'] == []
    coco['annotations'][0]['keypoints'] = [0, 0, 0, 0, 0, 0, 7, 7, 2]
    assert find_labelled(coco, tasks)['ends'] == [coco['annotations'][0]]


def test_points_of_other_names_are_refused(coco, tasks):
    coco['categories'][0]['keypoints'] = ['head', 'tail']
    with pytest.raises(UserError, match="task 'ends': category 'fruit' has the points 'head'"):
        find_labelled(coco, tasks)


def images_of(coco: dict, tasks: dict) -> dict[str, set[int]]:
    found = find_labelled(coco, tasks)
    return {name: {a['image_id'] for a in labelled} for name, labelled in found.items()}


def bare(coco: dict) -> dict:
    """All that is no label of a task."""
    left = [{k: v for k, v in a.items() if k not in OF_TASKS} for a in coco['annotations']]
    return {**coco, 'annotations': left}


def assert_labels_are_a_part(small: dict, large: dict, tasks: dict) -> None:
    """What is labelled in ``small`` is labelled in ``large``, and has the same label."""
    whole = {annotation['id']: annotation for annotation in large['annotations']}
    for name, labelled in find_labelled(small, tasks).items():
        for annotation in labelled:
            label = tasks[name].find_label(annotation)
            assert label == tasks[name].find_label(whole[annotation['id']])


# One task per image


@seeds
def test_every_image_keeps_one_task_and_the_tasks_get_as_many_images(coco, tasks, seed):
    thin = keep_one_task_per_image(coco, tasks, seed)
    images = images_of(thin, tasks)
    dealt = Counter(image for ids in images.values() for image in ids)
    assert dealt == {image['id']: 1 for image in coco['images']}
    counts = [len(ids) for ids in images.values()]
    assert max(counts) - min(counts) <= 1
    assert bare(thin) == bare(coco)


@seeds
def test_of_its_task_an_image_keeps_every_label_and_no_trace_of_the_others(coco, tasks, seed):
    thin = keep_one_task_per_image(coco, tasks, seed)
    images = images_of(thin, tasks)
    for before, after in zip(coco['annotations'], thin['annotations'], strict=True):
        for name, task in tasks.items():
            if after['image_id'] not in images[name]:
                before = task.without_label(before)
        assert after == before
        assert {} not in after.values()
        assert ('num_keypoints' in after) == ('keypoints' in after)


@seeds
def test_an_image_is_dealt_only_to_a_task_it_has_labels_of(coco, tasks, seed):
    gappy = with_gaps(coco, tasks, seed)
    thin = keep_one_task_per_image(gappy, tasks, seed)
    had, have = images_of(gappy, tasks), images_of(thin, tasks)
    assert all(have[name] <= had[name] for name in tasks)
    assert Counter(i for ids in have.values() for i in ids) == dict.fromkeys(
        set().union(*had.values()), 1
    )
    assert_labels_are_a_part(thin, gappy, tasks)
    assert bare(thin) == bare(coco)


def test_too_few_images_for_the_tasks_are_refused(tasks):
    with pytest.raises(UserError, match=r"5 images .* too few .* 6 tasks.*'length' gets none"):
        keep_one_task_per_image(make_coco(5), tasks, 0)


# Shares


@seeds
@pytest.mark.parametrize('share', [0, 0.1, 0.25, 0.5, 0.99, 1.0])
def test_a_share_is_exact_and_other_tasks_are_untouched(coco, tasks, seed, share):
    gappy = with_gaps(coco, tasks, seed)
    thin = keep_shares(gappy, tasks, dict(neck=share, ends=share), seed)
    before, after = find_labelled(gappy, tasks), find_labelled(thin, tasks)
    had, have = images_of(gappy, tasks), images_of(thin, tasks)
    for name in tasks:
        if name in ('neck', 'ends'):
            assert len(have[name]) == round(share * len(had[name]))
            # An image keeps all labels of a task or none.
            kept = [a['id'] for a in before[name] if a['image_id'] in have[name]]
            assert [a['id'] for a in after[name]] == kept
        else:
            assert [a['id'] for a in after[name]] == [a['id'] for a in before[name]]
    assert_labels_are_a_part(thin, gappy, tasks)
    assert bare(thin) == bare(coco)


def test_keeping_all_changes_nothing(coco, tasks):
    assert keep_shares(coco, tasks, dict.fromkeys(tasks, 1.0), 0) == coco
    assert keep_shares(coco, tasks, {}, 0) == coco


@seeds
def test_a_larger_share_contains_the_smaller_one(coco, tasks, seed):
    chain = [
        images_of(keep_shares(coco, tasks, dict(mask=share, length=share), seed), tasks)
        for share in (0, 0.1, 0.3, 0.35, 0.8, 1)
    ]
    for small, large in pairwise(chain):
        assert small['mask'] <= large['mask']
        assert small['length'] <= large['length']


def test_what_is_kept_of_a_task_does_not_depend_on_the_others(coco, tasks):
    alone = images_of(keep_shares(coco, tasks, dict(neck=0.5), 0), tasks)
    orders = dict(rating_first=dict(spine=0.2, neck=0.5), last=dict(neck=0.5, length=0.9))
    for shares in orders.values():
        assert images_of(keep_shares(coco, tasks, shares, 0), tasks)['neck'] == alone['neck']
    fewer = {name: tasks[name] for name in ('length', 'neck')}
    assert images_of(keep_shares(coco, fewer, dict(neck=0.5), 0), tasks)['neck'] == alone['neck']
    both = images_of(keep_shares(coco, tasks, dict(neck=0.5, length=0.5), 0), tasks)
    assert both['neck'] != both['length']


# Incomplete images


@seeds
@pytest.mark.parametrize(('share', 'drop'), [(0.25, 0.5), (1, 0.3), (0.5, 1), (0.5, 0), (0, 0.5)])
def test_incomplete_images_lose_a_share_of_their_objects(coco, seed, share, drop):
    thin = make_incomplete(coco, share, drop, seed)
    incomplete = {image['id'] for image in thin['images'] if image.get('complete') is False}
    assert len(incomplete) == round(share * 40)
    before = Counter(a['image_id'] for a in coco['annotations'])
    after = Counter(a['image_id'] for a in thin['annotations'])
    for number, count in before.items():
        assert count - after[number] == (round(drop * count) if number in incomplete else 0)
    # What is left is as it was, and in its order.
    left = {annotation['id'] for annotation in thin['annotations']}
    assert thin['annotations'] == [a for a in coco['annotations'] if a['id'] in left]
    assert [i['id'] for i in thin['images']] == [i['id'] for i in coco['images']]
    assert all('complete' not in i for i in thin['images'] if i['id'] not in incomplete)


def test_more_incomplete_images_contain_fewer_and_more_dropped_objects_too(coco):
    def gone(share, drop):
        thin = make_incomplete(coco, share, drop, 0)
        return {a['id'] for a in coco['annotations']} - {a['id'] for a in thin['annotations']}

    assert gone(0.2, 0.5) < gone(0.6, 0.5) < gone(0.6, 0.8)


# One class per image


@seeds
@pytest.mark.parametrize('classes', [CLASSES, CLASSES[::-1]])
def test_each_image_keeps_the_objects_of_one_class_and_says_so(coco, seed, classes):
    thin = keep_one_class_per_image(coco, classes, seed)
    names = {category['id']: category['name'] for category in coco['categories']}
    dealt = {}
    for image, before in zip(thin['images'], coco['images'], strict=True):
        (dealt[image['id']],) = image['complete']
        assert {**before, 'complete': image['complete']} == image
    assert Counter(dealt.values()) == dict.fromkeys(classes, 20)
    assert thin['annotations'] == [
        a for a in coco['annotations'] if names[a['category_id']] == dealt[a['image_id']]
    ]


def test_only_what_is_boxed_completely_is_dealt(coco):
    for number, image in enumerate(coco['images']):
        image['complete'] = [True, False, ['card']][number % 3]
    thin = keep_one_class_per_image(coco, CLASSES, 0)
    said = [image['complete'] for image in thin['images']]
    assert said[::3] == [['fruit']] * 14  # as even as the others allow
    assert said[1::3] == [False] * 13
    assert said[2::3] == [['card']] * 13
    untouched = {image['id'] for image in coco['images'][1::3]}
    of = {True: [], False: []}
    for content, found in ((coco, of[True]), (thin, of[False])):
        found.extend(a for a in content['annotations'] if a['image_id'] in untouched)
    assert of[True] == of[False]


def test_a_class_without_objects_cannot_be_dealt(coco):
    coco['annotations'] = [a for a in coco['annotations'] if a['category_id'] == 1]
    with pytest.raises(UserError, match=r"^no object is of the class 'card'$"):
        keep_one_class_per_image(coco, CLASSES, 0)


# All of them


@pytest.mark.parametrize(
    'thin_out',
    [
        keep_one_task_per_image,
        lambda coco, tasks, seed: keep_shares(coco, tasks, dict(neck=0.5, mask=0.3), seed),
        lambda coco, tasks, seed: make_incomplete(coco, 0.5, 0.5, seed),
    ],
    ids=['one task', 'shares', 'incomplete'],
)
def test_the_seed_alone_decides_and_nothing_is_changed_in_place(coco, tasks, thin_out):
    given = copy.deepcopy(coco)
    results = [thin_out(coco, tasks, seed) for seed in (0, 0, 1)]
    assert results[0] == results[1] != results[2]
    assert coco == given
    # The order in the file does not matter.
    turned = {**coco, 'images': coco['images'][::-1], 'annotations': coco['annotations'][::-1]}
    again = thin_out(turned, tasks, 0)
    assert again['annotations'][::-1] == results[0]['annotations']
    assert again['images'][::-1] == results[0]['images']


def test_the_order_is_the_same_in_every_process_and_of_every_part():
    # A number from another process: hash() would differ.
    assert shuffled(range(8), '0 task neck') == [1, 3, 7, 5, 0, 6, 4, 2]
    everything = shuffled(range(100), 'x')
    assert sorted(everything) == list(range(100))
    assert shuffled(range(30, 60), 'x') == [i for i in everything if 30 <= i < 60]


def test_what_says_nothing_is_no_label(coco, tasks):
    first, second = coco['images'][0]['id'], coco['images'][1]['id']
    for annotation in coco['annotations']:
        if annotation['image_id'] == first and annotation['category_id'] == 1:
            annotation['attributes'].update(neck='', length='')
            annotation['keypoints'] = [0] * 6
            annotation['masks'] = dict(spine=[])  # says that there is none
        if annotation['image_id'] == second:
            annotation['iscrowd'] = 1
    images = images_of(coco, tasks)
    assert [name for name in tasks if first not in images[name]] == ['ends', 'neck', 'length']
    assert not any(second in ids for ids in images.values())


def test_a_key_that_another_class_uses_stays(coco):
    tasks = build_tasks(
        dict(
            body=dict(type='MaskTask', source='segmentation', of='fruit'),
            board=dict(type='MaskTask', source='segmentation', of='card'),
        ),
        CLASSES,
    )
    thin = keep_shares(coco, tasks, dict(body=0), 0)
    assert not find_labelled(thin, tasks)['body']
    assert len(find_labelled(thin, tasks)['board']) == 40


def test_tasks_that_read_the_same_label_are_refused_where_it_would_be_taken(coco, tasks):
    grade = dict(TASKS['neck'], source='neck')
    tasks = build_tasks({**TASKS, 'grade': grade}, CLASSES)
    words = r"'neck' and 'grade' read the same label, `attributes.neck`.*tasks\.grade=None"
    for name in ('neck', 'grade'):
        with pytest.raises(UserError, match=words):
            keep_shares(coco, tasks, {name: 0.5}, 0)
    with pytest.raises(UserError, match=words):
        keep_one_task_per_image(coco, tasks, 0)
    assert len(images_of(keep_shares(coco, tasks, dict(mask=0.5), 0), tasks)['grade']) == 40


def test_a_task_without_any_label_is_refused(coco, tasks):
    for annotation in coco['annotations']:
        annotation.pop('keypoints', None)
    with pytest.raises(UserError, match=r"nothing has a label of the task 'ends'.*ends=None"):
        keep_one_task_per_image(coco, tasks, 0)
    with pytest.raises(UserError, match="'ends'"):
        keep_shares(coco, tasks, dict(ends=0.5), 0)
    assert keep_shares(coco, tasks, dict(neck=1), 0) == coco


def test_a_label_that_its_task_does_not_accept_is_named(coco, tasks):
    coco['annotations'][0]['attributes']['neck'] = '9'
    with pytest.raises(UserError, match=r"annotation 5: task 'neck': '9' is not one of"):
        find_labelled(coco, tasks)


# With the data set


def labels_of(root, coco: dict) -> list[dict]:
    """The labels that the data set loads, per object."""
    write_files(root, coco)
    dataset = make_dataset(root, test_mode=True)
    entries = [dataset.get_data_info(index) for index in range(len(dataset))]
    return [instance['task_labels'] for entry in entries for instance in entry['instances']]


@seeds
def test_the_data_set_loads_exactly_the_labels_that_were_kept(tiny_coco, coco, tasks, seed):
    for area, annotation in enumerate(coco['annotations'], 100):
        annotation['area'] = area  # so that none is there twice
    thin = keep_one_task_per_image(coco, tasks, seed)
    full, left = labels_of(tiny_coco, coco), labels_of(tiny_coco, thin)
    images = images_of(thin, tasks)
    assert len(left) == len(full) == len(coco['annotations'])
    for annotation, before, after in zip(coco['annotations'], full, left, strict=True):
        (task,) = [name for name in tasks if annotation['image_id'] in images[name]]
        assert after == {name: label for name, label in before.items() if name == task}


def test_the_data_set_counts_what_the_tool_counts(tiny_coco, coco, tasks):
    thin = make_incomplete(with_gaps(coco, tasks, 0), 0.5, 0.5, 0)
    thin = keep_shares(thin, tasks, dict(neck=0.5, mask=0.2), 0)
    write_files(tiny_coco, thin)
    counts = make_dataset(tiny_coco, test_mode=True).label_counts()
    assert counts.incomplete == 20
    assert counts.boxes == len(thin['annotations'])
    assert counts.tasks == {name: len(found) for name, found in find_labelled(thin, tasks).items()}


def test_labels_of_whole_images_are_taken_from_image_records(coco):
    whole = dict(
        weather=dict(type='ClassificationTask', per='image', classes=('sun', 'rain')),
        ground=dict(type='SemanticTask', classes=('soil', 'grass')),
    )
    tasks = build_tasks({**TASKS, **whole}, CLASSES)
    labels = dict(attributes=dict(weather='sun'), seg_map='a.png')
    labelled = {**coco, 'images': [{**image, **labels} for image in coco['images']]}
    kept = keep_shares(labelled, tasks, dict(weather=0.5), seed=0)
    found = {name: len(records) for name, records in find_labelled(kept, tasks).items()}
    count = len(coco['images'])
    assert (found['weather'], found['ground']) == (round(count / 2), count)
    assert kept['annotations'] == labelled['annotations']
    one_task = keep_one_task_per_image(labelled, tasks, seed=0)
    assert not any('attributes' in image and 'seg_map' in image for image in one_task['images'])
