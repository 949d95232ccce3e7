"""The files of the page, as browsers know them: without their folder."""

from __future__ import annotations

import json
import mimetypes
import re
from pathlib import Path
from urllib.parse import quote

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
        in_json = json.dumps(f'{folder}/', ensure_ascii=False)[1:-1]
        spellings = {in_json, in_json.translate(IN_HTML), quote(f'{folder}/')}
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

    def response(self, name: str) -> FileResponse | None:
        """A picture to be shown, anything else to be kept; ``None`` if there is none."""
        path = self.path(name)
        if path is None:
            return None
        kind, _ = mimetypes.guess_type(path.name)
        if kind not in SHOWN:
            return FileResponse(path, media_type='application/octet-stream', filename=path.name)
        return FileResponse(
            path, media_type=kind, filename=path.name, content_disposition_type='inline'
        )

    def hide(self, text: bytes) -> bytes:
        """What Gradio says, without the folder."""
        for spelling in self._spellings:
            text = text.replace(spelling, b'')
        return text
