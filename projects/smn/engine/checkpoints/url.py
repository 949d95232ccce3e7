"""Checkpoints from the web, in a cache."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from pathlib import Path
from urllib.parse import urldefrag

import torch
from filelock import FileLock

from projects.smn.errors import UserError
from projects.smn.fetch import checksum_fault, fetch_file

SHA256 = re.compile(r'sha256=([0-9a-f]{64})')


def cached_checkpoint(url: str) -> Path:
    """Fetch a checkpoint, unless it is in the cache.

    The cache is torch's own, ``$TORCH_HOME/hub/checkpoints``, ``~/.cache/torch`` without that
    variable. A file in it is named after a digest of the URL, so nothing in a URL becomes a path.
    A URL that ends in ``#sha256=<64 hex digits>`` is verified. Of several processes one fetches.

    Args:
        url: http or https.

    Raises:
        UserError: If it is another kind of URL, or cannot be fetched, or has another checksum.
    """
    address, fragment = urldefrag(url)
    checksum = SHA256.fullmatch(fragment.lower())
    if not address.lower().startswith(('http://', 'https://')):
        raise UserError(f'{url} is neither a file nor an http(s) URL')
    if fragment and not checksum:
        raise UserError(f'{url}: what follows # must be sha256= and 64 hexadecimal digits')

    fault = partial(checksum_fault, algorithm='sha256', checksum=checksum[1]) if checksum else None
    folder = Path(torch.hub.get_dir()) / 'checkpoints'
    name = f'smn-{hashlib.sha256(url.encode()).hexdigest()[:16]}.pth'
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f'{name}.lock'):
            return fetch_file(address, folder / name, fault)
    except OSError as error:
        raise UserError(f'cannot use the cache {folder}: {error.strerror or error}') from error
