"""Checkpoints are loaded without being run, and must fit."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from projects.smn.engine import check_architecture, load_checkpoint_file
from projects.smn.errors import UserError


class Evil:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (print, ('this must not be printed',))


def save(tmp_path, content) -> str:
    path = str(tmp_path / 'checkpoint.pth')
    torch.save(content, path)
    return path


def test_state_dict_comes_back(tmp_path):
    weights = nn.Linear(2, 3).state_dict()
    loaded = load_checkpoint_file(save(tmp_path, dict(state_dict=weights)))
    assert all(torch.equal(loaded['state_dict'][key], weights[key]) for key in weights)


def test_bare_weights_are_a_checkpoint_too(tmp_path):
    loaded = load_checkpoint_file(save(tmp_path, nn.Linear(2, 3).state_dict()))
    assert set(loaded['state_dict']) == {'weight', 'bias'}


def test_code_in_a_checkpoint_is_not_run(tmp_path, capsys):
    path = save(tmp_path, dict(state_dict={}, extra=Evil()))
    with pytest.raises(UserError, match=r'checkpoint\.pth cannot be loaded'):
        load_checkpoint_file(path)
    assert 'must not be printed' not in capsys.readouterr().out


TEXTS = [b'hello', b'text', b'are we', b'some', b'under', b'X', b'build', b'class\n', b'q', b'R']


@pytest.mark.parametrize('content', [b'', b'not a checkpoint', b'\x80\x02}q\x00.', *TEXTS])
def test_other_files_are_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / 'other.pth'
    path.write_bytes(content)
    with pytest.raises(UserError, match=r'other\.pth'):
        check_architecture(nn.Linear(2, 3), load_checkpoint_file(str(path)), str(path))


def test_a_file_that_may_not_be_read_is_refused_in_a_sentence(tmp_path, monkeypatch):
    def refuse(*_, **__):  # the tests may run as root, who may read everything
        raise PermissionError(13, 'Permission denied')

    monkeypatch.setattr(torch, 'load', refuse)
    with pytest.raises(UserError, match=r'checkpoint\.pth cannot be read: Permission denied'):
        load_checkpoint_file(save(tmp_path, {}))


def test_missing_file_is_named():
    with pytest.raises(UserError, match=r'there is no checkpoint nowhere\.pth'):
        load_checkpoint_file('nowhere.pth')


def test_fitting_weights_pass_also_from_a_distributed_run(tmp_path):
    model = nn.Linear(2, 3)
    weights = model.state_dict()
    prefixed = {f'module.{key}': value for key, value in weights.items()}
    for number, state_dict in enumerate((weights, prefixed)):
        path = tmp_path / f'{number}.pth'
        torch.save(dict(state_dict=state_dict), path)
        loaded = load_checkpoint_file(str(path))
        check_architecture(model, loaded, str(path))
        model.load_state_dict(loaded['state_dict'])


@pytest.mark.parametrize(
    ('other', 'words'),
    [
        (nn.Linear(2, 4), "other shapes: 'weight', 'bias'"),
        (nn.Linear(2, 3, bias=False), "it lacks 'bias'"),
        (nn.Sequential(nn.Linear(2, 3)), "too many: '0.weight'"),
    ],
)
def test_another_network_is_refused_with_the_first_differences(other, words):
    with pytest.raises(UserError, match=words):
        check_architecture(nn.Linear(2, 3), dict(state_dict=other.state_dict()), 'x.pth')
