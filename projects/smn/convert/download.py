"""Archives from the web: fetched with a progress bar, resumed, verified, and unpacked safely."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tqdm import tqdm

from projects.smn.errors import UserError

TIMEOUT_S = 60
CHUNK = 1 << 18
RANGE_NOT_SATISFIABLE = 416


@dataclass(frozen=True)
class Archive:
    """A file on the web and the MD5 sum that its publisher gives for it."""

    url: str
    md5: str

    @property
    def name(self) -> str:
        return self.url.rpartition('/')[2]


def fetch(archive: Archive, folder: Path) -> Path:
    """Fetch an archive into ``folder``, unless it is there, and verify its checksum.

    Until it is complete and verified its name ends in ``.part``. A call that finds such a file
    asks the server for the rest; a server that sends everything is taken at its word.

    Raises:
        UserError: The server cannot be reached, has no such file, breaks off, or the checksum is
            another one. What came so far is kept, except for a wrong checksum.
    """
    path = folder / archive.name
    part = path.with_name(f'{path.name}.part')
    try:
        if path.exists():
            if _md5(path) != archive.md5:
                raise UserError(f'{path} is not what {archive.url} has: its MD5 sum is another one')
            return path
        folder.mkdir(parents=True, exist_ok=True)
        _receive(archive.url, part)
        if (found := _md5(part)) != archive.md5:
            part.unlink()  # to go on with it would never end well
            raise UserError(
                f'{archive.url} gave a file with the MD5 sum {found} and not {archive.md5}; '
                'it is removed, so the next call starts anew'
            )
        part.replace(path)
    except OSError as error:
        raise UserError(
            f'cannot use {error.filename or part}: {error.strerror or error}'
        ) from error
    return path


def unpack(archive: Path, name: str) -> Path:
    """Unpack the folder ``name`` of a tar archive beside it, whole or not at all.

    A folder of that name that is there already is left as it is. Members that would land outside
    of it, and what is no file, folder or link within it, are refused (tarfile's ``data`` filter).

    Raises:
        UserError: The archive is damaged, dangerous, or has no such folder.
    """
    target = archive.with_name(name)
    if target.exists():
        return target
    if not hasattr(tarfile, 'data_filter'):  # from 3.10.12 and 3.11.4 on
        raise UserError(f'this Python is too old to unpack {archive} safely: unpack it by hand')
    staged = archive.with_name(f'.{name}.{os.getpid()}.new')
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(staged, _with_progress(tar, archive.name), filter='data')
        if not (staged / name).is_dir():
            raise UserError(f'{archive} has no folder {name!r} in it')
        (staged / name).rename(target)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise UserError(f'{archive} cannot be unpacked: {error}') from error
    except OSError as error:
        raise UserError(f'cannot unpack {archive}: {error.strerror or error}') from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return target


def _receive(url: str, part: Path) -> None:
    start = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={'Range': f'bytes={start}-'} if start else {})
    try:
        with urlopen(request, timeout=TIMEOUT_S) as response:
            _store(response, part, start)
    except HTTPError as error:
        # The file is whole, or longer than what the server has: its checksum will tell.
        if not (start and error.code == RANGE_NOT_SATISFIABLE):
            raise UserError(f'{url} answers {error.code} {error.reason}') from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, 'reason', None) or error
        raise UserError(f'cannot fetch {url}: {reason}; the next call goes on from here') from error


def _store(response: HTTPResponse, part: Path, start: int) -> None:
    """Append what the server sends to ``part``, or write it anew if the server ignores ranges."""
    if response.status != 206:
        start = 0
    elif not response.headers.get('Content-Range', '').startswith(f'bytes {start}-'):
        raise HTTPException('the server sent another part than it was asked for')
    length = response.headers.get('Content-Length')
    total = start + int(length) if length else None
    options = {'unit': 'B', 'unit_scale': True, 'desc': part.stem, 'disable': None}
    with part.open('ab' if start else 'wb') as file, tqdm(**options, total=total) as bar:
        bar.update(start)
        while chunk := response.read(CHUNK):
            file.write(chunk)
            bar.update(len(chunk))
        received = file.tell()
    if total is not None and received < total:
        raise HTTPException(f'the connection ended after {received} of {total} bytes')


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open('rb') as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _with_progress(tar: tarfile.TarFile, name: str) -> Iterator[tarfile.TarInfo]:
    yield from tqdm(tar, desc=f'unpack {name}', unit='file', disable=None)
