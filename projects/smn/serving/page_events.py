"""What a browser may say when something on the page is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from gradio.block_function import BlockFunction
from gradio.blocks import Block
from pydantic import BaseModel, ConfigDict

from .page_files import PageFiles
from .problems import ProblemError

MAX_BYTES = 50_000
# As browsers make them up. Gradio keeps what was said under ten thousand of them.
ID = re.compile(r'\w{1,64}', re.ASCII)
NO_EVENT = 'this is no event of the page'


class Event(BaseModel):
    """What Gradio needs to know of an event; anything else that is sent is left out."""

    model_config = ConfigDict(strict=True)

    data: list
    fn_index: int
    session_hash: str
    trigger_id: int | None = None


def checked_event(body: bytes, files: PageFiles, events: Mapping[int, BlockFunction]) -> bytes:
    """An event as Gradio may read it: with what the page needs, and paths of uploads alone.

    Gradio takes more than that, and follows every path and address in it, at any depth. What
    is no value of a widget, it takes as a failure of the server.

    Args:
        body: JSON, from anybody.
        files: Of the page.
        events: Those that there are, by number.

    Raises:
        ProblemError: If it is something else, or names a file that was not uploaded.
    """
    try:
        event = Event.model_validate(json.loads(body))
        if not ID.fullmatch(event.session_hash):
            raise ProblemError(422, NO_EVENT)
        widgets = events[event.fn_index].inputs
        values = [_safe(value, files) for value in event.data]
        event.data = [_checked(*pair) for pair in zip(values, widgets, strict=True)]
        return json.dumps(event.model_dump(), allow_nan=False).encode()
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ProblemError(422, NO_EVENT) from None


def _safe(value: Any, files: PageFiles) -> Any:
    """A value of a widget; the only objects that any of them has are files."""
    if isinstance(value, list):
        return [_safe(part, files) for part in value]
    if not isinstance(value, dict):
        return value
    name = value.get('path')
    path = files.path(name)
    if path is None:
        raise ProblemError(422, f'{name!r:.100} is not kept here, or no longer: upload the image')
    return dict(path=str(path), meta=dict(_type='gradio.FileData'))


def _checked(value: Any, widget: Block) -> Any:
    """A value, if a browser may say so of a widget."""
    kind = widget.get_block_name()
    if kind == 'slider':
        value = widget.minimum if value is None else value
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    elif kind == 'checkboxgroup':
        fits = isinstance(value, list) and all(
            isinstance(part, str) and (part, part) in widget.choices for part in value
        )
    elif kind == 'dataset':
        fits = isinstance(value, int) and 0 <= value < len(widget.samples)
    elif kind == 'file':
        fits = isinstance(value, dict)
    else:
        fits = value is None  # a state, which the server keeps
    if not fits:
        label = getattr(widget, 'label', None) or kind
        raise ProblemError(422, f'this is no value of {label!r}')
    # While somebody types, a slider is empty or anywhere for a moment.
    return min(max(value, widget.minimum), widget.maximum) if kind == 'slider' else value
