"""HEAD is answered where GET is."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    'path',
    ['/', '/config', '/theme.css', '/docs', '/openapi.json', '/v1/model', '/v1/tasks', '/healthz'],
)
def test_a_head_is_that_of_get_without_a_body(page, path):
    head, get = page.client.head(path), page.client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b''
    for name in ('content-type', 'content-length', 'x-frame-options'):
        assert head.headers.get(name) == get.headers.get(name)


@pytest.mark.parametrize(
    'path', ['/nothing', '/v1/nothing', '/v1/predict', '/page/nobody/masks.zip']
)
def test_where_get_has_nothing_there_is_no_head(page, path):
    answer = page.client.head(path)
    assert answer.status_code == page.client.get(path).status_code == 404
    assert answer.content == b''


def test_a_stream_without_an_end_has_no_head(page):
    for path in ('heartbeat/abc', 'queue/data?session_hash=abc', 'upload_progress?upload_id=a'):
        assert page.client.head(f'/gradio_api/{path}').status_code == 404


def test_a_head_is_counted_by_its_route(page):
    page.client.head('/v1/tasks')
    labels = dict(route='/v1/tasks', status='200')
    registry = page.app.state.metrics.registry
    assert registry.get_sample_value('smn_requests_total', labels) >= 1
