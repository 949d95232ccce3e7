"""The one function that reads a file of annotations, whoever asks: data set or converter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mmengine.fileio import get

from projects.smn.errors import UserError

from .formats import instead_of_json, packed_as

UNICODE = 'utf-8'


def read_text(path: str | Path, backend_args: dict | None = None) -> tuple[str, str]:
    """The text of a file, and the encoding that it is in.

    Programs save UTF-8 with a byte order mark and without, UTF-16, and cp1252.

    Args:
        path: A file, or whatever the backend takes.
        backend_args: Of mmengine's file backends.

    Raises:
        UserError: There is no such file, or it is packed.
    """
    try:
        raw = get(str(path), backend_args)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise UserError(f'there is no annotation file {path}') from None
    if how := packed_as(raw):
        raise UserError(f'{path} is {how}: unpack it, and name the file that was in it')
    marked = raw.startswith((b'\xff\xfe', b'\xfe\xff', b'\xef\xbb\xbf'))
    encoding = json.detect_encoding(raw) if marked else UNICODE
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError:
        return raw.decode('cp1252', 'replace'), 'cp1252'


def read_json(path: str | Path, backend_args: dict | None = None) -> Any:
    """The content of a JSON file.

    Raises:
        UserError: There is no such file, or it is not JSON.
    """
    return parse_json(read_text(path, backend_args)[0], path)


def parse_json(text: str, path: str | Path) -> Any:
    """The content of the text of a file.

    Raises:
        UserError: It is not JSON.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise UserError(f'{path} is not JSON: {error}{instead_of_json(text)}') from None
    except RecursionError:
        raise UserError(f'{path} is not JSON that can be read: it nests too deeply') from None
