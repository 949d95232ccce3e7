"""Images to try the page with."""

from __future__ import annotations

import json

import pytest
from canned import CannedPredictor, write_test_set

from projects.smn.serving import page_examples


def test_examples_are_the_first_images_that_the_test_set_lists(tmp_path):
    split = [f'{number}.jpg' for number in (6, 3, 5, 2, 4)]
    write_test_set(tmp_path, split, others=['1.jpg'])  # of train, in the same folder
    found = page_examples.example_images(CannedPredictor(tmp_path).cfg)
    assert [path.name for path in found] == split[:4]
    assert all(path.is_file() for path in found)


@pytest.mark.parametrize('content', ['', '[]', '{}', '{"images": [{}]}'])
def test_annotations_that_cannot_be_read_give_no_examples(tmp_path, content):
    write_test_set(tmp_path, ['1.jpg'])
    (tmp_path / 'test.json').write_text(content)
    assert page_examples.example_images(CannedPredictor(tmp_path).cfg) == []


def test_an_image_that_is_not_there_is_no_example(tmp_path):
    write_test_set(tmp_path, ['1.jpg', '2.jpg'])
    (tmp_path / 'images' / '1.jpg').unlink()
    (found,) = page_examples.example_images(CannedPredictor(tmp_path).cfg)
    assert found.name == '2.jpg'


def test_only_images_that_lie_in_their_folder_are_shown(tmp_path):
    """Whoever can open the page sees them."""
    secret = tmp_path / 'secret.png'
    write_test_set(tmp_path / 'set', ['1.jpg'])
    images = tmp_path / 'set' / 'images'
    secret.write_bytes((images / '1.jpg').read_bytes())
    (images / 'link.jpg').symlink_to(secret)
    (images / 'up').symlink_to(tmp_path)
    outside = [
        '../../secret.png',
        '../test.json',
        str(secret),
        '/etc/hostname',
        'link.jpg',
        'up/secret.png',
        '1.jpg/../../../../secret.png',
        '%2e%2e/%2e%2e/secret.png',
        '1.jpg\0',
        '',
        '.',
        7,
        None,
        ['1.jpg'],
    ]
    for name in outside:
        listed = [dict(file_name=name), dict(file_name='1.jpg')]
        (tmp_path / 'set' / 'test.json').write_text(json.dumps(dict(images=listed)))
        found = page_examples.example_images(CannedPredictor(tmp_path / 'set').cfg)
        assert found == [images / '1.jpg'], name


def test_a_network_whose_data_is_elsewhere_has_no_examples(tmp_path):
    assert page_examples.example_images(CannedPredictor(tmp_path / 'nowhere').cfg) == []
