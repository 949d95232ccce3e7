"""What is loaded from a checkpoint, and files that are none."""

from __future__ import annotations

from collections import Counter, OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hostile import refusal, rezip, save
from mmengine.logging import HistoryBuffer
from safetensors.torch import save_file
from torch import nn

from projects.smn.engine import check_architecture, load_checkpoint_file
from projects.smn.errors import UserError


@pytest.fixture
def weights():
    return nn.Linear(2, 3).state_dict()


def same(loaded: dict, weights: dict) -> bool:
    return loaded.keys() == weights.keys() and all(
        torch.equal(loaded[k], weights[k]) for k in weights
    )


@pytest.mark.parametrize('new', [True, False])
@pytest.mark.parametrize(
    'wrap',
    [
        lambda weights: weights,
        lambda weights: dict(state_dict=weights),
        lambda weights: dict(model=weights, epoch=3),
        lambda weights: dict(state_dict={f'module.{key}': weights[key] for key in weights}),
        lambda weights: {key: nn.Parameter(weight) for key, weight in weights.items()},
    ],
)
def test_weights_come_back_in_every_form_and_format_of_pytorch(tmp_path, weights, wrap, new):
    torch.save(wrap(weights), tmp_path / 'a.pth', _use_new_zipfile_serialization=new)
    assert same(load_checkpoint_file(tmp_path / 'a.pth')['state_dict'], weights)


@pytest.mark.parametrize('name', ['a.safetensors', 'a.pth'])
def test_safetensors_are_accepted_whatever_their_name(tmp_path, weights, name):
    save_file(weights, tmp_path / name, metadata=dict(format='pt'))
    assert same(load_checkpoint_file(tmp_path / name)['state_dict'], weights)


def test_what_a_run_is_resumed_from_comes_back(tmp_path, weights):
    history = HistoryBuffer([0.5, 0.25], [1, 2], max_length=7)
    rest = dict(
        meta=dict(epoch=1, seed=None, time='now', dataset_meta=dict(classes=('a',), palette=[])),
        optimizer=dict(
            state={0: dict(step=torch.tensor(1.0))}, param_groups=[dict(betas=(0.9, 1))]
        ),
        param_schedulers=[dict(milestones=Counter({3: 1}), by_epoch=True)],
        message_hub=dict(runtime_info=OrderedDict(best=np.float64(0.5), step=np.int64(3))),
        kept={'set': {1, 2}, 'bytes': b'\0\xff', 'size': torch.Size([1]), 'dtype': torch.float16},
    )
    path = save(tmp_path / 'a.pth', log_scalars=dict(loss=history), **rest)
    loaded = load_checkpoint_file(path)
    again = loaded.pop('log_scalars')['loss']
    assert {key: loaded[key] for key in rest} == rest
    assert type(loaded['message_hub']['runtime_info']) is OrderedDict
    assert isinstance(loaded['param_schedulers'][0]['milestones'], Counter)
    assert type(again) is HistoryBuffer
    assert (again.mean(), again.max_length) == (history.mean(), 7)
    assert [values.tolist() for values in again.data] == [[0.5, 0.25], [1, 2]]
    torch.save(dict(state_dict=weights, log_scalars=again), tmp_path / 'b.pth')
    load_checkpoint_file(tmp_path / 'b.pth')


@pytest.mark.parametrize(
    'array',
    [
        np.arange(6, dtype=np.int16).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(3, dtype='>f4'),
        np.array(7),
        np.zeros((0, 4), np.float16),
        np.array([True, False]),
        np.array(['cat', 'dog']),
    ],
)
@pytest.mark.parametrize('core', [b'numpy._core', b'numpy.core'])  # of NumPy 2 and 1
def test_arrays_come_back(tmp_path, array, core):
    path = rezip(
        save(tmp_path / 'a.pth', array=array),
        tmp_path / 'b.pth',
        lambda name, content: content.replace(b'numpy._core', core),
    )
    loaded = load_checkpoint_file(path)['array']
    assert loaded.dtype == array.dtype
    assert loaded.tolist() == array.tolist()
    assert loaded.flags.f_contiguous == array.flags.f_contiguous


@pytest.mark.parametrize(
    ('value', 'words'),
    [
        (np.array([{}], object), 'more than weights (an array'),
        (np.zeros(2, [('a', 'f4')]), 'numpy.dtype'),
        (np.array('2030-01-01', 'datetime64[D]'), 'numpy.dtype'),
        (torch.eye(2).to_sparse(), 'a sparse tensor'),
        (torch.ones(2, dtype=torch.complex64), 'complex numbers'),
        (1j, 'complex numbers'),
        (torch.ones(2, device='meta'), 'more than weights'),
        (Path('a'), 'more than weights (pathlib.'),
    ],
)
def test_other_values_are_refused_in_a_sentence(tmp_path, value, words):
    assert words in refusal(save(tmp_path / 'a.pth', value=value))


