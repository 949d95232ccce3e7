"""Result files that grow image by image, so that an interrupted run keeps what it has.

Until a file is closed, its name ends in ``.part.csv`` or ``.part.json``. What has been added is on
the disk, and between two calls of ``add`` it is a whole file of its format.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any


class GrowingFile:
    """A file that is there as soon as something was added.

    Args:
        path: Its name when it is closed; an older file of this name stays until then.
        begin: What comes before the first.
    """

    END = ''

    def __init__(self, path: Path, begin: str = '') -> None:
        self.path = path
        self.begin = begin
        self.part = path.with_suffix(f'.part{path.suffix}')
        self.file: IO[bytes] | None = None
        self.count = 0
        self._end = 0

    def add(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Append some; none too, which makes an empty file."""
        items = list(items)
        text = self._text(items)
        if self.file is None:
            self.part.parent.mkdir(parents=True, exist_ok=True)
            self.file = self.part.open('wb')
            text = self.begin + text
        # Over the former end, and only when all of it is there, so that an interrupt leaves either.
        content = text.encode()
        self.file.seek(self._end)
        self.file.write(content + self.END.encode())
        self.file.flush()
        self._end += len(content)
        self.count += len(items)

    def close(self) -> None:
        """End the file after what was added last, and give it its name."""
        if self.file is not None:
            self.file.seek(self._end)
            self.file.write(self.END.encode())
            self.file.truncate()
            self.file.close()
            self.part.replace(self.path)
            self.file = None

    def _text(self, items: Sequence[Mapping[str, Any]]) -> str:
        raise NotImplementedError


class GrowingTable(GrowingFile):
    """CSV, a row each.

    Args:
        path: See :class:`GrowingFile`.
        columns: The header.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.columns = columns
        super().__init__(path, self._text([dict(zip(columns, columns, strict=True))]))

    def _text(self, items: Sequence[Mapping[str, Any]]) -> str:
        text = io.StringIO(newline='')
        csv.DictWriter(text, self.columns).writerows(items)
        return text.getvalue()


class GrowingList(GrowingFile):
    """A JSON list, a line each."""

    END = '\n]\n'

    def __init__(self, path: Path) -> None:
        super().__init__(path, '[')

    def _text(self, items: Sequence[Mapping[str, Any]]) -> str:
        lines = [json.dumps(item, ensure_ascii=False) for item in items]
        separators = [',\n' if self.count or i else '\n' for i in range(len(lines))]
        return ''.join(map(''.join, zip(separators, lines, strict=True)))
