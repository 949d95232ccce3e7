"""The page in a browser, and its downloads."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import socket
import threading
import time
import zipfile
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
import uvicorn
from api_client import local
from canned import HEIGHT, WIDTH, CannedPredictor, masks, write_test_set
from screenshot import click, open_browser, wait_for, wait_until_loaded
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from projects.smn.serving.app import create_app
from projects.smn.serving.options import ServingOptions
from projects.smn.serving.page import mount_page
from projects.smn.serving.page_server import PageServer

needs_chromium = pytest.mark.skipif(
    not (shutil.which('chromium') and shutil.which('chromedriver')),
    reason='chromium and chromedriver are not on the PATH',
)
IMAGE = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """An app with the page, of a network that answers at once; two examples."""
    folder = tmp_path_factory.mktemp('page')
    patch = pytest.MonkeyPatch()
    patch.setenv('GRADIO_TEMP_DIR', str(folder / 'gradio'))
    write_test_set(folder / 'examples', ['1.png', '2.png'])
    predictor = CannedPredictor(folder / 'examples')
    app = create_app(predictor, ServingOptions(name='meadow', max_megabytes=0.5))
    answers = mount_page(app)
    yield SimpleNamespace(app=app, answers=answers, predictor=predictor, folder=folder)
    patch.undo()


@pytest.fixture(scope='module')
def url(page):
    """The address of a server in a thread."""
    taken = socket.create_server(('127.0.0.1', 0))
    server = PageServer(uvicorn.Config(page.app, log_level='warning'))
    thread = threading.Thread(target=server.run, kwargs=dict(sockets=[taken]))
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f'http://127.0.0.1:{taken.getsockname()[1]}/'
    server.should_exit = True
    thread.join(timeout=20)
    assert not thread.is_alive()  # although the browser is open


@pytest.fixture(scope='module')
def browser():
    with open_browser(1280, 1300) as opened:
        yield opened


@pytest.fixture
def opened(browser, url):
    """The browser, at a page that nobody has touched yet."""
    browser.get(url)
    wait_for(browser, '#upload input[type=file]')
    return browser


def _upload(browser, path: Path) -> None:
    wait_for(browser, '#upload input[type=file]').send_keys(str(path))


def _picture(browser) -> str:
    """The address of the picture that is shown, once it is there."""
    wait_for(browser, '#picture img')
    wait_until_loaded(browser, '#picture img')
    return browser.find_element(By.CSS_SELECTOR, '#picture img').get_attribute('src')


def _wait(browser, condition) -> None:
    WebDriverWait(browser, 30, poll_frequency=0.1).until(condition)


def _text(browser, selector: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, selector).text


def _example(browser, number: int) -> None:
    click(browser, f'#examples button:nth-of-type({number})')


def _network(browser, method: str) -> list[dict]:
    """What has happened since somebody asked, by the name of such events."""
    events = [json.loads(entry['message'])['message'] for entry in browser.get_log('performance')]
    return [event['params'] for event in events if event['method'] == f'Network.{method}']


def _external(browser) -> list[str]:
    """Addresses that the browser has asked for on behalf of the page, but for the server's."""
    addresses = [p['request']['url'] for p in _network(browser, 'requestWillBeSent')]
    assert any(address.startswith('http://127.0.0.1:') for address in addresses)
    ours = ('http://127.0.0.1:', 'data:', 'blob:', 'chrome:')
    return [address for address in addresses if not address.startswith(ours)]


