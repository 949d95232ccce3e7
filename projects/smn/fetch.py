"""Files from the web: fetched with a progress bar, resumed, verified, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tqdm import tqdm

from projects.smn.errors import UserError

TIMEOUT_S = 60
CHUNK = 1 << 18
RANGE_NOT_SATISFIABLE = 416


class UnreachableError(UserError):
    """A server cannot be reached, or breaks off; without a network, none can."""


def file_name(url: str) -> str:
    """The name of the file that a URL is of, without its query.

    Raises:
        UserError: It is no URL, or names no file.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit('')
    if not parts.scheme:
        raise UserError(f'{url} is no URL: it must begin with https:// or http://')
    name = parts.path.rpartition('/')[2]
    if name in ('', '.', '..'):
        raise UserError(f'{url} does not end in the name of a file')
    return name


def fetch_file(url: str, path: Path, fault: Callable[[Path], str | None] | None) -> Path:
    """Fetch a file, unless it is there, and verify it.

    Until it is complete and verified its name ends in ``.part``. A call that finds such a file
    asks the server for the rest, if the server still has the same file by its ETag or date, which
    are kept beside it, or if ``fault`` will tell. Else it starts anew.

    Args:
        url: Of the file.
        path: Where it shall be. The folder is made if absent.
        fault: What shows that a file is another one or damaged; it returns ``None`` if nothing
            does. ``None`` if there is no checksum to tell.

    Returns:
        ``path``.

    Raises:
        UserError: The server cannot be reached, has no such file, breaks off, or the file is
            another one. What came so far is kept, except for another file.
    """
    part = path.with_name(f'{path.name}.part')
    try:
        if path.exists():
            if fault and (found := fault(path)):
                raise UserError(f'{path} is not what {url} has: {found}')
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        _receive(url, part, verified=fault is not None)
        if fault and (found := fault(part)):
            part.unlink()  # to go on with it would never end well
            _tag_file(part).unlink(missing_ok=True)
            raise UserError(
                f'{url} gave another file: {found}; it is removed, so the next call starts anew'
            )
        part.replace(path)
        _tag_file(part).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f'cannot use {error.filename or part}: {error.strerror or error}'
        ) from error
    return path


def checksum_fault(path: Path, algorithm: str, checksum: str) -> str | None:
    """What is wrong with the checksum of a file; ``None`` if nothing is.

    Args:
        path: Of the file.
        algorithm: As hashlib calls it.
        checksum: Hexadecimal, what it must be.
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open('rb') as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() == checksum.lower():
        return None
    return f'its {algorithm.upper()} sum is {digest.hexdigest()} and not {checksum}'


def _tag_file(part: Path) -> Path:
    """Where it is kept by what the server knows the file that ``part`` is of."""
    return part.with_name(f'{part.name}.tag')


def _receive(url: str, part: Path, verified: bool) -> None:
    start, headers = _what_is_there(part, verified)
    try:
        with urlopen(Request(url, headers=headers), timeout=TIMEOUT_S) as response:
            _store(response, part, start)
    except HTTPError as error:
        if not (start and error.code == RANGE_NOT_SATISFIABLE):
            raise UserError(f'{url} answers {error.code} {error.reason}') from None
        if error.headers.get('Content-Range') != f'bytes */{start}':  # else it is whole
            part.unlink()
            _receive(url, part, verified)
    except (OSError, HTTPException) as error:
        reason = getattr(error, 'reason', None) or error
        raise UnreachableError(
            f'cannot fetch {url}: {reason}; the next call goes on from here if the server lets it'
        ) from error


def _what_is_there(part: Path, verified: bool) -> tuple[int, dict[str, str]]:
    """How many bytes of ``part`` to go on from, and the headers that ask for the others."""
    start = part.stat().st_size if part.exists() else 0
    tag = _tag_file(part).read_text('latin-1') if start and _tag_file(part).exists() else ''
    if not (start and (tag or verified)):
        return 0, {}
    headers = {'Range': f'bytes={start}-'}
    return start, {**headers, 'If-Range': tag} if tag else headers


def _keep_tag(response: HTTPResponse, part: Path) -> None:
    tag = response.headers.get('ETag', 'W/')
    if tag.startswith('W/'):  # a weak one does not promise the same bytes
        tag = response.headers.get('Last-Modified', '')
    if tag:
        _tag_file(part).write_text(tag.strip(), 'latin-1')
    else:
        _tag_file(part).unlink(missing_ok=True)


def _store(response: HTTPResponse, part: Path, start: int) -> None:
    """Append what the server sends to ``part``, or write it anew if the server sends all."""
    if response.status != 206:
        start = 0
    elif not response.headers.get('Content-Range', '').startswith(f'bytes {start}-'):
        raise HTTPException('the server sent another part than it was asked for')
    length = response.headers.get('Content-Length')
    total = start + int(length) if length else None
    options = {'unit': 'B', 'unit_scale': True, 'desc': part.stem, 'disable': None}
    with part.open('ab' if start else 'wb') as file, tqdm(**options, total=total) as bar:
        bar.update(start)
        if not start:  # now that nothing of another file is left
            _keep_tag(response, part)
        while chunk := response.read(CHUNK):
            file.write(chunk)
            bar.update(len(chunk))
        received = file.tell()
    if total is not None and received < total:
        raise HTTPException(f'the connection ended after {received} of {total} bytes')
