"""A bound on what a client may send and on how long it may take, before anything reads it."""

from __future__ import annotations

import asyncio
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import ProblemError, problem_response

# A client that is refused may go on for ever: do not listen.
CLOSE = {'Connection': 'close'}


class BodyLimit:
    """Refuses a request whose body is too long, by what it announces or by what comes, or too late.

    It answers by itself, because an app below it, such as a mounted one, may make another error of
    it; what that app says then is dropped.

    Args:
        app: What answers the others.
        max_bytes: Of a body.
        seconds: How long a body may take to come, from when it is asked for.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, seconds: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.seconds = seconds
        self.too_long = f'the request is too long: at most {max_bytes / 1e6:g} MB'
        self.too_late = f'the body was not there after {seconds:g} s'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get('content-length', '')
        if announced.isdecimal() and int(announced) > self.max_bytes:
            await problem_response(413, self.too_long, CLOSE)(scope, receive, send)
            return
        body = _Body(receive, self)
        answered = False

        async def watched(message: Message) -> None:
            nonlocal answered
            if body.refusal is None or answered:
                answered = True
                await send(message)

        try:
            await self.app(scope, body.receive, watched)
        except Exception:
            if body.refusal is None or answered:
                raise
        if body.refusal is not None and not answered:
            refusal = problem_response(body.refusal.status, body.refusal.detail, CLOSE)
            await refusal(scope, receive, send)


class _Body:
    """What comes of one request, until it is too much or too late.

    Attributes:
        refusal: Why it was not read to its end; ``None`` while all is well.
    """

    def __init__(self, receive: Receive, limit: BodyLimit) -> None:
        self.refusal: ProblemError | None = None
        self._receive = receive
        self._limit = limit
        self._deadline: float | None = None
        self._received = 0
        self._whole = False

    async def receive(self) -> Message:
        """The next message.

        Raises:
            ProblemError: The :attr:`refusal`.
        """
        if self._whole:  # what comes now is that the client goes away, at any time
            return await self._receive()
        if self._deadline is None:
            self._deadline = time.monotonic() + self._limit.seconds
        try:
            message = await asyncio.wait_for(self._receive(), self._deadline - time.monotonic())
        except asyncio.TimeoutError:
            raise self._refuse(408, self._limit.too_late) from None
        self._received += len(message.get('body', b''))
        if self._received > self._limit.max_bytes:
            raise self._refuse(413, self._limit.too_long)
        self._whole = not message.get('more_body', False)
        return message

    def _refuse(self, status: int, detail: str) -> ProblemError:
        self.refusal = ProblemError(status, detail)
        return self.refusal
