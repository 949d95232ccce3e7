"""``tools/prepare/balloon.py``: the published archive, or what is unpacked of it, to COCO."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from command_line import ROOT, run
from labelling import SQUARE, bytes_of, load, polygon, region, write_via

from projects.smn.errors import UserError

SAMPLE = ROOT.parent / 'shared/data/balloon/val'
NAME = 'balloon_dataset.zip'
tool = load('balloon')


def write_parts(folder):
    """The folders train and val as they are published: 10 and 3 photographs."""
    for part, count in (('train', 10), ('val', 3)):
        images = {f'{part}{i}.jpg': [region(polygon(*SQUARE))] for i in range(count)}
        write_via(folder / part, images, form='dict')
    return folder


def convert(root, out, *words):
    """Run the tool; the names of the images of each part."""
    tool.main([str(word) for word in (root, '--out', out, *words)])
    parts = {path.stem: json.loads(path.read_text()) for path in (out / 'annotations').iterdir()}
    return {name: {i['file_name'] for i in part['images']} for name, part in parts.items()}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope='module')
def web(tmp_path_factory):
    """A folder with the archive, and its address on this machine."""
    folder = tmp_path_factory.mktemp('web')
    unpacked = write_parts(tmp_path_factory.mktemp('archive') / 'balloon')
    with zipfile.ZipFile(folder / NAME, 'w', zipfile.ZIP_DEFLATED) as packed:
        for name, content in bytes_of(unpacked).items():
            packed.writestr(f'balloon/{name}', content)
            packed.writestr(f'__MACOSX/balloon/{name}', b'nothing of use')
    with ThreadingHTTPServer(('127.0.0.1', 0), partial(Quiet, directory=folder)) as server:
        options = {'poll_interval': 0.01}
        thread = threading.Thread(target=server.serve_forever, kwargs=options)
        thread.start()
        yield folder, f'http://127.0.0.1:{server.server_port}/{NAME}'
        server.shutdown()
        thread.join()


@pytest.fixture
def download(web, tmp_path):
    """Run the tool with ``--download`` and what is given."""
    words = (tmp_path / 'raw', tmp_path / 'out', '--download', '--url', web[1])
    return lambda *more: convert(*words, *more)


def test_val_becomes_the_test_part_and_train_is_cut_by_the_seed(tmp_path):
    root = write_parts(tmp_path / 'raw')
    first = convert(root, tmp_path / 'out')
    assert {name: len(images) for name, images in first.items()} == dict(train=8, val=2, test=3)
    assert first['test'] == {'val0.jpg', 'val1.jpg', 'val2.jpg'}
    before = bytes_of(tmp_path / 'out')
    assert convert(root, tmp_path / 'out') == first
    assert bytes_of(tmp_path / 'out') == before
    other = convert(root, tmp_path / 'out', '--seed', 1)
    assert other['test'] == first['test']
    assert other['val'] != first['val']


def test_an_archive_is_fetched_unpacked_and_converted(download, web, tmp_path):
    digest = hashlib.sha256((web[0] / NAME).read_bytes()).hexdigest()
    parts = download('--sha256', digest)
    assert sum(map(len, parts.values())) == 13
    assert {path.name for path in (tmp_path / 'raw').iterdir()} == {NAME, 'balloon'}
    assert (tmp_path / 'raw/balloon/val/via_region_data.json').is_file()


def test_what_is_there_is_not_fetched_again(download, tmp_path):
    first = download()
    (tmp_path / 'raw' / NAME).unlink()
    assert download() == first
    assert not (tmp_path / 'raw' / NAME).exists()


def test_an_archive_with_another_checksum_is_refused_and_removed(download, tmp_path):
    with pytest.raises(UserError, match=r'its SHA256 sum is \w{64} and not 0123; it is removed'):
        download('--sha256', '0123')
    assert not list((tmp_path / 'raw').iterdir())
    assert not (tmp_path / 'out').exists()


def test_a_damaged_archive_is_noticed_without_a_checksum(download, web, tmp_path):
    content = bytearray((web[0] / NAME).read_bytes())
    content[len(content) // 4] ^= 0xFF
    (web[0] / 'damaged.zip').write_bytes(content)
    with pytest.raises(UserError, match=r'gave another file: .*; it is removed'):
        download('--url', web[1].replace(NAME, 'damaged.zip'))
    assert not list((tmp_path / 'raw').iterdir())
    assert not (tmp_path / 'out').exists()


def test_a_folder_without_the_parts_ends_with_status_2_and_one_sentence(tmp_path):
    done = run('prepare/balloon.py', tmp_path, '--out', tmp_path / 'out')
    assert done.returncode == 2
    assert done.stderr == (
        f'error: {tmp_path} has no folders train and val; --download fetches them\n'
    )


@pytest.mark.skipif(not SAMPLE.is_dir(), reason='the sample of balloon photographs is not here')
def test_the_published_photographs_are_the_test_part(tmp_path):
    root = write_parts(tmp_path / 'raw')
    for path in (root / 'val').iterdir():
        path.unlink()
    for path in SAMPLE.iterdir():
        (root / 'val' / path.name).symlink_to(path)
    parts = convert(root, tmp_path / 'out')
    assert len(parts['test']) == 13
    summary = json.loads((tmp_path / 'out/summary.json').read_text())
    assert summary['counts']['test']['objects'] == 50
