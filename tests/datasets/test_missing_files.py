"""A file that is not there is named, and the one that may be meant."""

from __future__ import annotations

import json

import pytest
from helpers import make_dataset, write_coco

from projects.smn.errors import UserError


@pytest.mark.parametrize(
    ('named', 'meant'), [('{}', 'UPPER'), ('folder/{}', 'UPPER'), ('folder/{}', '{}')]
)
def test_a_name_in_other_letters_or_folders_is_asked_about(tiny_coco, named, meant):
    content = json.loads((tiny_coco / 'annotations/train.json').read_text())
    name = content['images'][0]['file_name']
    there = name.upper() if meant == 'UPPER' else name
    (tiny_coco / 'train' / name).rename(tiny_coco / 'train' / there)
    for image in content['images']:
        if image['file_name'] == name:
            image['file_name'] = named.format(name)
    write_coco(tiny_coco, content)
    with pytest.raises(UserError, match=rf"is not there \(.* missing\); is '{there}' meant\?$"):
        make_dataset(tiny_coco)


def test_where_nothing_is_like_it_nothing_is_asked(tiny_coco):
    content = json.loads((tiny_coco / 'annotations/train.json').read_text())
    content['images'][0]['file_name'] = 'elsewhere.png'
    write_coco(tiny_coco, content)
    with pytest.raises(UserError, match=r'is not there \(1 of \d+ are missing\)$'):
        make_dataset(tiny_coco)
