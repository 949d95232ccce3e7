"""The files of the page, as browsers know them: without their folder."""

from __future__ import annotations

import json
import mimetypes
import re
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

from projects.smn.errors import UserError
from projects.smn.files import inside

# Gradio puts each file into a folder that is named after its content.
NAME = re.compile(r'[0-9a-f]{64}/[^/\\]+')
# What a browser shows and runs nothing of; an SVG may hold scripts.
SHOWN = {f'image/{kind}' for kind in ('jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff')}
# As Gradio writes JSON into HTML.
IN_HTML = str.maketrans({character: f'\\u{ord(character):04x}' for character in "<>&'"})


class PageFiles:
    """Uploads, examples and pictures.

    A browser gets ``<digest>/photo.png`` for a file that Gradio calls by its whole path, and asks
    for it by that name.

    Args:
        folder: Where all of them lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        before = str(folder / 'x')[:-1]
        self._spellings = [
            re.compile(
                rb'%b(?:([0-9a-f]{64})%b)?' % (_escaped(spell(before)), _escaped(spell(before[-1])))
            )
            for spell in (_in_json, _in_html, quote)
        ]

    def path(self, name: object) -> Path | None:
        """Where a file lies; ``None`` if the page has none of this name."""
        if not (isinstance(name, str) and NAME.fullmatch(name)):
            return None
        try:
            path = inside(self.folder, name)
            return path if path.is_file() else None
        except (UserError, OSError):  # the second if it is too long for a file
            return None

    def response(self, name: str) -> FileResponse:
        """A picture to be shown, anything else to be kept.

        Raises:
            HTTPException: If there is none.
        """
        path = self.path(name)
        if path is None:
            raise HTTPException(404)
        kind, _ = mimetypes.guess_type(path.name)
        shown = kind in SHOWN
        return FileResponse(
            path,
            filename=path.name,
            media_type=kind if shown else 'application/octet-stream',
            content_disposition_type='inline' if shown else 'attachment',
        )

    def hide(self, text: bytes) -> bytes:
        """What Gradio says, without the folder; names have a ``/`` on Windows too."""
        for spelling in self._spellings:
            text = spelling.sub(lambda found: found[1] + b'/' if found[1] else b'', text)
        return text


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_html(text: str) -> str:
    return _in_json(text).translate(IN_HTML)


def _escaped(text: str) -> bytes:
    return re.escape(text.encode())
