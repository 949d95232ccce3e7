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
        answer = _Answer(send)
        try:
            await self.gradio(scope, receive, answer.send)
        except OSError:  # such as a full disk: of the server
            raise
        except Exception as error:
            if answer.is_stream:
                await send(dict(type='http.response.body'))
            elif scope['path'].endswith('/upload') and not answer.begun:
                gone = isinstance(error, ClientDisconnect)
                answer.status, answer.text = (CLIENT_GONE if gone else 400), NO_UPLOAD.encode()
            else:
                raise
            # If it is a fault of Gradio after all.
            logger.warning('Gradio refused a request', extra=dict(reason=f'{error!r:.300}'))
        if answer.status:
            problem = problem_response(answer.status, answer.sentence)
            await problem(scope, receive, send)


class _Answer:
    """Passes an answer on, unless it is an error in another form.

    Attributes:
        begun: Whether some of it was passed on.
        is_stream: Whether that is a stream of events.
        status: Of an error that was kept back; 0 if there is none.
        text: What it said.
    """

    def __init__(self, send: Send) -> None:
        self.begun = self.is_stream = False
        self.status = 0
        self.text = b''
        self._send = send

    async def send(self, message: Message) -> None:
        if message['type'] == 'http.response.start':
            kind = Headers(raw=message['headers']).get('content-type', '')
            if message['status'] >= 400 and kind != MEDIA_TYPE:
                self.status = message['status']
                return
            self.begun = True
            self.is_stream = kind.startswith('text/event-stream')
        elif self.status:
            self.text = (self.text + message.get('body', b''))[:MAX_TEXT]
            return
        await self._send(message)

    @property
    def sentence(self) -> str:
        """The first line of what it said."""
        lines = self.text.decode(errors='replace').splitlines()
        return lines[0] if lines else 'this cannot be answered'
