"""Which names a server answers to, and which pages may ask it to do something."""

from __future__ import annotations

import anyio
import pytest
from api_client import PNG, api, assert_problem
from canned import CannedPredictor
from starlette.websockets import WebSocketDisconnect

from projects.smn.errors import UserError
from projects.smn.serving import ServingOptions, create_app, hosts
from projects.smn.serving.hosts import Hosts

MACHINE = 'box'
OF_THIS_MACHINE = (
    '127.0.0.1',
    '127.0.0.1:8000',
    '127.8.8.8',
    'localhost',
    'LOCALHOST:9000',
    '[::1]',
)
ADDRESSES = ('192.168.1.5', '192.168.1.5:80', '8.8.8.8', '[fe80::1]:8000', '0.0.0.0:8000')
NAMES = ('evil.example', 'localhost.evil.example', 'evil.localhost', '127.0.0.1.nip.io', 'box2')
NONE = (
    '',
    ':8000',
    'localhost:',
    'localhost:x',
    'localhost:8000:8000',
    'localhost:65536',
    'localhost@evil.example',
    'evil.example#localhost',
    'localhost/evil',
    'localhost evil.example',
    'localhost,evil.example',
    'http://localhost',
    '127.0.0.1\n',
    'localhost\0',
    '[::1',
    '::1',
    '[localhost]',
    '[::1]evil.example',
    '0x7f.1',
    '2130706433',
    '127.1',
    '\u217cocalhost',
)


@pytest.fixture(autouse=True)
def _named(monkeypatch):
    monkeypatch.setattr(hosts.socket, 'gethostname', lambda: MACHINE)


@pytest.mark.parametrize('bound', ['127.0.0.1', 'localhost', '::1', '127.0.0.2'])
def test_a_server_of_this_machine_alone_has_the_names_of_it(bound):
    known = Hosts(bound)
    assert all(known.allows(host) for host in (*OF_THIS_MACHINE, 'localhost.'))
    assert not any(known.allows(host) for host in (*ADDRESSES, *NAMES, *NONE, MACHINE))


@pytest.mark.parametrize('bound', ['0.0.0.0', '::', ''])
def test_a_server_on_all_addresses_answers_to_each_and_to_no_name_of_others(bound):
    known = Hosts(bound)
    answered = (*OF_THIS_MACHINE, *ADDRESSES, MACHINE, f'{MACHINE}:8000')
    assert all(known.allows(host) for host in answered)
    assert not any(known.allows(host) for host in (*NAMES, *NONE))


@pytest.mark.parametrize('bound', ['192.168.1.5', '::ffff:192.168.1.5'])
def test_a_server_on_one_address_answers_to_this_one(bound):
    known = Hosts(bound)
    for host in ('192.168.1.5', '192.168.1.5:8000', '[::ffff:192.168.1.5]', MACHINE):
        assert known.allows(host)
    assert not any(known.allows(host) for host in (*OF_THIS_MACHINE, *NAMES, *NONE, '192.168.1.6'))


def test_clients_name_a_link_local_address_without_the_interface_of_this_machine():
    hosts = Hosts('fe80::1%eth0')
    assert hosts.allows('[fe80::1]:8000')
    assert not hosts.allows('[fe80::2]:8000')
    assert not hosts.allows('[fe80::1%eth0]')


def test_a_server_that_is_bound_by_a_name_has_this_name():
    assert Hosts('Box.example').allows('box.EXAMPLE:80')
    assert not any(Hosts('box.example').allows(host) for host in (*ADDRESSES, *NAMES, *NONE))


def test_a_further_name_is_answered_and_none_below_it():
    known = Hosts('127.0.0.1', ['SMN.example'])
    assert known.allows('smn.example')
    assert known.allows('smn.EXAMPLE.:443')
    assert known.allows('localhost')
    assert not Hosts('127.0.0.1', ['']).allows('')
    for host in ('a.smn.example', 'xsmn.example', 'smn.example.evil', 'smn_example', *NAMES, *NONE):
        assert not known.allows(host)