@pytest.mark.filterwarnings('ignore')  # that PyTorch will drop them
@pytest.mark.parametrize(
    ('make', 'words'),
    [
        (lambda: torch.eye(2).to_sparse_csr(), 'a sparse tensor'),
        (
            lambda: torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.qint8),
            'a quantised tensor',
        ),
    ],
)
def test_other_tensors_are_refused_in_a_sentence(tmp_path, make, words):
    assert words in refusal(save(tmp_path / 'a.pth', value=make()))


def test_numbers_that_no_network_can_take_are_refused(tmp_path):
    weights = torch.zeros(4, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)
    assert 'torch.float4' in refusal(save(tmp_path / 'a.pth', value=weights))


def test_complex_numbers_in_safetensors_are_refused_too(tmp_path):
    save_file(dict(a=torch.ones(2, dtype=torch.complex64)), tmp_path / 'a.safetensors')
    assert 'a complex tensor' in refusal(tmp_path / 'a.safetensors')


def test_values_that_hold_themselves_are_refused(tmp_path):
    endless: list = []
    endless.append(endless)
    assert 'nests more than' in refusal(save(tmp_path / 'a.pth', endless=endless))


def test_values_that_are_met_often_are_read_once(tmp_path):
    value: list = []
    for _ in range(40):
        value = [value, value]
    load_checkpoint_file(save(tmp_path / 'a.pth', value=value))


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        ([1, 2], 'it is of type list, not weights by name'),
        (torch.ones(2), 'it is of type Tensor, not weights by name'),
        (dict(state_dict=[torch.ones(2)]), 'its state_dict is of type list, not weights'),
        (dict(state_dict=None), 'its state_dict is of type NoneType'),
        (dict(state_dict={1: torch.ones(2)}), 'its state_dict has the key 1, which is no name'),
        (
            dict(state_dict=dict(a=1.5)),
            "its state_dict has no tensor under 'a', but a value of type float",
        ),
        (dict(epoch=3), "it has no tensor under 'epoch', but a value of type int"),
    ],
)
def test_what_is_not_weights_by_name_is_refused(tmp_path, content, words):
    torch.save(content, tmp_path / 'a.pth')
    assert words in refusal(tmp_path / 'a.pth')


TEXTS = [b'hello', b'text', b'are we', b'some', b'under', b'X', b'build', b'class\n', b'q', b'R']
OTHERS = [b'', b'not a checkpoint', b'\x80\x02}q\x00.', b'PK\x03\x04', b'PK\x03\x04' + b'a' * 99]
JSON = [b'[0, 1, 2{"a": 1}', (2**40).to_bytes(8, 'little') + b'{}', b'\x02' + b'\0' * 7 + b'{}']


@pytest.mark.parametrize('content', [*OTHERS, *TEXTS, *JSON])
def test_other_files_are_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / 'other.pth'
    path.write_bytes(content)
    with pytest.raises(UserError, match=r'other\.pth'):
        check_architecture(nn.Linear(2, 3), load_checkpoint_file(str(path)), str(path))


def test_a_file_that_may_not_be_read_is_refused_in_a_sentence(tmp_path, monkeypatch):
    def refuse(*_, **__):  # the tests may run as root, who may read everything
        raise PermissionError(13, 'Permission denied')

    path = save(tmp_path / 'a.pth')
    monkeypatch.setattr(Path, 'open', refuse)
    with pytest.raises(UserError, match=r'a\.pth cannot be read: Permission denied'):
        load_checkpoint_file(path)


@pytest.mark.parametrize('name', ['nowhere.pth', '~/nowhere.pth', '.'])
def test_a_missing_file_is_named(name):
    with pytest.raises(UserError, match=f'there is no checkpoint {name}'):
        load_checkpoint_file(name)


def test_fitting_weights_pass_also_from_a_distributed_run(tmp_path):
    model = nn.Linear(2, 3)
    prefixed = {f'module.{key}': value for key, value in model.state_dict().items()}
    torch.save(dict(state_dict=prefixed), tmp_path / 'a.pth')
    loaded = load_checkpoint_file(tmp_path / 'a.pth')
    check_architecture(model, loaded, 'a.pth')
    model.load_state_dict(loaded['state_dict'])


def test_several_threads_may_load_at_a_time(tmp_path):
    path = save(tmp_path / 'a.pth', log_scalars=HistoryBuffer([1.0], [1]))
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(load_checkpoint_file, [path] * 16))) == 16
