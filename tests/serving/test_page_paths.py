"""No spelling of a path or an address leads the page to what was not uploaded."""

from __future__ import annotations

import os
import re
import socket
import sys

import pytest
from api_client import PNG, assert_problem
from page_client import (
    EXAMPLE_EVENT,
    assert_refused,
    file_value,
    join,
    nothing_is_touched,
    outcome,
    values,
)

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
        assert_refused(join(page, values(file_value(path))))
        assert_refused(join(page, values(file_value(path, is_stream=True))))
        assert_refused(join(page, values([file_value(path)])))


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


def test_a_server_inside_the_network_is_not_asked(page):
    with socket.create_server(('127.0.0.1', 0)) as inside:
        inside.setblocking(False)
        url = f'http://127.0.0.1:{inside.getsockname()[1]}/x.png'
        with nothing_is_touched(page.folder):
            plain, stream = file_value(url), file_value(url, is_stream=True)
            for file in (plain, stream, file_value('x', url=url)):
                assert_refused(join(page, values(file)))
            for route in ('file=', 'file/', 'proxy='):
                assert_problem(page.client.get(f'/gradio_api/{route}{url}'), 404)
        with pytest.raises(BlockingIOError):
            inside.accept()


def test_a_link_in_the_folder_of_the_page_is_not_followed(page, upload):
    digest = page.folder / upload.split('/')[0]
    links = dict(link=page.secret, circle=digest / 'circle', folder=page.secret.parent)
    for name, target in links.items():
        (digest / f'{name}.png').symlink_to(target)
    try:
        with nothing_is_touched(page.folder):
            for name in links:
                path = f'{digest.name}/{name}.png'
                assert_refused(join(page, values(file_value(path))))
                assert_problem(page.client.get(f'/gradio_api/file={path}'), 404)
    finally:
        for name in links:
            (digest / f'{name}.png').unlink()


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='this system has no pipes in folders')
def test_a_pipe_in_the_folder_of_the_page_is_not_waited_for(page, upload):
    pipe = page.folder / upload.split('/')[0] / 'pipe.png'
    os.mkfifo(pipe)
    try:
        assert_refused(join(page, values(file_value(f'{pipe.parent.name}/pipe.png'))))
    finally:
        pipe.unlink()


@pytest.mark.parametrize('path', ['/', '/config', '/config?page=', '/gradio_api/upload'])
def test_no_path_of_the_machine_is_told(page, path):
    if path.endswith('upload'):
        text = page.client.post(path, files=dict(files=('photo.png', PNG))).text
    else:
        text = page.client.get(path).text
    folders = {str(page.folder.parent), os.getcwd(), sys.prefix, os.path.expanduser('~')} - {'/'}
    for told in folders:
        assert f'{told}{os.sep}' not in text
    assert not re.search(r'(?<![\w.<=])/(tmp|home|root|var|usr|opt|etc)/', text)


def test_examples_are_shown_by_their_names(page):
    (component,) = [
        found['props']
        for found in page.client.get('/config').json()['components']
        if found['type'] == 'dataset'
    ]
    ((example,),) = component['samples']
    assert re.fullmatch(r'[0-9a-f]{64}/1\.png', example['path'])
    assert page.client.get(example['url']).headers['content-type'] == 'image/png'
    done = outcome(page, join(page, values(0), EXAMPLE_EVENT))
    assert done['success']
