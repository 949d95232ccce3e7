"""Result files that grow image by image, so that an interrupted run keeps what it has.

Until a file is closed, its name ends in ``.part.csv`` or ``.part.json``. What has been added is on
the disk, and at any time it is a whole file of its format.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any


class GrowingFile:
    """A file that is there as soon as something was added.

    Args:
        path: Its name when it is closed; an older file of this name stays until then.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_suffix(f'.part{path.suffix}')
        self.file: IO[str] | None = None
        self.begun = False
        self.count = 0

    def add(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Append some; none too, which makes an empty file."""
        if self.file is None:
            self.part.parent.mkdir(parents=True, exist_ok=True)
            self.file = self.part.open('w', newline='', encoding='utf-8')
            self.begun = True
            self._begin()
        for item in items:
            self._write(item)
            self.count += 1
        self._end()
        self.file.flush()

    def close(self) -> None:
        """Give the file its name."""
        if self.file is not None:
            self.file.close()
            self.part.replace(self.path)
            self.file = None

    def _begin(self) -> None:
        """Write what comes before the first."""

    def _write(self, item: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        """Write what comes after the last."""


class GrowingTable(GrowingFile):
    """CSV, a row each.

    Args:
        path: See :class:`GrowingFile`.
        columns: The header.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(path)
        self.columns = columns

    def _begin(self) -> None:
        self.table = csv.DictWriter(self.file, self.columns)
        self.table.writeheader()

    def _write(self, item: Mapping[str, Any]) -> None:
        self.table.writerow(item)


class GrowingList(GrowingFile):
    """A JSON list, a line each."""

    END = '\n]\n'

    def _begin(self) -> None:
        self.file.write('[')
        self.place = self.file.tell()

    def _write(self, item: Mapping[str, Any]) -> None:
        self.file.seek(self.place)
        self.file.write(',\n' if self.count else '\n')
        self.file.write(json.dumps(item, ensure_ascii=False))
        self.place = self.file.tell()

    def _end(self) -> None:
        self.file.seek(self.place)
        self.file.write(self.END)
