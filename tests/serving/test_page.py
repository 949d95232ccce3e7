"""The page beside the API, and its downloads."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from page_client import check_download, mounted_page, served


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """With two examples."""
    root = tmp_path_factory.mktemp('page')
    with mounted_page(root, ['1.png', '2.png'], name='meadow', max_megabytes=0.5) as mounted:
        yield mounted


@pytest.fixture(scope='module')
def url(page):
    """Its address."""
    with served(page.app) as address:
        yield address


def test_the_api_still_answers_beside_the_page(page):
    client = page.client
    assert client.get('/healthz').status_code == 200
    assert client.get('/v1/nothing').json()['status'] == 404
    assert 'meadow' in client.get('/').text
    with (page.root / 'examples' / 'images' / '1.png').open('rb') as file:
        answer = client.post('/v1/predict', files=dict(image=file))
    assert len(answer.json()['images'][0]['objects']) == 2


@pytest.mark.parametrize('up', ['..', '%2e%2e', '%252e%252e', '..%2f..', '..%5c..', '%00', '.'])
def test_no_address_leads_out_of_a_folder_however_it_is_written(page, url, up):
    """Clients change such addresses before they send them: this one does not."""
    connection = HTTPConnection(urlsplit(url).netloc)
    examples = [path.parent.name for path in (page.folder).rglob('1.png')]
    for path in (
        f'/gradio_api/file={examples[0]}/{up}/{up}/examples/images/1.png',
        f'/gradio_api/file={up}/examples/images/1.png',
        f'/gradio_api/file/{up}/examples/images/1.png',
        f'/static/{up}/index.html',
        f'/assets/{up}/{up}/{up}/routes.py',
        f'/static-offline-docs/{up}/core.py',
    ):
        connection.request('GET', path)
        answer = connection.getresponse()
        assert answer.status == 404
        assert json.loads(answer.read())['status'] == 404
    connection.close()


def test_page_and_theme_name_no_font_of_a_web_service(page):
    client = page.client
    for path in ('/', '/theme.css'):
        text = client.get(path).text
        assert len(text) > 1000
        assert 'fonts.googleapis' not in text
        assert '<script src="http' not in text


def test_gradio_is_told_not_to_report_home(page):
    assert page.client.get('/config').json()['analytics_enabled'] is False


def test_the_page_has_no_second_api(page):
    text = page.client.get('/').text
    told = re.search(r'window\.gradio_api_info = (.*?);</script>', text)[1]
    assert json.loads(told) == dict(named_endpoints={}, unnamed_endpoints={})


@pytest.mark.parametrize('name', ['masks.zip', 'objects.json', 'objects.csv'])
def test_downloads_follow_the_threshold_and_need_a_key(page, name):
    client = page.client
    content = (page.root / 'examples' / 'images' / '1.png').read_bytes()
    key = page.answers.predict(content)
    answer = client.get(f'/page/{key}/{name}', params=dict(score_thr=0.05))
    assert f'filename="{name}"' in answer.headers['content-disposition']
    check_download(name, answer.content)
    fewer = client.get(f'/page/{key}/{name}', params=dict(score_thr=0.95))
    assert len(fewer.content) < len(answer.content)
    for path in (f'/page/{key}/other.txt', f'/page/nobody/{name}'):
        problem = client.get(path)
        assert problem.status_code == 404
        assert problem.json()['detail']


def _predict(page) -> str:
    return page.answers.predict((page.root / 'examples' / 'images' / '1.png').read_bytes())


def test_a_download_waits_in_line_and_is_put_off_when_the_line_is_full(page):
    client, worker, key = page.client, page.app.state.worker, _predict(page)
    with ExitStack() as taken:
        for _ in range(worker.slots):
            taken.enter_context(worker.slot())
        answer = client.get(f'/page/{key}/objects.json')
        assert answer.status_code == 503
        assert int(answer.headers['retry-after']) >= 1
    assert client.get(f'/page/{key}/objects.json').status_code == 200


def test_images_of_the_page_are_counted_with_those_of_the_api(page):
    def count() -> float:
        return page.app.state.metrics.registry.get_sample_value('smn_images_total')

    before = count()
    _predict(page)
    assert count() == before + 1


def test_an_upload_without_a_length_is_left_at_the_limit_also_by_the_page(page):
    def chunks():
        yield (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n'
            b'Content-Type: image/png\r\n\r\n'
        )
        for _ in range(600):
            yield bytes(1000)
        yield b'\r\n--x--\r\n'

    headers = {'Content-Type': 'multipart/form-data; boundary=x'}
    answer = page.client.post('/gradio_api/upload', content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()['detail'] == 'the request is too long: at most 0.5 MB'
