"""COCO files with tasks: what is refused, in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from changed_coco import objects, reload
from helpers import make_dataset, read_coco, write_coco

from projects.smn.errors import UserError


def error_of(root, content, **options):
    """The message about a changed annotation file, which must name the file."""
    path = write_coco(root, content)
    with pytest.raises(UserError) as error:
        make_dataset(root, **options)
    assert str(path) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize('value', ['fruit', 2, 'y', '', None, {}], ids=repr)
def test_complete_is_true_or_false_or_a_list(tiny_coco, coco, value):
    coco['images'][1]['complete'] = value
    message = error_of(tiny_coco, coco)
    assert 'image 2:' in message
    assert '`complete`' in message
    assert repr(value) in message


@pytest.mark.parametrize('name', ['Fruit', 'leaf', 1, None, ['fruit']], ids=repr)
def test_complete_names_categories_of_the_file(tiny_coco, coco, name):
    coco['images'][1]['complete'] = ['card', name]
    message = error_of(tiny_coco, coco)
    assert f'image 2: `complete` names the class {name!r}' in message
    assert "'fruit', 'card'" in message


@pytest.mark.parametrize('options', [{}, dict(test_mode=True), dict(tasks={})], ids=str)
@pytest.mark.parametrize(
    ('change', 'has'),
    [
        (dict(category_id=3), "6 of 'leaf'"),
        (dict(iscrowd=1), "3 of 'fruit', 3 of 'card'"),
        (dict(bbox=[90, 90, 5, 5], segmentation=[]), "3 of 'fruit', 3 of 'card'"),
        (None, 'none'),
    ],
    ids=str,
)
def test_a_file_in_which_nothing_is_labelled_is_refused(tiny_coco, coco, change, has, options):
    coco['categories'].append(dict(id=3, name='leaf'))
    coco['annotations'] = [{**a, **change} for a in coco['annotations'] if change]
    message = error_of(tiny_coco, coco, **options)
    assert "none of its 3 images has a box of 'fruit', 'card'" in message
    assert f'its annotations are: {has}. If' in message


def test_a_file_that_says_that_there_is_nothing_to_be_seen_is_taken_at_its_word(tiny_coco, coco):
    coco['annotations'] = []
    for image in coco['images']:
        image['complete'] = True
    assert len(objects(reload(tiny_coco, coco))) == 0


def test_that_there_is_nothing_must_be_said_of_a_class_that_is_asked_for(tiny_coco, coco):
    coco['annotations'] = []
    for image in coco['images']:
        image['complete'] = ['card']
    assert len(objects(reload(tiny_coco, coco))) == 0
    message = error_of(tiny_coco, coco, classes=('fruit',), tasks={})
    assert 'labels nothing' in message


def test_two_ids_of_one_category_are_one_class(tiny_coco, coco):
    coco['categories'].append(dict(id=77, name='fruit'))
    before = reload(tiny_coco, coco).label_counts().boxes
    coco['annotations'][0]['category_id'] = 77
    dataset = reload(tiny_coco, coco)
    assert dataset.label_counts().boxes == before
    assert objects(dataset).labels[0] == 0
    coco['categories'].append(dict(id=77, name='card'))
    assert 'two categories of one id' in error_of(tiny_coco, coco)


@pytest.mark.parametrize(
    ('change', 'word'),
    [
        (dict(width=None), 'width'),
        (dict(height='48.5'), 'height'),
        (dict(height=True), 'height'),
        (dict(file_name=None), 'file_name'),
    ],
    ids=str,
)
def test_an_image_record_of_a_wrong_kind_is_refused(tiny_coco, coco, change, word):
    coco['images'][1].update(change)
    message = error_of(tiny_coco, coco)
    assert f'image {coco["images"][1]["id"]}: ' in message
    assert word in message


@pytest.mark.parametrize(
    ('key', 'value', 'word'),
    [
        ('segmentation', 'none', "'mask'"),
        ('segmentation', [[1, 2, 3]], "'mask'"),
        ('masks', ['spine'], "'spine'"),
        ('masks', dict(spine=5), "'spine'"),
        ('keypoints', [1, 2, 2], "'ends'"),
        ('keypoints', [1, 2, 9] * 2, "'ends'"),
        ('keypoints', [1, 2, True] * 2, "'ends'"),
        ('attributes', dict(neck='4'), "'neck'"),
        ('attributes', dict(colour='green'), "'colour'"),
        ('attributes', dict(length='long'), "'length'"),
        ('attributes', ['neck'], "'neck'"),
        ('bbox', [1, 2, 3], '`bbox`'),
        ('bbox', 'none', '`bbox`'),
        ('bbox', [1, 2, True, 3], '`bbox`'),
        ('iscrowd', 'maybe', '`iscrowd`'),
        ('ignore', 2, '`ignore`'),
        ('bbox', [float('nan'), 2, 30, 30], '`bbox`'),
        ('area', 'large', '`area`'),
        ('segmentation', [[1, 2, 3, float('nan'), 9, 9]], "'mask'"),
        ('image_id', 99, '99'),
    ],
)
def test_a_bad_label_is_refused_with_file_id_and_task(tiny_coco, coco, key, value, word):
    coco['annotations'][2].update({key: value, 'id': 4711})
    message = error_of(tiny_coco, coco)
    assert 'annotation 4711' in message
    assert word in message


def test_a_class_that_the_file_lacks_is_refused(tiny_coco, coco):
    message = error_of(tiny_coco, coco, classes=('fruit', 'leaf'))
    assert "'leaf'" in message
    assert "'fruit', 'card'" in message


@pytest.mark.parametrize(
    ('key', 'part'),
    [('images', k) for k in ('id', 'file_name', 'height', 'width')]
    + [('categories', 'name'), ('categories', 'id')]
    + [('annotations', 'category_id'), ('annotations', 'image_id')],
)
def test_an_entry_that_lacks_a_key_is_refused(tiny_coco, coco, key, part):
    del coco[key][1][part]
    message = error_of(tiny_coco, coco)
    assert f'{key!r}' in message
    assert f'{part!r}' in message
    assert (repr(coco[key][1].get('id')) if part != 'id' else 'None') in message


@pytest.mark.parametrize('content', [[], 'text', 5, {}, dict(images=[], annotations=[])], ids=str)
def test_json_that_is_not_coco_is_refused(tiny_coco, content):
    assert 'is not COCO' in error_of(tiny_coco, content)


@pytest.mark.parametrize('key', ['images', 'annotations', 'categories'])
@pytest.mark.parametrize('entry', [None, 3, 'text', ['id']])
def test_an_entry_that_is_no_object_is_refused(tiny_coco, coco, key, entry):
    coco[key].append(entry)
    message = error_of(tiny_coco, coco)
    assert 'is not COCO' in message
    assert repr(key) in message


def test_two_images_of_one_id_are_refused(tiny_coco, coco):
    coco['images'][2]['id'] = 1
    assert 'two images of one id, 1' in error_of(tiny_coco, coco)


@pytest.mark.parametrize('content', [b'', b'{"images": [', b'\xff\xfe\x00', b'\x00\x03'])
def test_a_file_that_is_not_json_is_refused(tiny_coco, content):
    path = tiny_coco / 'annotations' / 'train.json'
    path.write_bytes(content)
    with pytest.raises(UserError, match='is not JSON') as error:
        make_dataset(tiny_coco)
    assert str(path) in str(error.value)


def test_a_missing_annotation_file_is_refused(tiny_coco):
    path = tiny_coco / 'annotations' / 'train.json'
    path.unlink()
    with pytest.raises(UserError, match='no annotation file') as error:
        make_dataset(tiny_coco)
    assert str(path) in str(error.value)


def test_missing_images_are_refused_with_the_first_and_their_number(tiny_coco, coco):
    for name in ('2.png', '3.png'):
        (tiny_coco / 'train' / name).unlink()
    message = error_of(tiny_coco, coco)
    assert 'image 2,' in message
    assert str(tiny_coco / 'train' / '2.png') in message
    assert '2 of 3' in message


def test_a_data_set_without_images_is_refused(tiny_coco, coco):
    assert 'no image is left of 3' in error_of(tiny_coco, coco, filter_cfg=dict(min_size=49))
    coco['images'] = coco['annotations'] = []
    assert 'no image is left of 0' in error_of(tiny_coco, coco)


def test_a_wrong_task_is_refused_before_the_file_is_read(tiny_coco):
    (tiny_coco / 'annotations' / 'train.json').unlink()
    with pytest.raises(UserError, match=r"'ripe'.*'NoTask'"):
        make_dataset(tiny_coco, tasks=dict(ripe=dict(type='NoTask')))


def test_a_pipeline_that_leaves_labels_behind_is_refused(tiny_coco):
    with pytest.raises(UserError, match='RandomAffine'):
        make_dataset(tiny_coco, dict(type='RandomAffine'))
    assert len(make_dataset(tiny_coco, dict(type='RandomAffine'), tasks={})) == 3


def test_an_rle_of_another_size_is_refused(tiny_coco):
    content = read_coco(tiny_coco)
    content['annotations'][0]['segmentation'] = dict(size=[5, 5], counts=[25])
    write_coco(tiny_coco, content)
    with pytest.raises(UserError, match=r"annotation 1: task 'mask': its RLE is of \[5, 5\]"):
        make_dataset(tiny_coco)


def test_an_image_of_another_size_than_annotated_is_refused(tiny_coco):
    content = read_coco(tiny_coco)
    content['images'][0].update(width=48, height=64)
    write_coco(tiny_coco, content)
    with pytest.raises(UserError, match=r'1\.png has 64 x 48 pixels, .* says 48 x 64'):
        make_dataset(tiny_coco)[0]


@pytest.mark.parametrize('name', ['../secret.png', '/etc/hostname', 'a/../../secret.png', '', '\0'])
def test_an_image_outside_its_folder_is_refused(tiny_coco, coco, name):
    (tiny_coco.parent / 'secret.png').write_bytes(b'secret')
    coco['images'][1]['file_name'] = name
    message = error_of(tiny_coco, coco)
    assert f'image 2: file_name: {name!r}' in message


def test_a_link_that_leads_out_of_the_folder_is_refused(tiny_coco, coco, tmp_path_factory):
    secret = tmp_path_factory.mktemp('elsewhere') / 'secret.png'
    secret.write_bytes(b'secret')
    folder = Path(make_dataset(tiny_coco).data_prefix['img'])
    (folder / 'link.png').symlink_to(secret)
    coco['images'][1]['file_name'] = 'link.png'
    assert f"image 2: file_name: 'link.png' is a link to {secret}" in error_of(tiny_coco, coco)


def test_proposals_are_not_read_as_their_file_may_run_anything(tiny_coco):
    with pytest.raises(UserError, match='proposal_file is a pickle'):
        make_dataset(tiny_coco, proposal_file='proposals.pkl')


@pytest.mark.parametrize(
    ('category', 'hint'), [('Fruit', "if 'Fruit' is meant"), ('fruits', "'fruits'"), ('nut', '')]
)
def test_a_category_that_is_nearly_a_class_is_offered(tiny_coco, coco, category, hint):
    coco['categories'][0]['name'] = category
    message = error_of(tiny_coco, coco)
    assert f"no category 'fruit'; it has {category!r}" in message
    assert hint in message
    assert ('is meant' in message) == bool(hint)
