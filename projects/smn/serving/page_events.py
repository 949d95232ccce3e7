"""What a browser may say when something on the page is touched."""

from __future__ import annotations

import json
from collections.abc import Container
from typing import Any

from .page_files import PageFiles
from .problems import ProblemError

MAX_BYTES = 50_000
MAX_SESSION = 64  # characters; Gradio keeps what was said under ten thousand of them
NO_EVENT = 'this is no event of the page'


def checked_event(body: bytes, files: PageFiles, events: Container[int]) -> bytes:
    """An event as Gradio may read it: with what the page needs, and paths of uploads alone.

    Gradio takes more than that, and follows every path and address in it, at any depth.

    Args:
        body: JSON, from anybody.
        files: Of the page.
        events: The numbers of those that there are.

    Raises:
        ProblemError: If it is something else, or names a file that was not uploaded.
    """
    try:
        event = json.loads(body)
        data, number, session = event['data'], event['fn_index'], event['session_hash']
        trigger = event.get('trigger_id')
        if not (
            (isinstance(number, int) and number in events)
            and (isinstance(session, str) and len(session) <= MAX_SESSION)
            and isinstance(data, list)
            and (trigger is None or isinstance(trigger, int))
        ):
            raise ProblemError(422, NO_EVENT)
        safe = dict(
            data=[_safe(value, files) for value in data],
            fn_index=number,
            session_hash=session,
            trigger_id=trigger,
        )
        return json.dumps(safe, allow_nan=False).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
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
