"""Lists of triples: what is one, and how the images are named that come of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from projects.smn.convert.report import Report
from projects.smn.convert.warehouse.triples import Triple, output_names, read_triples
from projects.smn.errors import UserError


def written(path: Path, content: object) -> list[Triple]:
    path.write_text(json.dumps(content))
    return read_triples(path, path.parent, Report(path))


def named(*images: str) -> list[str]:
    return output_names([Triple(Path(image), None, None, image) for image in images])


def test_paths_begin_at_the_root_and_null_is_no_label(tmp_path):
    triples = [['a.jpg', None, 'a.csv'], ['/x/b.jpg', 'm', None]]
    [first, second] = written(tmp_path / 'l.json', triples)
    assert first == Triple(tmp_path / 'a.jpg', None, tmp_path / 'a.csv', 'a.jpg')
    assert second == Triple(Path('/x/b.jpg'), tmp_path / 'm', None, '/x/b.jpg')


def test_backslashes_are_folders(tmp_path):
    [triple] = written(tmp_path / 'l.json', [['run\\a.jpg', None, None]])
    assert triple.image == tmp_path / 'run' / 'a.jpg'


@pytest.mark.parametrize(
    ('content', 'sentence'),
    [
        ({'a': 1}, 'is not a list'),
        ([], 'is an empty list'),
        ([['a.jpg', None]], 'entry 1 is not'),
        ([['a.jpg', None, None], 'b.jpg'], 'entry 2 is not'),
        ([[None, 'm', 'b']], 'entry 1 is not'),
        ([['', 'm', 'b']], 'entry 1 is not'),
        ([['a.jpg', 3, None]], 'must be paths or null'),
    ],
)
def test_another_content_is_one_sentence_that_names_the_entry(tmp_path, content, sentence):
    with pytest.raises(UserError, match=sentence) as error:
        written(tmp_path / 'l.json', content)
    assert '\n' not in str(error.value)


def test_names_are_those_of_the_images_if_no_two_are_alike():
    assert named('one/a.jpg', 'two/b.png') == ['a', 'b']


def test_folders_stand_before_names_where_two_are_alike():
    assert named('x/run1/a.jpg', 'x/run2/a.jpg', 'x/run2/b.jpg') == ['run1_a', 'run2_a', 'run2_b']
    assert named('1/cam/a.jpg', '2/cam/a.jpg') == ['1_cam_a', '2_cam_a']


def test_an_image_that_is_named_twice_is_one_sentence():
    with pytest.raises(UserError, match=r'a\.jpg is named 2 times'):
        named('a.jpg', 'b.jpg', 'a.jpg')


def test_images_that_differ_in_their_suffix_alone_are_one_sentence():
    with pytest.raises(UserError, match='masks would have one name'):
        named('x/a.jpg', 'x/a.png', 'x/b.jpg')