@pytest.mark.parametrize(
    'name', ['', '*', '*.example', 'http://a.example', 'a.example/x', 'a.example:80', 'a b', '::1']
)
def test_what_is_no_name_is_refused_at_once(name):
    with pytest.raises(UserError, match='--allow-host must be a name') as error:
        ServingOptions(allow_host=[name])
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    'path', ['/v1/model', '/healthz', '/metrics', '/docs', '/openapi.json', '/nothing']
)
def test_another_name_gets_nothing_but_a_sentence(path):
    answer = api().get(path, headers={'Host': 'evil.example:8000'})
    assert_problem(answer, 421, "'evil.example:8000'", '--allow-host evil.example')
    assert api(allow_host=['evil.example']).get(path).status_code in (200, 404)


def post(client, **headers):
    """Predict an image."""
    return client.post('/v1/predict', files=dict(image=PNG), headers=headers)


@pytest.mark.parametrize('host', [*NAMES, *(host for host in NONE if host.isascii())])
def test_the_network_does_not_run_for_another_name(host):
    predictor = CannedPredictor()
    assert_problem(post(api(predictor), Host=host), 421, '--allow-host' if host else 'which host')
    assert predictor.calls == 0


def test_every_name_that_a_request_has_must_be_known():
    client = api(allow_host=['smn.example'])
    for forwarded in ('evil.example', 'localhost, evil.example', 'evil.example, localhost'):
        assert_problem(post(client, **{'X-Forwarded-Host': forwarded}), 421, 'evil.example')
    assert post(client, **{'X-Forwarded-Host': 'smn.example, localhost:80'}).status_code == 200


@pytest.mark.parametrize('kind', ['http', 'websocket'])
@pytest.mark.parametrize('named', [(), (b'evil.example',), (b'localhost', b'evil.example')])
def test_a_request_of_no_name_or_of_two_is_refused(kind, named):
    sent = []

    async def ask():
        async def send(message):
            sent.append(message)

        headers = [(b'host', host) for host in named]
        scope = dict(type=kind, method='GET', path='/healthz', headers=headers)
        await create_app(CannedPredictor())(scope, None, send)

    anyio.run(ask)
    if kind == 'http':
        assert sent[0]['status'] == 421
    else:
        assert [message['type'] for message in sent] == ['websocket.close']


OTHERS = (
    'http://evil.example',
    'null',
    '',
    'http://127.0.0.1:3000',  # another server of this machine
    'http://localhost',
    'http://127.0.0.1.evil.example',
    'http://evil.example@127.0.0.1',
    'http://127.0.0.1/',
    'file://',
    '127.0.0.1',
)


@pytest.mark.parametrize('origin', OTHERS)
def test_a_page_of_others_may_change_nothing(origin):
    predictor = CannedPredictor()
    assert_problem(post(api(predictor), Origin=origin), 403, '--allow-host')
    assert predictor.calls == 0
    assert api().options('/v1/predict', headers=dict(Origin=origin)).status_code == 403
    with pytest.raises(WebSocketDisconnect):
        api().websocket_connect('/', headers=dict(Origin=origin)).__enter__()


def test_a_page_of_this_server_may_and_so_may_who_is_no_page():
    client = api(allow_host=['smn.example'])
    assert post(client).status_code == 200
    for origin in ('http://127.0.0.1', 'https://smn.example', 'https://smn.example:8443'):
        assert post(client, Origin=origin).status_code == 200
    behind = dict(Host='localhost:8000', Origin='http://LOCALHOST:8000')
    assert post(client, **behind).status_code == 200


def test_no_page_of_others_is_told_what_is_answered():
    for answer in (
        api().get('/v1/model', headers=dict(Origin='http://evil.example')),
        api().get('/docs', headers=dict(Origin='http://evil.example')),
    ):
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith('access-control')]
