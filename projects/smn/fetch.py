"""Files from the web: fetched with a progress bar, resumed, verified, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tqdm import tqdm

from projects.smn.errors import UserError

TIMEOUT_S = 60
CHUNK = 1 << 18
RANGE_NOT_SATISFIABLE = 416


def fetch_file(url: str, path: Path, fault: Callable[[Path], str | None]) -> Path:
    """Fetch a file, unless it is there, and verify it.

    Until it is complete and verified its name ends in ``.part``. A call that finds such a file
    asks the server for the rest; a server that sends everything is taken at its word.

    Args:
        url: Of the file.
        path: Where it shall be. The folder is made if absent.
        fault: What shows that a file is another one or damaged; ``None`` if nothing does.

    Returns:
        ``path``.

    Raises:
        UserError: The server cannot be reached, has no such file, breaks off, or the file is
            another one. What came so far is kept, except for another file.
    """
    part = path.with_name(f'{path.name}.part')
    try:
        if path.exists():
            if found := fault(path):
                raise UserError(f'{path} is not what {url} has: {found}')
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        _receive(url, part)
        if found := fault(part):
            part.unlink()  # to go on with it would never end well
            raise UserError(
                f'{url} gave another file: {found}; it is removed, so the next call starts anew'
            )
        part.replace(path)
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
    if digest.hexdigest() == checksum:
        return None
    return f'its {algorithm.upper()} sum is {digest.hexdigest()} and not {checksum}'


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