@needs_chromium
def test_an_upload_is_drawn_and_listed_and_nothing_comes_from_the_internet(opened, page, tmp_path):
    cv2.imwrite(str(tmp_path / 'photo.png'), IMAGE)
    _upload(opened, tmp_path / 'photo.png')
    _picture(opened)
    size = opened.execute_script(
        "const i = document.querySelector('#picture img'); return [i.naturalWidth, i.naturalHeight]"
    )
    assert size == [1000, 1000 * HEIGHT // WIDTH]
    table = _text(opened, '#objects')
    assert {'apple', 'card', 'length (mm)', '42.5'} <= set(table.split('\n'))
    assert 'sun' in _text(opened, '#image')
    assert _external(opened) == []
    # What Gradio cleans has a folder of its own; a bare file would stay for ever.
    kept = list((page.folder / 'gradio').iterdir())
    assert kept
    assert all(path.is_dir() for path in kept)


@needs_chromium
def test_threshold_and_tasks_redraw_without_another_pass(opened, page):
    calls = page.predictor.calls
    _example(opened, 1)
    first = _picture(opened)
    click(opened, '#drawn input')  # the masks of the objects
    _wait(opened, lambda b: _picture(b) != first)
    number = opened.find_element(By.CSS_SELECTOR, '#threshold input[type=number]')
    number.send_keys(Keys.CONTROL, 'a')
    number.send_keys('0.6', Keys.TAB)
    _wait(opened, lambda b: 'card' not in _text(b, '#objects'))
    assert 'apple' in _text(opened, '#objects')
    assert page.predictor.calls == calls + 1


@needs_chromium
@pytest.mark.parametrize('name', ['masks.zip', 'objects.json', 'objects.csv'])
def test_a_button_downloads_what_it_says(opened, browser, name, tmp_path):
    browser.execute_cdp_cmd(
        'Browser.setDownloadBehavior', dict(behavior='allow', downloadPath=str(tmp_path))
    )
    _example(opened, 2)
    _picture(opened)
    click(opened, f'#{name.replace(".", "-")}')
    path = tmp_path / name
    _wait(opened, lambda _: path.is_file())
    _check_download(name, path.read_bytes())


@needs_chromium
def test_a_file_that_is_no_image_is_refused_in_words_and_the_page_goes_on(opened, tmp_path):
    _example(opened, 1)
    _picture(opened)
    (tmp_path / 'photo.jpg').write_text('these are words')
    _upload(opened, tmp_path / 'photo.jpg')
    _wait(opened, lambda b: 'no image that can be read' in _text(b, '#message'))
    assert not opened.find_elements(By.CSS_SELECTOR, '#picture img')
    _example(opened, 2)
    _picture(opened)
    assert _text(opened, '#message') == ''


def _complaints(browser) -> list[str]:
    """What the browser has refused, or found missing."""
    entries = [entry for entry in browser.get_log('browser') if entry['level'] == 'SEVERE']
    return [entry['message'] for entry in entries]


@needs_chromium
def test_the_browser_needs_what_is_let_through_and_refuses_none_of_it(opened, url, tmp_path):
    opened.execute_cdp_cmd(
        'Browser.setDownloadBehavior', dict(behavior='allow', downloadPath=str(tmp_path))
    )
    for log in ('browser', 'performance'):
        opened.get_log(log)
    opened.get(url)
    _example(opened, 1)
    first = _picture(opened)
    click(opened, '#drawn input')
    _wait(opened, lambda b: _picture(b) != first)
    click(opened, '#picture button[aria-label="Fullscreen"]')
    click(opened, '#picture button[aria-label="Exit fullscreen mode"]')
    click(opened, '#picture button[aria-label="Download"]')
    _wait(opened, lambda _: list(tmp_path.glob('image.jp*g')))
    photo = tmp_path / 'from' / 'a photo, ü 100%.png'
    photo.parent.mkdir()
    photo.write_bytes(cv2.imencode('.png', IMAGE)[1].tobytes())
    _upload(opened, photo)
    _wait(opened, lambda b: '100%' in _text(b, '#upload'))
    _picture(opened)
    click(opened, '#upload a[download]')
    _wait(opened, lambda _: (tmp_path / photo.name).is_file())
    click(opened, '#upload button[aria-label="Clear"]')
    _wait(opened, lambda b: not b.find_elements(By.CSS_SELECTOR, '#picture img'))
    assert _complaints(opened) == []
    answers = [event['response'] for event in _network(opened, 'responseReceived')]
    ours = [answer for answer in answers if answer['url'].startswith(url)]
    assert [answer['url'] for answer in ours if answer['status'] >= 400] == []
    several = '(/assets/|/static/|/gradio_api/file=|/gradio_api/heartbeat/).*'
    paths = {re.sub(several, r'\1*', urlsplit(answer['url']).path) for answer in ours}
    assert paths == {
        '/',
        '/assets/*',
        '/gradio_api/file=*',
        '/gradio_api/heartbeat/*',
        '/gradio_api/queue/data',
        '/gradio_api/queue/join',
        '/gradio_api/upload',
        '/gradio_api/upload_progress',
        '/manifest.json',
        '/static/*',
        '/theme.css',
    }  # and /favicon.ico, of which this event is not told; /config is for people


@needs_chromium
def test_a_script_that_is_smuggled_into_the_page_does_not_run(opened):
    opened.get_log('browser')
    opened.execute_script("""
        document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="smuggled = 1">');
        const script = document.createElement('script');
        script.textContent = 'smuggled = 1';
        document.body.append(script);
        const elsewhere = document.createElement('script');
        elsewhere.src = 'http://localhost:1/x.js';
        document.body.append(elsewhere);
    """)
    complaints = []
    _wait(opened, lambda b: len(complaints.extend(_complaints(b)) or complaints) >= 3)
    assert all('Content Security Policy' in complaint for complaint in complaints)
    assert opened.execute_script('return typeof smuggled') == 'undefined'


@needs_chromium
def test_the_documentation_works_in_a_browser_without_internet(browser, url):
    for log in ('browser', 'performance'):
        browser.get_log(log)
    browser.get(f'{url}docs')
    wait_for(browser, '.opblock')
    click(browser, '.opblock-summary-control[aria-expanded=false]')
    wait_for(browser, '.opblock-body')
    assert _external(browser) == []
    assert _complaints(browser) == []


def test_the_api_still_answers_beside_the_page(page):
    client = local(page.app)
    assert client.get('/healthz').status_code == 200
    assert client.get('/v1/nothing').json()['status'] == 404
    assert 'meadow' in client.get('/').text
    with (page.folder / 'examples' / 'images' / '1.png').open('rb') as file:
        answer = client.post('/v1/predict', files=dict(image=file))
    assert len(answer.json()['images'][0]['objects']) == 2


@pytest.mark.parametrize('up', ['..', '%2e%2e', '%252e%252e', '..%2f..', '..%5c..', '%00', '.'])
def test_no_address_leads_out_of_a_folder_however_it_is_written(page, url, up):
    """Clients change such addresses before they send them: this one does not."""
    connection = HTTPConnection(urlsplit(url).netloc)
    examples = [path.parent.name for path in (page.folder / 'gradio').rglob('1.png')]
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
    client = local(page.app)
    for path in ('/', '/theme.css'):
        text = client.get(path).text
        assert len(text) > 1000
        assert 'fonts.googleapis' not in text
        assert '<script src="http' not in text


def test_gradio_is_told_not_to_report_home(page):
    assert local(page.app).get('/config').json()['analytics_enabled'] is False


def test_the_page_has_no_second_api(page):
    text = local(page.app).get('/').text
    told = re.search(r'window\.gradio_api_info = (.*?);</script>', text)[1]
    assert json.loads(told) == dict(named_endpoints={}, unnamed_endpoints={})


@pytest.mark.parametrize('name', ['masks.zip', 'objects.json', 'objects.csv'])
def test_downloads_follow_the_threshold_and_need_a_key(page, name):
    client = local(page.app)
    content = (page.folder / 'examples' / 'images' / '1.png').read_bytes()
    key = page.answers.predict(content)
    answer = client.get(f'/page/{key}/{name}', params=dict(score_thr=0.05))
    assert f'filename="{name}"' in answer.headers['content-disposition']
    _check_download(name, answer.content)
    fewer = client.get(f'/page/{key}/{name}', params=dict(score_thr=0.95))
    assert len(fewer.content) < len(answer.content)
    for path in (f'/page/{key}/other.txt', f'/page/nobody/{name}'):
        problem = client.get(path)
        assert problem.status_code == 404
        assert problem.json()['detail']


def _predict(page) -> str:
    return page.answers.predict((page.folder / 'examples' / 'images' / '1.png').read_bytes())


def test_a_download_waits_in_line_and_is_put_off_when_the_line_is_full(page):
    client, worker, key = local(page.app), page.app.state.worker, _predict(page)
    with ExitStack() as taken:
        for _ in range(worker.places):
            taken.enter_context(worker.place())
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
    answer = local(page.app).post('/gradio_api/upload', content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()['detail'] == 'the request is too long: at most 0.5 MB'


@needs_chromium
def test_an_upload_that_is_too_large_is_refused_on_the_page(opened, tmp_path):
    (tmp_path / 'large.png').write_bytes(bytes(600_000))
    _upload(opened, tmp_path / 'large.png')
    shown = (By.CSS_SELECTOR, '.toast-body')
    _wait(opened, lambda b: any('exceed the maximum' in e.text for e in b.find_elements(*shown)))
    assert not opened.find_elements(By.CSS_SELECTOR, '#picture img')


def _check_download(name: str, content: bytes) -> None:
    """Both objects are in it, one mask as it was predicted."""
    if name.endswith('json'):
        (image,) = json.loads(content)['images']
        assert [found['category'] for found in image['objects']] == ['apple', 'card']
    elif name.endswith('csv'):
        rows = list(csv.DictReader(io.StringIO(content.decode())))
        assert [row['class'] for row in rows] == ['apple', 'card']
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            data = np.frombuffer(archive.read('image000_object001_mask.png'), np.uint8)
        np.testing.assert_array_equal(cv2.imdecode(data, 0) > 0, masks()[1])
