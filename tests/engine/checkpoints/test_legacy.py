"""Files of PyTorch before 1.6, whose numbers follow five pickles."""

from __future__ import annotations

import io
import pickle
import pickletools

import pytest
import torch
from hostile import DOUBLED, refusal
from torch import nn

from projects.smn.engine import load_checkpoint_file


@pytest.fixture
def parts(tmp_path):
    """The pickles of a file, and the numbers behind them."""
    buffer = io.BytesIO()
    torch.save(nn.Linear(2, 3).state_dict(), buffer, _use_new_zipfile_serialization=False)
    buffer.seek(0)
    pickles = []
    for _ in range(5):
        start = buffer.tell()
        list(pickletools.genops(buffer))
        pickles.append(buffer.getvalue()[start : buffer.tell()])
    return pickles, buffer.read()


def write(path, pickles, numbers):
    path.write_bytes(b''.join(pickles) + numbers)
    return path


def test_the_parts_are_those_of_the_format(parts, tmp_path):
    pickles, numbers = parts
    loaded = load_checkpoint_file(write(tmp_path / 'a.pth', pickles, numbers))
    assert set(loaded['state_dict']) == {'weight', 'bias'}


@pytest.mark.parametrize(
    'change',
    [
        lambda keys: [],  # the numbers would be what memory happens to hold
        lambda keys: keys[:1],
        lambda keys: [*keys, '7'],
    ],
)
def test_keys_of_storages_must_be_those_of_the_tensors(parts, tmp_path, change):
    pickles, numbers = parts
    pickles[4] = pickle.dumps(change(pickle.loads(pickles[4])), protocol=2)
    assert 'it is damaged' in refusal(write(tmp_path / 'a.pth', pickles, numbers))


def test_a_key_that_unfolds_for_ever_is_refused(parts, tmp_path):
    pickles, numbers = parts
    pickles[4] = b'\x80\2](' + DOUBLED + b'e.'
    assert 'it unfolds to' in refusal(write(tmp_path / 'a.pth', pickles, numbers))


@pytest.mark.parametrize('number', range(5))
@pytest.mark.parametrize('others', [[], [b'.']], ids=['none', 'empty'])
def test_a_pickle_that_is_missing_or_empty_is_refused(parts, tmp_path, number, others):
    pickles, numbers = parts
    changed = [*pickles[:number], *others, *pickles[number + 1 :]]
    assert 'it is damaged' in refusal(write(tmp_path / 'a.pth', changed, numbers))
