"""``tools/serve.py``: what it serves, and what it says when it cannot."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys

import pytest

if sys.version_info < (3, 11):
    pytest.skip('the server needs Python 3.11', allow_module_level=True)

import httpx2
import serve
from command_line import DEMO, ROOT, on

from projects.smn.errors import UserError


def test_a_trained_network_is_served_until_it_is_told_to_stop(trained, fruit):
    model = [option for option in on(fruit)[1:] if option.startswith('model.')]
    command = [sys.executable, ROOT / 'tools' / 'serve.py', DEMO, trained / 'epoch_1.pth']
    names = ['--allow-host', 'a.example', '--allow-host', 'b.example']
    flags = ['--port', '0', '--device', 'cpu', '--no-page', *names, '--cfg-options', *model]
    process = subprocess.Popen(
        [*map(str, command), *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        address = re.search(r'API at (http://\S+)/docs', process.stdout.readline())[1]
        image = (fruit / 'test' / '000001.jpg').read_bytes()
        answer = httpx2.post(f'{address}/v1/predict', files=dict(image=image), timeout=60)
        assert answer.status_code == 200
        assert len(answer.json()['images']) == 1
        told = httpx2.get(f'{address}/v1/model').json()
        assert (told['name'], told['checkpoint']) == (DEMO.stem, 'epoch_1.pth')
        assert str(trained) not in str(told)
        for host, status in (('a.example', 200), ('b.example:80', 200), ('c.example', 421)):
            headers = {'Host': host}
            assert httpx2.get(f'{address}/healthz', headers=headers).status_code == status
    finally:
        process.send_signal(signal.SIGINT)
        _, log = process.communicate(timeout=60)
    assert '"path": "/v1/predict"' in log
    assert 'Traceback' not in log


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        ((DEMO,), 'needs a checkpoint'),
        (('nowhere.py', 'x.pth'), 'no config nowhere.py'),
        ((DEMO, 'nowhere.pth'), 'no checkpoint nowhere.pth'),
        ((DEMO, 'x.pth', '--queue', 0), '--queue must be'),
        ((DEMO, 'x.pth', '--score-thr', 2), '--score-thr must be'),
        ((DEMO, 'x.pth', '--port', 70_000), 'port 70000'),
        ((DEMO, 'x.pth', '--allow-host', 'http://a.example'), '--allow-host must be a name'),
    ],
)
def test_what_cannot_be_served_is_one_sentence(arguments, words, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['serve.py', '--port', '0', *map(str, arguments)])
    with pytest.raises(UserError, match=re.escape(words)) as error:
        serve.main()
    assert '\n' not in str(error.value)


def test_without_arguments_the_network_of_the_demo_is_served(monkeypatch, tmp_path):
    monkeypatch.setattr(serve, 'DEMO_WORK_DIR', tmp_path)
    with pytest.raises(UserError, match='run `make demo`'):
        serve.find_network(None, None)
    (tmp_path / 'last_checkpoint').write_text('/moved/since/epoch_6.pth')
    assert serve.find_network(None, None) == (serve.DEMO_CONFIG, tmp_path / 'epoch_6.pth')


def test_a_port_that_is_taken_is_named():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f'cannot listen at 127.0.0.1, port {port}: '):
            serve.listen('127.0.0.1', port)


@pytest.mark.parametrize(
    'checkpoint', ['/home/me/epoch_1.pth', 'https://me:secret@host/x/epoch_1.pth?key=1#sha256=00']
)
def test_clients_learn_the_name_of_a_checkpoint_alone(checkpoint):
    assert serve.public_name(checkpoint) == 'epoch_1.pth'
