"""Photograph the web page of a running server, for a README.

    python tools/screenshot.py http://127.0.0.1:8000 --image photo.jpg --out docs/images/page.png

Needs Chromium and its driver (Debian: `apt-get install chromium chromium-driver`).
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import _common  # noqa: F401  (finds the project)
from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from projects.smn.errors import UserError, run_tool
from projects.smn.files import replacing

# Nothing but the page: no first-run dialogue, no calls home, no settings of a user.
FLAGS = (
    'headless',
    'no-sandbox',
    'disable-gpu',
    'disable-dev-shm-usage',
    'disable-quic',
    'no-first-run',
    'disable-background-networking',
    'disable-component-update',
    'disable-sync',
    'hide-scrollbars',
)
FEWEST = 32  # colours; with less, text is hard to read


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('url', help='of the server')
    parser.add_argument('--image', type=Path, help='to upload, in place of an example')
    parser.add_argument('--example', type=int, default=1, help='which one to click, from 1')
    parser.add_argument('--out', required=True, help='the PNG to write')
    parser.add_argument('--size', type=int, nargs=2, default=(1280, 1300), metavar=('W', 'H'))
    parser.add_argument('--max-kb', type=int, default=300, help='use fewer colours to get there')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.image is not None and not args.image.is_file():
        raise UserError(f'there is no image {args.image}')
    with open_browser(*args.size) as browser:
        open_page(browser, args.url)
        try:
            if args.image is None:
                click(browser, f'#examples button:nth-of-type({args.example})')
            else:
                wait_for(browser, '#upload input[type=file]').send_keys(str(args.image.resolve()))
            wait_for(browser, '#picture img')
        except TimeoutException:
            raise UserError(f'{args.url} has not shown a prediction in a minute') from None
        wait_until_loaded(browser, '#picture img')
        data = browser.get_screenshot_as_png()
    data = shrink(data, args.max_kb)
    if len(data) > args.max_kb * 1000:
        raise UserError(
            f'with {FEWEST} colours the picture still has {len(data) // 1000} kB, more than '
            f'--max-kb {args.max_kb}: allow more, or photograph less with --size'
        )
    with replacing(args.out) as path:
        path.write_bytes(data)
    print(f'{args.out}: {len(data) // 1000} kB')


def open_page(browser: webdriver.Chrome, url: str) -> None:
    """Go to a page.

    Raises:
        UserError: If nobody answers there.
    """
    try:
        browser.get(url)
    except WebDriverException as error:
        reason = (error.msg or 'no answer').splitlines()[0]
        raise UserError(f'cannot open {url}: {reason}') from None


@contextmanager
def open_browser(width: int = 1280, height: int = 1000) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with a profile of its own, which is removed afterwards.

    Args:
        width: Of the window, in pixels.
        height: Of the window, in pixels.

    Yields:
        The browser; its network events are in ``get_log('performance')``.

    Raises:
        UserError: If Chromium or its driver is not on the path.
    """
    program, driver = shutil.which('chromium'), shutil.which('chromedriver')
    if program is None or driver is None:
        raise UserError('chromium and chromedriver must be on the PATH')
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = program
        for flag in (*FLAGS, f'user-data-dir={profile}', f'window-size={width},{height}'):
            options.add_argument(f'--{flag}')
        options.set_capability('goog:loggingPrefs', {'performance': 'ALL'})
        # A named driver: else selenium looks for one in the internet.
        browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
        try:
            yield browser
        finally:
            browser.quit()


def wait_for(browser: webdriver.Chrome, selector: str, seconds: float = 60):
    """The first element that a CSS selector finds, as soon as there is one.

    Raises:
        TimeoutException: If there is none by then.
    """
    waiting = WebDriverWait(browser, seconds, poll_frequency=0.1)
    return waiting.until(lambda b: next(iter(b.find_elements(By.CSS_SELECTOR, selector)), None))


def click(browser: webdriver.Chrome, selector: str, seconds: float = 60) -> None:
    """Click on what a CSS selector finds, once it is there and has stopped moving."""
    still_loading = (
        ElementClickInterceptedException,
        ElementNotInteractableException,
        StaleElementReferenceException,
    )
    waiting = WebDriverWait(browser, seconds, 0.1, ignored_exceptions=still_loading)
    waiting.until(lambda b: wait_for(b, selector, seconds).click() is None)


def wait_until_loaded(browser: webdriver.Chrome, selector: str, seconds: float = 60) -> None:
    """Until an image is decoded and the page has come to rest."""
    loaded = 'const i = document.querySelector(arguments[0]); return i.complete && i.naturalWidth'
    WebDriverWait(browser, seconds, poll_frequency=0.1).until(
        lambda b: b.execute_script(loaded, selector)
    )
    browser.execute_async_script('requestAnimationFrame(() => setTimeout(arguments[0], 500))')


def shrink(data: bytes, max_kb: int) -> bytes:
    """A PNG with a palette of as many colours as fit into so many kilobytes, or the fewest."""
    picture = Image.open(io.BytesIO(data)).convert('RGB')
    for colours in (256, 128, 64, FEWEST):
        palette = picture.quantize(colours)
        file = io.BytesIO()
        picture.quantize(palette=palette).save(file, 'PNG', optimize=True)  # dithered
        if file.tell() <= max_kb * 1000:
            break
    return file.getvalue()


if __name__ == '__main__':
    run_tool(main)
