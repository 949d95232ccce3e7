"""A bound on what a client may send, before anything reads it."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import ProblemError, problem_response


class BodyLimit:
    """Refuses a request whose body is too long, by what it announces or by what comes.

    Args:
        app: What answers the others.
        max_bytes: Of a body.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.detail = f'the request is too long: at most {max_bytes / 1e6:g} MB'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get('content-length', '')
        if announced.isdecimal() and int(announced) > self.max_bytes:
            await problem_response(413, self.detail)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get('body', b''))
            if received > self.max_bytes:
                # Without a length the client may go on for ever: do not listen.
                raise ProblemError(413, self.detail, {'Connection': 'close'})
            return message

        await self.app(scope, counted, send)
