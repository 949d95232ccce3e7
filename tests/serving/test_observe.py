"""Requests can be followed in the log and counted in the metrics."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest
from api_client import PNG, FailingPredictor, api, assert_problem, send

from projects.smn.serving import observe


@pytest.fixture
def lines(monkeypatch):
    """What the server logs, as a function that reads it."""
    stream = io.StringIO()
    monkeypatch.setattr(observe.sys, 'stderr', stream)
    observe.log_json_lines()
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for name in observe.LOGGERS:
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


def counts(client) -> dict[str, float]:
    """The samples of /metrics by name with labels."""
    text = client.get('/metrics').text
    return {k: float(v) for k, v in re.findall(r'^(smn_[^ ]+) (\S+)$', text, re.M)}


def test_a_request_is_a_line_of_json_with_the_number_that_the_client_got(lines):
    response = send(api(), PNG)
    (line,) = lines()
    assert line['request_id'] == response.headers['x-request-id']
    assert (line['method'], line['path'], line['status']) == ('POST', '/v1/predict', 200)
    assert line['seconds'] > 0
    assert {'time', 'level', 'logger'} <= line.keys()


def test_a_client_cannot_break_a_line_or_choose_its_number(lines):
    client = api()
    client.get('/a%0Ab%22', headers={'X-Request-ID': 'mine'})
    (line,) = lines()
    assert line['path'] == '/a\nb"'
    assert line['request_id'] != 'mine'


def test_a_failure_is_logged_with_its_reason_and_the_client_gets_its_number_alone(lines):
    client = api(FailingPredictor())
    response = send(client, PNG)
    failure, line = lines()
    assert 'a secret of the server' in failure['exc_info']
    assert failure['request_id'] == line['request_id'] == response.headers['x-request-id']
    assert_problem(response, 500, line['request_id'])
    assert 'secret' not in response.text
    assert line['status'] == 500
    assert client.get('/healthz').status_code == 200


def test_what_the_reader_of_uploads_says_of_one_is_a_line_of_json_too(lines):
    headers = {'Content-Type': 'multipart/form-data; boundary=x'}
    answer = api().post('/v1/predict', content=b'no boundary', headers=headers)
    assert answer.status_code < 500
    logged = {line['logger'] for line in lines()}
    assert 'python_multipart.multipart' in logged


def test_requests_images_and_places_are_counted():
    client = api(queue=5)
    send(client, PNG, PNG)
    send(client, b'text')
    found = counts(client)
    assert found['smn_images_total'] == 2
    assert found['smn_requests_total{route="/v1/predict",status="200"}'] == 1
    assert found['smn_requests_total{route="/v1/predict",status="415"}'] == 1
    assert found['smn_request_seconds_count{route="/v1/predict"}'] == 2
    assert found['smn_queue_places'] == 5
    assert found['smn_queue_places_taken'] == 0


def test_addresses_that_clients_invent_are_not_counted_one_by_one():
    client = api()
    for number in range(5):
        client.get(f'/nowhere/{number}')
        client.get(f'/v1/{number}')
    routes = {re.search('route="(.*?)"', name)[1] for name in counts(client) if 'route=' in name}
    assert not [route for route in routes if re.search(r'/\d', route)]
