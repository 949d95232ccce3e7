"""The files that a conversion reads: which one is meant, and its text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from projects.smn.convert.report import Report
from projects.smn.errors import UserError, listing
from projects.smn.reading import annotation_files
from projects.smn.reading.values import number


def find_source(path: Path, suffix: str = '.json') -> Path:
    """``path`` itself, or the only file of that suffix in it where it is a folder.

    Raises:
        UserError: There is no such file, or there are several.
    """
    if not path.is_dir():
        if not path.is_file():
            raise UserError(f'{path}: there is no such file')
        return path
    found = files_in(path, suffix)
    if len(found) != 1:
        names = listing(file.name for file in found)
        raise UserError(f'{path} must hold one {suffix} file, or name the one to read: {names}')
    return found[0]


def files_in(folder: Path, suffix: str) -> list[Path]:
    """The files of that suffix that lie directly in the folder."""
    return sorted(file for file in folder.iterdir() if file.suffix.lower() == suffix)


def read_text(path: Path, report: Report) -> str:
    """The text of a file, as :func:`~projects.smn.reading.annotation_files.read_text` reads it.

    Raises:
        UserError: There is no such file.
    """
    if not path.is_file():
        raise UserError(f'{path}: there is no such file')
    text, encoding = annotation_files.read_text(path)
    if encoding == 'cp1252':
        report.noticed['annotation file is not UTF-8, read as cp1252'].append(str(path))
    return text


def read_json(path: Path, report: Report) -> Any:
    """The content of a JSON file.

    Raises:
        UserError: There is no such file, or it is not JSON.
    """
    return annotation_files.parse_json(read_text(path, report), path)


def finite_number(text: str) -> float:
    """A number as it is written; a whole one as a whole one.

    Raises:
        UserError: It is none, or not finite.
    """
    found = number(text)
    return int(found) if found.is_integer() else found
