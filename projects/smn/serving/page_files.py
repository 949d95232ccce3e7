"""The files of the page, as browsers know them: without their folder."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

from projects.smn.errors import UserError
from projects.smn.files import inside

# Gradio puts each file into a folder that is named after its content.
NAME = re.compile(r'[0-9a-f]{64}/[^/\\]+')


class PageFiles:
    """Uploads, examples and pictures.

    A browser gets ``<digest>/photo.png`` for a file that Gradio calls by its whole path, and asks
    for it by that name.

    Args:
        folder: Where all of them lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # In JSON, once as it is and once in an address.
        spellings = (json.dumps(f'{folder}/', ensure_ascii=False)[1:-1], quote(f'{folder}/'))
        self._spellings = [spelling.encode() for spelling in spellings]

    def path(self, name: object) -> Path | None:
        """Where a file lies; ``None`` if the page has none of this name."""
        if not (isinstance(name, str) and NAME.fullmatch(name)):
            return None
        try:
            path = inside(self.folder, name)
        except UserError:
            return None
        return path if path.is_file() else None

    def hide(self, text: bytes) -> bytes:
        """What Gradio says, without the folder."""
        for spelling in self._spellings:
            text = text.replace(spelling, b'')
        return text
