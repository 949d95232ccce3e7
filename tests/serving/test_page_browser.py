"""The page in a browser."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from canned import HEIGHT, WIDTH
from page_client import check_download, mounted_page, served
from screenshot import click, open_browser, wait_for, wait_until_loaded
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.skipif(
    not (shutil.which('chromium') and shutil.which('chromedriver')),
    reason='chromium and chromedriver are not on the PATH',
)
IMAGE = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


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
    kept = list((page.folder).iterdir())
    assert kept
    assert all(path.is_dir() for path in kept)


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
    check_download(name, path.read_bytes())


def test_a_file_that_is_no_image_is_refused_in_words_and_the_page_goes_on(opened, tmp_path):
    _example(opened, 1)
    _picture(opened)
    (tmp_path / 'photo.jpg').write_text('these are words')
    _upload(opened, tmp_path / 'photo.jpg')
    _wait(opened, lambda b: 'cannot be read as an image' in _text(b, '#message'))
    assert not opened.find_elements(By.CSS_SELECTOR, '#picture img')
    _example(opened, 2)
    _picture(opened)
    assert _text(opened, '#message') == ''


def _complaints(browser) -> list[str]:
    """What the browser has refused, or found missing."""
    entries = [entry for entry in browser.get_log('browser') if entry['level'] == 'SEVERE']
    return [entry['message'] for entry in entries]


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


def test_a_page_that_has_lost_its_server_loads_again_once_there_is_one(opened, page, monkeypatch):
    opened.execute_script('window.old = true')
    with monkeypatch.context() as patch:
        patch.setattr(page.app.routes[-1].app, 'sessions', ())  # as after a new start
        _example(opened, 1)
        shown = (By.CSS_SELECTOR, '.toast-body')
        _wait(opened, lambda b: any('was lost' in e.text for e in b.find_elements(*shown)))
    _wait(opened, lambda b: not b.execute_script('return window.old'))
    _example(opened, 1)
    _picture(opened)


def test_what_is_typed_as_a_score_is_no_error_at_any_moment(opened):
    _example(opened, 1)
    _picture(opened)
    _complaints(opened)
    number = opened.find_element(By.CSS_SELECTOR, '#threshold input[type=number]')
    number.send_keys(Keys.CONTROL, 'a')
    number.send_keys(Keys.DELETE, '5')
    _wait(opened, lambda b: 'apple' not in _text(b, '#objects'))
    number.send_keys(Keys.CONTROL, 'a')
    number.send_keys('0.5', Keys.TAB)
    _wait(opened, lambda b: 'apple' in _text(b, '#objects'))
    assert _complaints(opened) == []


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


def test_the_documentation_works_in_a_browser_without_internet(browser, url):
    for log in ('browser', 'performance'):
        browser.get_log(log)
    browser.get(f'{url}docs')
    wait_for(browser, '.opblock')
    click(browser, '.opblock-summary-control[aria-expanded=false]')
    wait_for(browser, '.opblock-body')
    assert _external(browser) == []
    assert _complaints(browser) == []


def test_an_upload_that_is_too_large_is_refused_on_the_page(opened, tmp_path):
    (tmp_path / 'large.png').write_bytes(bytes(600_000))
    _upload(opened, tmp_path / 'large.png')
    shown = (By.CSS_SELECTOR, '.toast-body')
    _wait(opened, lambda b: any('exceed the maximum' in e.text for e in b.find_elements(*shown)))
    assert not opened.find_elements(By.CSS_SELECTOR, '#picture img')
