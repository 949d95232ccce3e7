"""What an event of the page could be made to read or fetch, and is not."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest
from api_client import assert_problem, local
from page_client import (
    EXAMPLE_EVENT,
    JOIN,
    META,
    SETTINGS_EVENT,
    UPLOAD_EVENT,
    assert_refused,
    file_value,
    join,
    nothing_is_touched,
    outcome,
    values,
)

from projects.smn.serving.page_events import MAX_BYTES


def test_an_upload_is_answered_and_no_path_is_told(page, upload):
    done = outcome(page, join(page, values(file_value(upload, url='', orig_name='photo.png'))))
    assert done['success']
    text = json.dumps(done)
    assert str(page.folder.parent) not in text
    picture = re.search(r'/gradio_api/file=[0-9a-f]{64}/image\.jpeg', text)[0]
    answer = page.client.get(picture)
    assert answer.headers['content-type'] == 'image/jpeg'


@pytest.mark.parametrize('event', range(5))
def test_a_picture_that_was_never_uploaded_is_not_read(page, event):
    with nothing_is_touched(page.folder):
        answer = join(page, values(file_value(str(page.secret))), event)
        assert_refused(answer, event)


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
        data[position] = PLACES[place](file_value(str(page.secret)))
        with nothing_is_touched(page.folder):
            assert_refused(join(page, data, event))


def test_beside_the_data_nothing_that_is_sent_is_used(page):
    file = file_value(str(page.secret))
    with nothing_is_touched(page.folder):
        for field in ('event_data', 'request', 'batched', 'simple_format', 'oauth_token'):
            outcome(page, join(page, [], 2, **{field: file}))
            outcome(page, join(page, [], 2, **{field: str(page.secret)}))
        for field in ('fn_index', 'session_hash', 'trigger_id'):
            for value in (file, [file], 1.5):
                assert_problem(join(page, [], 2, **{field: value}), 422, 'no event')
        assert_problem(join(page, file), 422, 'no event')


def test_behind_the_gate_gradio_refuses_as_well(page):
    """It asks where launch() was called; here, where that is said."""
    gradio = page.app.routes[-1].app.gradio
    inside = SimpleNamespace(client=local(gradio))
    # In the event loop of the page: the queue of results belongs to one, and Python 3.13 is strict.
    inside.client.portal = page.client.portal
    with nothing_is_touched(page.folder):
        for path in (str(page.secret), '/etc/passwd'):
            done = outcome(inside, join(inside, values(file_value(path))))
            assert not done['success']


@pytest.mark.parametrize('depth', [20, 100, 300, 500, 800])
def test_however_deep_an_event_is_the_server_goes_on(page, depth):
    deep = json.loads('[' * depth + ']' * depth)
    for data in (values(deep), [None, deep, []], [None, 0.3, deep]):
        assert_problem(join(page, data), 422, 'this is no')


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
        b'{"data": [], "fn_index": 2, "session_hash": ""}',
        b'{"data": [], "fn_index": 2, "session_hash": "a b"}',
        b'{"data": [], "fn_index": 2, "session_hash": "a", "trigger_id": "1"}',
    ],
)
def test_what_is_no_event_is_said_in_one_sentence(page, body):
    headers = {'Content-Type': 'application/json'}
    with nothing_is_touched(page.folder):
        assert_problem(page.client.post(JOIN, content=body, headers=headers), 422, 'no event')


def test_a_long_event_is_not_read_to_its_end(page):
    assert_problem(join(page, ['x' * MAX_BYTES]), 413, f'{MAX_BYTES} bytes')


@pytest.mark.parametrize('kind', ['text/plain', 'multipart/form-data; boundary=x', ''])
def test_a_form_of_another_page_is_no_event(page, kind):
    body = json.dumps(dict(data=values(file_value('x')), fn_index=0, session_hash='a'))
    answer = page.client.post(JOIN, content=body, headers={'Content-Type': kind})
    assert_problem(answer, 415, 'application/json')


@pytest.mark.parametrize(
    ('event', 'data'),
    [
        (EXAMPLE_EVENT, [0, 0.3]),
        (EXAMPLE_EVENT, [0, 0.3, ['mask'], None]),
        (EXAMPLE_EVENT, [1, 0.3, ['mask']]),
        (EXAMPLE_EVENT, [-1, 0.3, ['mask']]),
        (EXAMPLE_EVENT, ['0', 0.3, ['mask']]),
        (EXAMPLE_EVENT, [None, 0.3, ['mask']]),
        (EXAMPLE_EVENT, [0, True, ['mask']]),
        (EXAMPLE_EVENT, [0, '0.3', ['mask']]),
        (EXAMPLE_EVENT, [0, 0.3, None]),
        (EXAMPLE_EVENT, [0, 0.3, 'mask']),
        (EXAMPLE_EVENT, [0, 0.3, [['mask']]]),
        (EXAMPLE_EVENT, [0, 0.3, ['\ud800']]),
        (UPLOAD_EVENT, [None, 0.3, ['mask']]),
        (SETTINGS_EVENT, ['key', 0.3, ['mask']]),
    ],
)
def test_what_no_widget_says_does_not_reach_gradio(page, event, data, capfd):
    """It would write a traceback for each."""
    assert_problem(join(page, data, event), 422, 'this is no')
    assert capfd.readouterr().err == ''


@pytest.mark.parametrize(
    ('typed', 'objects'), [(None, 2), (-1, 2), (0.1, 2), (0.6, 1), (5, 0), (10**400, 0)]
)
def test_a_score_that_somebody_types_is_within_the_slider_at_any_moment(page, typed, objects):
    done = outcome(page, join(page, [0, typed, ['mask']], EXAMPLE_EVENT))
    assert done['success']
    tables = [part['data'] for part in done['output']['data'] if 'headers' in (part or {})]
    assert len(tables[0]) == objects


@pytest.mark.parametrize('session', ['nobody', '', 'a' * 64])
def test_of_a_session_that_nothing_has_happened_in_nothing_is_told(page, session, caplog):
    for query in (dict(session_hash=session), {}):
        answer = page.client.get('/gradio_api/queue/data', params=query)
        assert answer.status_code in (404, 422)
        assert_problem(answer, answer.status_code, 'session_hash')
    assert not [record for record in caplog.records if record.exc_info]
