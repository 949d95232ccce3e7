"""Files of the page have names without their folder."""

from __future__ import annotations

import json
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote

import pytest
from api_client import PNG, local
from canned import CannedPredictor, write_test_set

from projects.smn.serving.app import create_app
from projects.smn.serving.page import mount_page
from projects.smn.serving.page_files import PageFiles

DIGEST = '0123456789abcdef' * 4


@pytest.fixture
def files(tmp_path):
    """A page with a picture and a drawing."""
    (tmp_path / DIGEST).mkdir()
    for name in ('a.png', 'b.svg', 'c'):
        (tmp_path / DIGEST / name).write_bytes(PNG)
    (tmp_path / 'tmpabc').write_bytes(b'an upload that goes on')
    return PageFiles(tmp_path)


def test_a_file_is_found_by_its_digest_and_name(files):
    assert files.path(f'{DIGEST}/a.png') == files.folder / DIGEST / 'a.png'
    names = (
        f'{DIGEST}/z.png',
        f'/{DIGEST}/a.png',
        f'{DIGEST}//a.png',
        f'{DIGEST}/./a.png',
        f'{DIGEST.upper()}/a.png',
        f'{DIGEST}0/a.png',
        f'{DIGEST}/{"a" * 300}',
        f'{DIGEST}/{"a" * 9000}',
        f'{files.folder}/{DIGEST}/a.png',
        'tmpabc',
        DIGEST,
        '',
        None,
        7,
        [f'{DIGEST}/a.png'],
    )
    assert [name for name in names if files.path(name)] == []


@pytest.mark.parametrize(
    ('name', 'kind', 'shown'),
    [
        ('a.png', 'image/png', 'inline'),
        ('b.svg', 'application/octet-stream', 'attachment'),
        ('c', 'application/octet-stream', 'attachment'),
    ],
)
def test_pictures_are_shown_and_all_else_is_kept(files, name, kind, shown):
    headers = files.response(f'{DIGEST}/{name}').headers
    assert headers['content-type'] == kind
    assert headers['content-disposition'].startswith(f'{shown};')


@pytest.mark.parametrize(
    'folder', [PurePosixPath('/a b/&x'), PureWindowsPath('C:\\a b\\&x'), PureWindowsPath('C:\\')]
)
def test_names_are_the_same_whatever_separates_folders(folder):
    whole = str(folder / DIGEST / 'a.png')
    in_json = json.dumps(dict(path=whole))
    in_html = in_json.replace('&', '\\u0026')
    for text in (in_json, in_html):
        assert json.loads(PageFiles(folder).hide(text.encode())) == dict(path=f'{DIGEST}/a.png')
    assert PageFiles(folder).hide(quote(whole).encode()) == f'{DIGEST}/a.png'.encode()


@pytest.mark.parametrize('folder', ['plain', "täg lich & 'so' 100%", 'a"b\\c', '<script>', '#?='])
def test_a_page_tells_nothing_of_its_folder_whatever_it_is_called(folder, tmp_path, monkeypatch):
    monkeypatch.setenv('GRADIO_TEMP_DIR', str(tmp_path / folder))
    write_test_set(tmp_path / 'examples', ['1.png'])
    app = create_app(CannedPredictor(tmp_path / 'examples'))
    mount_page(app)
    client = local(app)
    upload = client.post('/gradio_api/upload', files=dict(files=('a.png', PNG)))
    (name,) = upload.json()
    assert client.get(f'/gradio_api/file={name}').content == PNG
    (example,) = (
        found['props']['samples'][0][0]
        for found in client.get('/config').json()['components']
        if found['type'] == 'dataset'
    )
    assert client.get(example['url']).headers['content-type'] == 'image/png'
    assert example['url'] in client.get('/').text
    assert json.dumps(example['path'])[1:-1] in client.get('/').text
    for text in (upload.text, client.get('/config').text, client.get('/').text):
        assert tmp_path.name not in text
