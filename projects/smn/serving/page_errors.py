"""What Gradio answers when it cannot, in the one form of errors."""

from __future__ import annotations

import logging

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import CLIENT_GONE, MEDIA_TYPE, problem_response

logger = logging.getLogger('smn.serving')

NO_UPLOAD = (
    'this is no upload of the page: send multipart/form-data with the image, which has a file '
    'name, in the field files'
)
MAX_TEXT = 1000


class PageErrors:
    """Gives errors of Gradio the one form, and keeps what clients do wrong out of the failures.

    Gradio answers some errors in plain text, fails on some uploads that are none, and ends a stream
    of events with an exception, after it has said there what is wrong.

    Args:
        gradio: The mounted app.
    """

    def __init__(self, gradio: ASGIApp) -> None:
        self.gradio = gradio

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind: str | None = None  # of what was passed on; None while nothing was
        status, text = 0, b''  # of an error that is kept back, as it is in another form

        async def passed_on(message: Message) -> None:
            nonlocal kind, status, text
            if message['type'] == 'http.response.start':
                its_kind = Headers(raw=message['headers']).get('content-type', '')
                if message['status'] >= 400 and its_kind != MEDIA_TYPE:
                    status = message['status']
                    return
                kind = its_kind
            elif status:
                text = (text + message.get('body', b''))[:MAX_TEXT]
                return
            await send(message)

        try:
            await self.gradio(scope, receive, passed_on)
        except OSError:  # such as a full disk: of the server
            raise
        except Exception as error:
            if kind is not None and kind.startswith('text/event-stream'):
                await send(dict(type='http.response.body'))
            elif kind is None and scope['path'].endswith('/upload'):
                status = CLIENT_GONE if isinstance(error, ClientDisconnect) else 400
                text = NO_UPLOAD.encode()
            else:
                raise
            # If it is a fault of Gradio after all.
            logger.warning('Gradio refused a request', extra=dict(reason=f'{error!r:.300}'))
        if status:
            first, *_ = text.decode(errors='replace').splitlines() or ['this cannot be answered']
            await problem_response(status, first)(scope, receive, send)
