"""What browsers are told to refuse."""

from __future__ import annotations

import re

import pytest
from api_client import PNG, FailingPredictor, SlowPredictor, api, send


@pytest.fixture
def client(page):
    """Of an app with the page."""
    return page.client


def assert_headers(answer) -> dict[str, str]:
    """All are there, once. Returns the policy by directive."""
    headers = answer.headers
    assert headers.get_list('x-content-type-options') == ['nosniff']
    assert headers.get_list('x-frame-options') == ['DENY']
    assert headers.get_list('referrer-policy') == ['same-origin']
    (policy,) = headers.get_list('content-security-policy')
    directives = dict(part.strip().split(' ', 1) for part in policy.split(';'))
    assert directives['frame-ancestors'] == "'none'"
    assert directives['default-src'] in ("'none'", "'self'")
    assert 'http' not in policy
    assert '*' not in policy
    assert 'unsafe-eval' not in policy
    return directives


@pytest.mark.parametrize(
    ('method', 'path', 'status'),
    [
        ('GET', '/v1/model', 200),
        ('GET', '/metrics', 200),
        ('GET', '/openapi.json', 200),
        ('GET', '/config', 200),
        ('GET', '/theme.css', 200),
        ('GET', '/favicon.ico', 200),
        ('GET', '/nothing', 404),
        ('GET', '/v1/nothing', 404),
        ('GET', '/gradio_api/file=/etc/passwd', 404),
        ('GET', '/page/nobody/objects.csv', 404),
        ('POST', '/gradio_api/queue/join', 415),
        ('POST', '/gradio_api/upload', 400),
        ('POST', '/v1/predict', 415),
        ('DELETE', '/healthz', 404),
    ],
)
def test_data_and_errors_do_nothing_when_they_are_opened(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert assert_headers(answer)['default-src'] == "'none'"


def test_what_is_refused_early_or_fails_has_them_too(client):
    early = (
        client.get('/', headers={'Host': 'evil.example'}),
        client.post('/v1/predict', headers=dict(Origin='null')),
        client.post('/v1/predict', content=bytes(600_000)),
        send(api(FailingPredictor()), PNG),
    )
    assert [answer.status_code for answer in early] == [421, 403, 413, 500]
    for answer in early:
        assert assert_headers(answer)['default-src'] == "'none'"
    slow = SlowPredictor()
    with api(slow, queue=1) as other, other.app.state.worker.slot():
        assert_headers(send(other, PNG))


@pytest.mark.parametrize('path', ['/', '/docs', '/docs/oauth2-redirect'])
def test_a_page_runs_the_scripts_that_it_brings_and_no_others(client, path):
    answers = [client.get(path) for _ in range(2)]
    nonces = set()
    for answer in answers:
        (nonce,) = set(
            re.findall(r"'nonce-([\w-]{20,})'", answer.headers['content-security-policy'])
        )
        scripts = assert_headers(answer)['script-src']
        assert scripts == f"'self' 'nonce-{nonce}'"
        tags = re.findall('<script[^>]*>', answer.text)
        assert tags
        assert all(f' nonce="{nonce}"' in tag for tag in tags)
        assert not re.search(r'<[^>]* on\w+="', answer.text)
        nonces.add(nonce)
    assert len(nonces) == 2


def test_a_page_that_is_asked_for_compressed_has_its_numbers_all_the_same(client):
    for encoding in ('br', 'gzip', 'deflate, br;q=0.9', '*'):
        answer = client.get('/', headers={'Accept-Encoding': encoding})
        assert 'content-encoding' not in answer.headers
        assert '<script nonce=' in answer.text
