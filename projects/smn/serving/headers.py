"""What browsers are told to refuse of every answer, errors included."""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    # Addresses hold the keys of results. With 'no-referrer', browsers would hide their Origin.
    'Referrer-Policy': 'same-origin',
}
# Of data: it may be opened, and then does nothing.
DATA = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Of the page and of /docs: all is ours. Both set styles by script, and hold pictures as data.
PAGE = (
    "default-src 'self'; script-src 'self' 'nonce-{}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; frame-src 'none'; "
    "worker-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)


class SafeHeaders:
    """Adds the headers to what an app answers.

    Scripts that a page brings in itself run by a number that is new each time; those that something
    smuggles in later have none. An app below must send a page uncompressed, and each ``<script`` in
    one piece: a tag that is cut in two gets no number, and its script does not run.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        nonce = b''

        async def safe(message: Message) -> None:
            nonlocal nonce
            if message['type'] == 'http.response.start':
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if headers.get('content-type', '').startswith('text/html'):
                    nonce = secrets.token_urlsafe(16).encode()
                    del headers['content-length']  # it grows
                policy = PAGE.format(nonce.decode()) if nonce else DATA
                headers['Content-Security-Policy'] = policy
            elif nonce and message['type'] == 'http.response.body':
                body = message.get('body', b'')
                marked = body.replace(b'<script', b'<script nonce="' + nonce + b'"')
                message = {**message, 'body': marked}
            await send(message)

        await self.app(scope, receive, safe)
