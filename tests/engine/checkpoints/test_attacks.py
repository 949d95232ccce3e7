"""A checkpoint never runs anything, whoever loads it."""

from __future__ import annotations

import builtins
import codecs
import functools
import operator
import os
import pickle
import subprocess
import sys
from collections import Counter, OrderedDict

import numpy as np
import pytest
import torch
from hostile import (
    DOUBLED,
    MANY_ARRAYS,
    MANY_BYTES,
    Call,
    chain,
    rezip,
    save,
    text,
    touch,
    with_instructions,
)
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModule
from mmengine.runner import CheckpointLoader, load_checkpoint
from mmengine.runner.checkpoint import get_torch_safe_globals
from torch import nn

from projects.smn.engine import load_checkpoint_file
from projects.smn.engine.checkpoints.mmengine_loader import PREFIXES
from projects.smn.errors import UserError


@pytest.fixture
def marker(tmp_path):
    """A file that is there only if something has run."""
    return tmp_path / 'it-ran'


def refused(path, marker) -> str:
    """The sentence, once it is sure that nothing has run."""
    with pytest.raises(UserError) as error:
        load_checkpoint_file(path)
    assert not marker.exists()
    assert '\n' not in str(error.value)
    assert path.name in str(error.value)
    return str(error.value)


def test_the_chain_of_getattr_is_an_attack_where_mmengines_list_is_used(tmp_path, marker):
    path = save(tmp_path / 'a.pth', extra=chain(marker))
    with torch.serialization.safe_globals(get_torch_safe_globals()):
        torch.load(path, weights_only=True)
    assert marker.exists()


def test_the_chain_of_getattr_is_refused(tmp_path, marker):
    path = save(tmp_path / 'a.pth', extra=chain(marker))
    assert 'it holds more than weights (torch._tensor._rebuild_from_type_v2)' in refused(
        path, marker
    )


@pytest.mark.parametrize(
    'call',
    [
        Call(getattr, HistoryBuffer, '__init__'),
        Call(getattr, Call(getattr, HistoryBuffer, 'mean'), '__globals__'),
        Call(getattr, HistoryBuffer, '_statistics_methods'),
        Call(getattr, 'text', 'mean'),
        Call(getattr, torch.float32, '__class__'),
    ],
)
def test_getattr_gives_no_more_than_the_methods_of_a_history(tmp_path, marker, call):
    assert 'builtins.getattr of' in refused(save(tmp_path / 'a.pth', extra=call), marker)


ENDLESS = torch.ones(1).expand(10**12)


@pytest.mark.parametrize(
    ('call', 'words'),
    [
        (Call(bytes, 10**10), 'builtins.bytes of'),
        (Call(bytes, [0]), 'builtins.bytes of'),
        (Call(codecs.encode, '0', 'punycode'), '_codecs.encode to'),
        (Call(codecs.encode, Call(codecs.encode, '0', 'latin1'), 'hex'), '_codecs.encode to'),
        (Call(set, ENDLESS), 'a list of others'),
        (Call(Counter, ENDLESS), 'a dict of others'),
        (Call(OrderedDict, ENDLESS), 'OrderedDict of something'),
        (Call(torch.Size, [1]), 'torch.Size of something'),
        (Call(torch.Size, (1,) * 1000), 'torch.Size of something'),
    ],
)
def test_what_may_be_called_takes_no_more_than_honest_files_give_it(tmp_path, marker, call, words):
    assert words in refused(save(tmp_path / 'a.pth', extra=call), marker)


SMALL = b'K\x01\x85'  # a tuple
DOORS = {
    'as it is': b'%b',
    'key': b'}%bK\x01s',
    'one of many keys': b'}(K\x02K\x02%bK\x01K\x03K\x03u',
    'last of an odd number': b'}(K\x02K\x02%bu',
    'element of a set': b'c__builtin__\nset\n](%be\x85R',
    'key of an ordered dictionary': b'ccollections\nOrderedDict\n](%bK\x01\x86e\x85R',
    'argument of getattr': b'c__builtin__\ngetattr\nK\x01%b\x86R',
    'code of a dtype': b'cnumpy\ndtype\n%b\x85R',
    'function': b'%b)R',
    'class': b'%b)\x81',
    'object': b'%b}b',
    'state': b'ccollections\nOrderedDict\n)R](%bK\x01\x86eb',
    'state of a record': b'cnumpy._core.multiarray\nscalar\n)R](%bK\x01\x86eb',
    'storage': b'(X\7\0\0\0storagectorch\nFloatStorage\n%bX\3\0\0\0cpuK\x01tQ',
}


@pytest.mark.parametrize('door', DOORS.values(), ids=DOORS)
def test_a_tuple_that_unfolds_for_ever_is_refused_at_every_door(tmp_path, marker, door):
    path = with_instructions(tmp_path, door.replace(b'%b', DOUBLED))
    assert 'it unfolds to much more than its size' in refused(path, marker)


@pytest.mark.parametrize('door', [d for d in DOORS if d not in ('as it is', 'state')])
def test_a_small_tuple_is_refused_where_no_honest_file_has_one(tmp_path, marker, door):
    path = with_instructions(tmp_path, DOORS[door].replace(b'%b', SMALL))
    assert 'holds more than weights' in (said := refused(path, marker)) or 'is damaged' in said


@pytest.mark.parametrize(
    ('instructions', 'words'),
    [
        (b')' + b'\x85' * 10**6, 'it nests more than'),
        (MANY_BYTES, 'it unfolds to much more than its size'),
        (MANY_ARRAYS, 'it unfolds to much more than its size'),
        (b'cnumpy\ndtype\nX\2\0\0\0S0\x85R', "numpy.dtype 'S0'"),
        (b'ctorch.storage\nUntypedStorage\nJ\0\0\0\x7f\x85R', 'UntypedStorage'),
    ],
)
def test_a_small_file_takes_little_memory_and_time(tmp_path, marker, instructions, words):
    path = with_instructions(tmp_path, instructions)
    assert words in refused(path, marker)


