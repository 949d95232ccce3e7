"""What of Gradio can be reached, and by whom."""

from __future__ import annotations

import re

import pytest
from api_client import assert_problem
from gradio.route_utils import create_url_safe_hash
from page_client import JOIN, nothing_is_touched
from starlette.websockets import WebSocketDisconnect

# What a browser asks for; test_page_browser.py has one that does.
NEEDED = {
    ('GET', '/'),
    ('GET', '/assets/{path:path}'),
    ('GET', '/config'),
    ('GET', '/favicon.ico'),
    ('GET', '/gradio_api/app_id'),
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
    # A HEAD is answered as a GET; /openapi.json is ours.
    there = {('HEAD', path) for _, path in NEEDED} | {('GET', '/openapi.json')}
    there.add(('HEAD', '/openapi.json'))
    for method, path in sorted(routes - NEEDED - there):
        filled = re.sub(r'\{\w+(:path)?\}', 'x', path)
        with nothing_is_touched(page.folder):
            answer = page.client.request(method, filled)
            assert answer.status_code == 404, (method, path)
            if method != 'HEAD':
                assert_problem(answer, 404, f'there is no {method} ')


@pytest.mark.parametrize('method', ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'POST'])
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
        f'/assets/{"a" * 300}.js',
        f'/static{"/a" * 3000}.js',
        f'/gradio_api/heartbeat/{"a" * 65}',
    ],
)
def test_an_address_that_only_resembles_one_is_not_there(page, path):
    with nothing_is_touched(page.folder):
        assert page.client.get(path).status_code == 404


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


def test_links_lead_to_this_server_whatever_a_request_says(page):
    for name in ('X-Gradio-Server', 'Referer', 'X-Forwarded-Path', 'Forwarded'):
        told = page.client.get('/config', headers={name: 'http://evil.example/x'})
        assert 'evil' not in told.text
        assert told.json()['root'] == 'http://127.0.0.1'


def test_a_deep_link_shows_no_state_of_others(page):
    plain = page.client.get('/config').json()
    state = page.folder / 'deep_links' / create_url_safe_hash(b'x') / 'state.json'
    state.parent.mkdir(parents=True)
    state.write_text('[]')
    for link in (state.parent.name, 'x', '../x', '%2e%2e', 'a' * 64):
        told = page.client.get('/config', params=dict(deep_link=link)).json()
        assert told == plain


def test_a_websocket_is_not_opened(page):
    for path in ('/', '/gradio_api/queue/join'):
        with pytest.raises(WebSocketDisconnect), page.client.websocket_connect(path):
            pass
