"""What the page's own routes could be made to read, fetch or tell, and are not."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from api_client import PNG, assert_problem, local
from canned import CannedPredictor, write_test_set
from gradio.route_utils import create_url_safe_hash
from starlette.websockets import WebSocketDisconnect

from projects.smn.serving.app import create_app
from projects.smn.serving.options import ServingOptions
from projects.smn.serving.page import mount_page
from projects.smn.serving.page_events import MAX_BYTES

META = dict(_type='gradio.FileData')
SECRET = 'secret-of-the-machine'
JOIN = '/gradio_api/queue/join'
UPLOAD_EVENT, EXAMPLE_EVENT = 0, 1

watched: list[str] | None = None


def _watch(event: str, arguments: tuple) -> None:
    if watched is None:
        return
    if event == 'open' and re.search(f'{SECRET}|/etc/', str(arguments[0])):
        watched.append(f'read {arguments[0]}')
    elif event in ('socket.connect', 'socket.getaddrinfo'):
        watched.append(f'{event} {arguments}')


sys.addaudithook(_watch)


@contextmanager
def nothing_is_touched(folder):
    """No secret is opened, nothing is fetched, and the folder of the page stays as it is."""
    global watched
    before = sorted(folder.rglob('*'))
    watched = []
    try:
        yield
        assert watched == []
    finally:
        watched = None
    assert sorted(folder.rglob('*')) == before


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """The page, beside whose folder lies a picture that nobody else may read."""
    root = tmp_path_factory.mktemp('page')
    patch = pytest.MonkeyPatch()
    patch.setenv('GRADIO_TEMP_DIR', str(root / 'gradio'))
    write_test_set(root / 'examples', ['1.png'])
    secret = root / f'{SECRET}.png'
    secret.write_bytes(PNG)
    secret.chmod(0o600)
    app = create_app(CannedPredictor(root / 'examples'), ServingOptions())
    mount_page(app)
    with local(app) as client:
        yield SimpleNamespace(app=app, client=client, folder=root / 'gradio', secret=secret)
    patch.undo()


@pytest.fixture
def upload(page) -> str:
    """The name of a picture that was uploaded."""
    return _upload(page)


def _upload(page, name: str = 'photo.png', content: bytes = PNG) -> str:
    answer = page.client.post('/gradio_api/upload', files=dict(files=(name, content)))
    (told,) = answer.json()
    return told


def _join(page, data, event: int = UPLOAD_EVENT, **more):
    body = dict(data=data, fn_index=event, session_hash='abc', event_data=None, trigger_id=None)
    # Not as `json`: what is no Unicode is sent as well.
    headers = {'Content-Type': 'application/json'}
    return page.client.post(JOIN, content=json.dumps(body | more), headers=headers)


def _outcome(page, answer) -> dict:
    """What the page shows of an event."""
    assert answer.status_code == 200, answer.text
    lines = page.client.get('/gradio_api/queue/data', params=dict(session_hash='abc')).text
    messages = [json.loads(line[5:]) for line in lines.split('\n') if line.startswith('data:')]
    (done,) = [message for message in messages if message['msg'] == 'process_completed']
    return done


def _values(file) -> list:
    return [file, 0.3, ['mask']]


def _file(path: str, **more) -> dict:
    return dict(path=path, meta=META, **more)


def test_an_upload_is_answered_and_no_path_is_told(page, upload):
    done = _outcome(page, _join(page, _values(_file(upload, url='', orig_name='photo.png'))))
    assert done['success']
    text = json.dumps(done)
    assert str(page.folder.parent) not in text
    picture = re.search(r'/gradio_api/file=[0-9a-f]{64}/image\.jpeg', text)[0]
    answer = page.client.get(picture)
    assert answer.headers['content-type'] == 'image/jpeg'


@pytest.mark.parametrize('event', range(5))
def test_a_picture_that_was_never_uploaded_is_not_read(page, event):
    with nothing_is_touched(page.folder):
        answer = _join(page, _values(_file(str(page.secret))), event)
        assert_refused(answer, event)


def assert_refused(answer, event: int = UPLOAD_EVENT) -> None:
    """One sentence; of events there are four."""
    words = 'not kept here' if event < 4 else 'no event'
    assert_problem(answer, 422, words)


# Names of what was not uploaded.
PATHS = {
    'absolute': '{secret}',
    'passwd': '/etc/passwd',
    'process': '/proc/self/environ',
    'of the page': '{folder}/{upload}',
    'up': '../{name}',
    'up from a digest': '{digest}/../../{name}',
    'up from the folder': '{folder}/../{name}',
    'the parent': '{digest}/..',
    'the digest': '{digest}',
    'the digest itself': '{digest}/.',
    'encoded': '{digest}/%2e%2e/%2e%2e/{name}',
    'encoded slashes': '{digest}/..%2f..%2f{name}',
    'encoded twice': '{digest}/%252e%252e/%252e%252e/{name}',
    'backslashes': '{digest}/..\\..\\{name}',
    'backslash': '{digest}\\photo.png',
    'null': '{upload}\0',
    'null before': '/etc/passwd\0{upload}',
    'file URL': 'file://{secret}',
    'metadata': 'http://169.254.169.254/latest/meta-data',
    'hugging face': 'https://huggingface.co/x.png',
    'URL and up': 'http://x/../../../../../../../..{secret}',
    'data': 'data:image/png;base64,iVBORw0KGgo=',
    'route': '/gradio_api/file={secret}',
    'home': '~/.ssh/id_rsa',
    'another digest': '0000000000000000000000000000000000000000000000000000000000000000/photo.png',
    'another name': '{digest}/other.png',
    'a line more': '{upload}\n',
    'surrogate': '{digest}/\ud800.png',
    'empty': '',
}


def path_of(page, upload: str, kind: str) -> str:
    """One of them."""
    parts = dict(secret=page.secret, name=page.secret.name, folder=page.folder, upload=upload)
    return PATHS[kind].format(digest=upload.split('/')[0], **parts)


@pytest.mark.parametrize('kind', PATHS)
def test_no_spelling_of_a_path_is_followed(page, upload, kind):
    path = path_of(page, upload, kind)
    with nothing_is_touched(page.folder):
        assert_refused(_join(page, _values(_file(path))))
        assert_refused(_join(page, _values(_file(path, is_stream=True))))
        assert_refused(_join(page, _values([_file(path)])))


@pytest.mark.parametrize('kind', PATHS)
def test_no_spelling_of_a_path_is_served(page, upload, kind):
    path = path_of(page, upload, kind).replace('\ud800', '?')
    with nothing_is_touched(page.folder):
        for route in ('file=', 'file/', 'proxy=', 'proxy=file=', 'stream/', 'custom_component/'):
            assert_problem(page.client.get(f'/gradio_api/{route}{escaped(path)}'), 404)


def escaped(path: str) -> str:
    """As a client can send it: what a server must not see raw, and `..`, which clients resolve."""
    for character, code in (
        ('%', '%25'),
        ('\0', '%00'),
        ('\n', '%0A'),
        ('\\', '%5C'),
        ('..', '%2e%2e'),
    ):
        path = path.replace(character, code)
    return path


PLACES = {
    'gallery': lambda file: [dict(image=file, caption='x')],
    'gallery of pairs': lambda file: [[file, 'x']],
    'nested': lambda file: dict(a=[dict(b=dict(c=[file]))]),
    'deep': lambda file: json.loads('[' * 200 + json.dumps(file) + ']' * 200),
    'in a file': lambda file: dict(file, path=file),
    'in its meta': lambda file: dict(path='x', meta=dict(META, file=file)),
    'chat': lambda file: dict(text='x', files=[file]),
    'no meta': lambda file: dict(path=file['path']),
    'odd meta': lambda file: dict(file, meta='gradio.FileData'),
    'as URL': lambda file: dict(path='x', url=file['path'], meta=META),
    'URL alone': lambda file: dict(url=file['path'], meta=META),
    'as name': lambda file: dict(file, path='x', orig_name=file['path']),
    'video': lambda file: dict(video=file, subtitles=file),
    'property': lambda file: dict(value=file),
    'update': lambda file: dict(__type__='update', value=file),
}


@pytest.mark.parametrize('place', PLACES)
@pytest.mark.parametrize('position', range(3))
def test_a_path_is_followed_nowhere_in_what_is_sent(page, place, position):
    for event in range(4):
        data = [None, 0.3, ['mask']]
        data[position] = PLACES[place](_file(str(page.secret)))
        with nothing_is_touched(page.folder):
            assert_refused(_join(page, data, event))


def test_beside_the_data_nothing_that_is_sent_is_used(page):
    file = _file(str(page.secret))
    with nothing_is_touched(page.folder):
        for field in ('event_data', 'request', 'batched', 'simple_format', 'oauth_token'):
            _outcome(page, _join(page, [], 2, **{field: file}))
            _outcome(page, _join(page, [], 2, **{field: str(page.secret)}))
        for field in ('fn_index', 'session_hash', 'trigger_id'):
            for value in (file, [file], 1.5):
                assert_problem(_join(page, [], 2, **{field: value}), 422, 'no event')
        assert_problem(_join(page, file), 422, 'no event')


def test_a_server_inside_the_network_is_not_asked(page):
    with socket.create_server(('127.0.0.1', 0)) as inside:
        inside.setblocking(False)
        url = f'http://127.0.0.1:{inside.getsockname()[1]}/x.png'
        with nothing_is_touched(page.folder):
            for file in (_file(url), _file('x', url=url), _file(url, is_stream=True)):
                assert_refused(_join(page, _values(file)))
            for route in ('file=', 'file/', 'proxy='):
                assert_problem(page.client.get(f'/gradio_api/{route}{url}'), 404)
        with pytest.raises(BlockingIOError):
            inside.accept()


def test_behind_the_gate_gradio_refuses_as_well(page):
    """It asks where launch() was called; here, where that is said."""
    gradio = page.app.routes[-1].app.gradio
    inside = SimpleNamespace(client=local(gradio))
    with nothing_is_touched(page.folder):
        for path in (str(page.secret), '/etc/passwd'):
            done = _outcome(inside, _join(inside, _values(_file(path))))
            assert not done['success']


@pytest.mark.parametrize(
    ('method', 'path'),
    [
        ('GET', '/'),
        ('GET', '/config'),
        ('GET', '/theme.css'),
        ('GET', '/gradio_api/queue/data'),
        ('POST', '/gradio_api/upload'),
        ('POST', JOIN),
    ],
)
def test_the_page_is_not_there_for_another_host_or_for_a_page_of_others(page, method, path):
    with nothing_is_touched(page.folder):
        answer = page.client.request(method, path, headers=dict(Host='evil.example'))
        assert_problem(answer, 421, '--allow-host evil.example')
        answer = page.client.request(method, path, headers=dict(Origin='http://evil.example'))
        assert not [name for name in answer.headers if name.startswith('access-control')]
        if method == 'POST':
            assert_problem(answer, 403, '--allow-host evil.example')


@pytest.mark.parametrize('depth', [20, 100, 300, 500, 800])
def test_however_deep_an_event_is_the_server_goes_on(page, depth):
    values = json.loads('[' * depth + ']' * depth)
    answer = _join(page, [values, 0.3, ['mask']])
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert not _outcome(page, answer)['success']


def test_a_link_in_the_folder_of_the_page_is_not_followed(page, upload):
    digest = page.folder / upload.split('/')[0]
    links = dict(link=page.secret, circle=digest / 'circle', folder=page.secret.parent)
    for name, target in links.items():
        (digest / f'{name}.png').symlink_to(target)
    try:
        with nothing_is_touched(page.folder):
            for name in links:
                path = f'{digest.name}/{name}.png'
                assert_refused(_join(page, _values(_file(path))))
                assert_problem(page.client.get(f'/gradio_api/file={path}'), 404)
    finally:
        for name in links:
            (digest / f'{name}.png').unlink()


def test_a_pipe_in_the_folder_of_the_page_is_not_waited_for(page, upload):
    pipe = page.folder / upload.split('/')[0] / 'pipe.png'
    os.mkfifo(pipe)
    try:
        assert_refused(_join(page, _values(_file(f'{pipe.parent.name}/pipe.png'))))
    finally:
        pipe.unlink()


@pytest.mark.parametrize(
    'name',
    ['..', '.', '../../up.png', '/etc/up.png', '..\\up.png', '%2e%2e%2fup.png', '\0', 'x' * 5000],
)
def test_an_upload_stays_in_the_folder_whatever_it_is_called(page, name):
    outside = sorted(set(page.folder.parent.rglob('*')) - set(page.folder.rglob('*')))
    answer = page.client.post('/gradio_api/upload', files=dict(files=(name, b'up')))
    assert answer.status_code in (200, 400, 413)
    if answer.status_code == 200:
        assert (page.folder / answer.json()[0]).read_bytes() == b'up'
    assert str(page.folder.parent) not in answer.text
    now = set(page.folder.parent.rglob('*')) - set(page.folder.rglob('*'))
    assert sorted(now) == outside
    assert not os.path.exists('/etc/up.png')


@pytest.mark.parametrize('name', ['a.svg', 'a.html', 'a.xhtml', 'a.js', 'a.pdf'])
def test_what_was_uploaded_is_no_page_of_this_server(page, name):
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    told = _upload(page, name, script)
    _outcome(page, _join(page, _values(_file(told))))
    answer = page.client.get(f'/gradio_api/file={told}')
    assert answer.content == script
    assert answer.headers['content-disposition'].startswith('attachment')
    assert answer.headers['content-type'] == 'application/octet-stream'
    assert "default-src 'none'" in answer.headers['content-security-policy']


@pytest.mark.parametrize(
    'body',
    [
        b'',
        b'{',
        b'[]',
        b'null',
        b'{}',
        b'\xff\xfe',
        b'[' * 20_000,
        b'{"a":' * 9_000,
        b'{"data": [1' + b'0' * 20_000 + b'], "fn_index": 0, "session_hash": "a"}',
        b'{"data": [NaN], "fn_index": 2, "session_hash": "a"}',
        b'{"data": [], "fn_index": -1, "session_hash": "a"}',
        b'{"data": [], "fn_index": 1e999, "session_hash": "a"}',
        b'{"data": [], "fn_index": null, "session_hash": "a"}',
        b'{"data": [], "fn_index": 2, "session_hash": null}',
        b'{"data": {}, "fn_index": 2, "session_hash": "a"}',
        b'{"data": [], "fn_index": 2, "session_hash": "' + b'a' * 65 + b'"}',
        b'{"data": [], "fn_index": 2, "session_hash": "a", "trigger_id": "1"}',
    ],
)
def test_what_is_no_event_is_said_in_one_sentence(page, body):
    headers = {'Content-Type': 'application/json'}
    with nothing_is_touched(page.folder):
        assert_problem(page.client.post(JOIN, content=body, headers=headers), 422, 'no event')


def test_a_long_event_is_not_read_to_its_end(page):
    assert_problem(_join(page, ['x' * MAX_BYTES]), 413, f'{MAX_BYTES} bytes')


@pytest.mark.parametrize('kind', ['text/plain', 'multipart/form-data; boundary=x', ''])
def test_a_form_of_another_page_is_no_event(page, kind):
    body = json.dumps(dict(data=_values(_file('x')), fn_index=0, session_hash='a'))
    answer = page.client.post(JOIN, content=body, headers={'Content-Type': kind})
    assert_problem(answer, 415, 'application/json')


# What a browser asks for; test_page.py has one that does.
NEEDED = {
    ('GET', '/'),
    ('GET', '/assets/{path:path}'),
    ('GET', '/config'),
    ('GET', '/favicon.ico'),
    ('GET', '/gradio_api/file={path_or_url:path}'),
    ('GET', '/gradio_api/heartbeat/{session_hash}'),
    ('GET', '/gradio_api/queue/data'),
    ('GET', '/gradio_api/upload_progress'),
    ('GET', '/manifest.json'),
    ('GET', '/static/{path:path}'),
    ('GET', '/theme.css'),
    ('POST', '/gradio_api/queue/join'),
    ('POST', '/gradio_api/upload'),
}


def _routes(routes) -> set[tuple[str, str]]:
    found = set()
    for route in routes:
        if hasattr(route, 'original_router'):
            found |= _routes(route.original_router.routes)
        else:
            found |= {(method, route.path) for method in getattr(route, 'methods', None) or ['GET']}
    return found


def test_every_other_route_of_gradio_is_not_there(page):
    gradio = page.app.routes[-1].app.gradio
    routes = _routes(gradio.routes)
    assert routes >= NEEDED
    assert len(routes) > 80
    ours = {(method, '/openapi.json') for method in ('GET', 'HEAD')}
    for method, path in sorted(routes - NEEDED - ours):
        filled = re.sub(r'\{\w+(:path)?\}', 'x', path)
        with nothing_is_touched(page.folder):
            answer = page.client.request(method, filled)
            assert answer.status_code == 404, (method, path)
            if method != 'HEAD':
                assert_problem(answer, 404, f'there is no {method} ')


@pytest.mark.parametrize('method', ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'HEAD', 'POST'])
@pytest.mark.parametrize('path', ['/', '/config', '/gradio_api/file=x', '/gradio_api/queue/data'])
def test_other_methods_are_not_there_either(page, method, path):
    assert page.client.request(method, path).status_code == 404


@pytest.mark.parametrize(
    'path',
    [
        '/assets/%2e%2e/%2e%2e/index.html',
        '/assets/..%2f..%2findex.html',
        '/assets/%252e%252e/index.html',
        '/static/%2e%2e/index.html',
        '/static//etc/passwd',
        '/static/%5c..%5cindex.html',
        '/assets/',
        '/assets/.hidden',
        '/gradio_api//queue/join',
        '//gradio_api/info',
        '/./gradio_api/info',
        '/gradio_api/heartbeat/%2e%2e',
        '/gradio_api/queue/data/',
        '/config/',
        '/theme.css%0a',
        '/%2e%2e/config',
        '/robots.txt',
    ],
)
def test_an_address_that_only_resembles_one_is_not_there(page, path):
    with nothing_is_touched(page.folder):
        assert page.client.get(path).status_code == 404


def test_links_lead_to_this_server_whatever_a_request_says(page):
    for name in ('X-Gradio-Server', 'Referer', 'X-Forwarded-Path', 'Forwarded'):
        told = page.client.get('/config', headers={name: 'http://evil.example/x'})
        assert 'evil' not in told.text
        assert told.json()['root'] == 'http://127.0.0.1'


@pytest.mark.parametrize('wanted', ['bytes=0-3', 'bytes=1-2-3', 'bytes=9-1', 'bytes=-', 'x'])
def test_a_part_of_a_file_comes_without_what_was_asked(page, upload, wanted):
    headers = {'Range': wanted, 'X-Mine': 'mine', 'Cookie': 'a=b'}
    answer = page.client.get(f'/gradio_api/file={upload}', headers=headers)
    assert answer.status_code in (200, 206, 400, 416)
    assert not {'x-mine', 'cookie'} & set(answer.headers)
    if answer.status_code < 300:
        assert PNG.startswith(answer.content)


@pytest.mark.parametrize('files', [None, dict(files=('..', b'x'))])
def test_what_gradio_refuses_has_the_one_form_of_errors(page, files):
    answer = page.client.post('/gradio_api/upload', files=files)
    assert_problem(answer, 400, 'Invalid')


def test_a_deep_link_shows_no_state_of_others(page):
    plain = page.client.get('/config').json()
    state = page.folder / 'deep_links' / create_url_safe_hash(b'x') / 'state.json'
    state.parent.mkdir(parents=True)
    state.write_text('[]')
    for link in (state.parent.name, 'x', '../x', '%2e%2e', 'a' * 64):
        told = page.client.get('/config', params=dict(deep_link=link)).json()
        assert told == plain


@pytest.mark.parametrize('path', ['/', '/config', '/config?page=', '/gradio_api/upload'])
def test_no_path_of_the_machine_is_told(page, path):
    if path.endswith('upload'):
        text = page.client.post(path, files=dict(files=('photo.png', PNG))).text
    else:
        text = page.client.get(path).text
    for told in (str(page.folder.parent), os.getcwd(), sys.prefix, os.path.expanduser('~/')):
        assert told not in text
    assert not re.search(r'(?<![\w.<=])/(tmp|home|root|var|usr|work|opt|etc)/', text)


def test_examples_are_shown_by_their_names(page):
    (component,) = [
        found['props']
        for found in page.client.get('/config').json()['components']
        if found['type'] == 'dataset'
    ]
    ((example,),) = component['samples']
    assert re.fullmatch(r'[0-9a-f]{64}/1\.png', example['path'])
    assert page.client.get(example['url']).headers['content-type'] == 'image/png'
    done = _outcome(page, _join(page, _values(0), EXAMPLE_EVENT))
    assert done['success']


def test_a_websocket_is_not_opened(page):
    for path in ('/', '/gradio_api/queue/join'):
        with pytest.raises(WebSocketDisconnect), page.client.websocket_connect(path):
            pass