def test_an_attribute_does_not_hide_what_is_in_a_dictionary(tmp_path):
    items = b'ccollections\nOrderedDict\n'
    path = with_instructions(tmp_path, items + b')R}' + text('items') + items + b'sb')
    assert vars(load_checkpoint_file(path)['extra']) == {}


@pytest.mark.parametrize(
    'name',
    [
        'operator.attrgetter',
        'functools.partial',
        'builtins.eval',
        'builtins.exec',
        'builtins.__import__',
        'builtins.open',
        'builtins.bytearray',  # of as many bytes as the file says
        'importlib.import_module',
        'pickle.loads',
        'numpy.load',
        'numpy.fromfile',
        'numpy.vectorize',
        'numpy.core.multiarray.fromfile',
        'numpy._core.multiarray.fromfile',
        'torch.load',
        'torch.hub.load',
        'torch.jit.load',
        'torch.serialization.add_safe_globals',
        'torch.Tensor',  # of as many numbers as the file says
        'torch.utils.data.DataLoader',
        'torch._tensor._rebuild_from_type_v2',
        'mmengine.fileio.load',
        'mmengine.logging.HistoryBuffer',
        'projects.smn.engine.checkpoints.records.ArrayRecord',
    ],
)
def test_other_names_are_refused_and_said(tmp_path, marker, name):
    module, _, function = name.rpartition('.')
    named = f'c{module}\n{function}\n'.encode()
    path = rezip(
        save(tmp_path / 'valid.pth', extra=None),
        tmp_path / 'a.pth',
        lambda member, content: content[:-1] + named + b'0.' if '.pkl' in member else content,
    )
    assert f'it holds more than weights ({name}), which is never run' in refused(path, marker)


@pytest.mark.parametrize('protocol', [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize('write', [torch.save, pickle.dump])
def test_plain_bombs_of_any_format_hold_more_than_weights(tmp_path, marker, protocol, write):
    path = tmp_path / 'a.pth'
    with path.open('wb') as file:
        option = dict(pickle_protocol=protocol) if write is torch.save else dict(protocol=protocol)
        write(dict(state_dict={}, extra=touch(marker)), file, **option)
    assert 'it holds more than weights' in refused(path, marker)


def test_plain_bombs_of_the_old_format_hold_more_than_weights(tmp_path, marker):
    path = tmp_path / 'a.pth'
    torch.save(dict(extra=touch(marker)), path, _use_new_zipfile_serialization=False)
    assert f'({os.name}.system)' in refused(path, marker)


@pytest.mark.parametrize('place', [lambda bomb: bomb, lambda bomb: [{1: (bomb,)}]])
@pytest.mark.parametrize(
    'function', [functools.partial, operator.methodcaller, builtins.print, np.save, nn.Linear]
)
def test_wherever_it_is(tmp_path, marker, place, function):
    path = tmp_path / 'a.pth'
    torch.save(place(Call(function, 'x')), path)
    assert 'it holds more than weights' in refused(path, marker)


def test_a_torchscript_program_is_refused(tmp_path, marker):
    path = tmp_path / 'a.pth'
    torch.jit.script(nn.Linear(2, 3)).save(path)
    assert 'more than weights (a TorchScript program)' in refused(path, marker)


def test_what_others_have_called_safe_is_not_safe_here_and_stays_theirs(tmp_path, marker):
    path = save(tmp_path / 'a.pth', extra=chain(marker))
    with torch.serialization.safe_globals([getattr, os.system]):
        refused(path, marker)
        assert {getattr, os.system} <= set(torch.serialization.get_safe_globals())


def test_a_variable_of_the_environment_does_not_open_the_door(tmp_path, marker, monkeypatch):
    monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')
    refused(save(tmp_path / 'a.pth', extra=touch(marker)), marker)


class Part(BaseModule):
    """A module as mmdet's are."""

    def __init__(self, init_cfg: dict) -> None:
        super().__init__(init_cfg)
        self.linear = nn.Linear(2, 3)


@pytest.mark.parametrize('prefix', [None, 'linear'])
def test_init_cfg_of_any_module_runs_nothing(tmp_path, marker, prefix):
    path = save(tmp_path / 'a.pth', extra=touch(marker))
    part = Part(dict(type='Pretrained', checkpoint=str(path), prefix=prefix))
    with pytest.raises(UserError, match='more than weights'):
        part.init_weights()
    assert not marker.exists()


def test_mmengines_own_functions_run_nothing(tmp_path, marker):
    path = str(save(tmp_path / 'a.pth', extra=touch(marker)))
    for load in (
        lambda: load_checkpoint(nn.Linear(2, 3), path),
        lambda: CheckpointLoader.load_checkpoint(path),
    ):
        with pytest.raises(UserError, match='more than weights'):
            load()
    assert not marker.exists()


def test_every_address_that_mmengine_knows_is_loaded_by_this_project():
    code = (
        'import mmdet.apis, mmseg.apis, projects.smn.engine\n'
        'from mmengine.runner import CheckpointLoader\n'
        'print(*sorted({f.__module__ for f in CheckpointLoader._schemes.values()}))\n'
        'print(*sorted(map(repr, CheckpointLoader._schemes)))'
    )
    ran = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    module, prefixes = ran.stdout.splitlines()[-2:]
    assert module == 'projects.smn.engine.checkpoints.mmengine_loader'
    assert prefixes == ' '.join(sorted(map(repr, PREFIXES)))
