"""What a browser may say when something on the page is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from gradio.block_function import BlockFunction
from gradio.blocks import Block

from .page_files import PageFiles
from .problems import ProblemError

MAX_BYTES = 50_000
# As browsers make them up. Gradio keeps what was said under ten thousand of them.
ID = re.compile(r'\w{1,64}', re.ASCII)
NO_EVENT = 'this is no event of the page'


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
        event = json.loads(body)
        data, number, session = event['data'], event['fn_index'], event['session_hash']
        trigger = event.get('trigger_id')
        if not (
            (isinstance(number, int) and number in events)
            and (isinstance(session, str) and ID.fullmatch(session))
            and isinstance(data, list)
            and (trigger is None or isinstance(trigger, int))
        ):
            raise ProblemError(422, NO_EVENT)
        safe = dict(
            data=_checked(data, events[number].inputs, files),
            fn_index=number,
            session_hash=session,
            trigger_id=trigger,
        )
        return json.dumps(safe, allow_nan=False).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ProblemError(422, NO_EVENT) from None


def _checked(data: list, widgets: list[Block], files: PageFiles) -> list:
    """What widgets say."""
    data = [_safe(value, files) for value in data]
    if len(data) != len(widgets):
        raise ProblemError(422, NO_EVENT)
    for value, widget in zip(data, widgets, strict=True):
        if not _fits(value, widget):
            label = getattr(widget, 'label', None) or widget.get_block_name()
            raise ProblemError(422, f'this is no value of {label!r}')
    return [_within(value, widget) for value, widget in zip(data, widgets, strict=True)]


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


def _fits(value: Any, widget: Block) -> bool:
    """Whether a browser may say so of a widget."""
    kind = widget.get_block_name()
    if kind == 'slider':
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    if kind == 'checkboxgroup':
        return isinstance(value, list) and all(
            isinstance(part, str) and (part, part) in widget.choices for part in value
        )
    if kind == 'dataset':
        return isinstance(value, int) and 0 <= value < len(widget.samples)
    if kind == 'file':
        return isinstance(value, dict)
    return value is None  # a state, which the server keeps


def _within(value: Any, widget: Block) -> Any:
    """A value; while somebody types, a slider is empty or anywhere for a moment."""
    if widget.get_block_name() != 'slider':
        return value
    return widget.minimum if value is None else min(max(value, widget.minimum), widget.maximum)
