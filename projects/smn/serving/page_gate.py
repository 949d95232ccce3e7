"""What of Gradio can be reached from outside: what the page needs, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass

from gradio.block_function import BlockFunction
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .page_errors import PageErrors
from .page_events import ID, MAX_BYTES, checked_event
from .page_files import PageFiles
from .problems import CLIENT_GONE, ProblemError

API = '/gradio_api/'
JOIN, FILE = f'{API}queue/join', f'{API}file='
# Scripts, styles and pictures of Gradio; they say nothing of this server.
# Of names that are too long for a file, Gradio makes failures.
STATIC = (
    r'/(?:assets|static)/(?:[\w-]{1,100}/){0,4}[\w-]{1,100}(?:\.[\w-]{1,20}){1,4}'
    r'|/favicon\.ico|/theme\.css|/manifest\.json'
)
NEEDED = {
    'GET': re.compile(
        # The first of the API is what a page asks that has lost its server.
        rf'/|/config|{STATIC}|{API}(?:app_id|heartbeat/\w{{1,64}}|queue/data|upload_progress)',
        re.ASCII,
    ),
    'POST': re.compile(f'{API}upload'),
}
# Headers that Gradio would believe: for an origin, it lets some pages of others read its answers;
# for the other, it makes links to another server.
HIDDEN = {b'origin', b'x-gradio-server'}
# The one query that each of these knows. The others know some that read files, for other routes.
EVENTS = f'{API}queue/data'
QUERIES = {
    EVENTS: 'session_hash',
    f'{API}upload': 'upload_id',
    f'{API}upload_progress': 'upload_id',
}


@dataclass(eq=False)
class PageGate:
    """Lets pass what the page asks of Gradio, with the names of :class:`PageFiles` for its files.

    What is not listed does not exist, whatever a later Gradio brings.

    Args:
        gradio: The mounted app.
        files: Of the page.
        events: What can happen on it, by number.
        sessions: Of browsers to which something has happened.
    """

    gradio: ASGIApp
    files: PageFiles
    events: Mapping[int, BlockFunction]
    sessions: Container[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await send(dict(type='websocket.close', code=1008))
            return
        method, path = scope['method'], scope['path'].removeprefix(scope.get('root_path', ''))
        if method == 'GET' and path.startswith(FILE):
            await self.files.response(path.removeprefix(FILE))(scope, receive, send)
            return
        if method == 'POST' and path == JOIN:
            receive = await self._checked(Request(scope, receive))
        elif method not in NEEDED or not NEEDED[method].fullmatch(path):
            raise HTTPException(404)
        static = re.fullmatch(STATIC, path)
        query = self._query(path, QueryParams(scope['query_string']))
        headers = [(name, value) for name, value in scope['headers'] if name not in HIDDEN]
        scope = {**scope, 'headers': headers, 'query_string': query}
        await PageErrors(self.gradio)(scope, receive, send if static else self._hiding(send))

    def _query(self, path: str, asked: QueryParams) -> bytes:
        """What Gradio reads of a query.

        Raises:
            ProblemError: If it names what there cannot be.
        """
        name = QUERIES.get(path)
        value = asked.get(name)
        if value is not None and not ID.fullmatch(value):
            raise ProblemError(422, f'{name} is no name that the page gives')
        if path == EVENTS and value not in self.sessions:
            raise ProblemError(404, 'nothing has happened on a page of this session_hash')
        return b'' if value is None else f'{name}={value}'.encode()

    async def _checked(self, request: Request) -> Receive:
        """What Gradio receives in place of what came.

        Raises:
            ProblemError: If it is not let in.
        """
        kind = request.headers.get('content-type', '').partition(';')[0]
        if kind.strip().lower() != 'application/json':
            raise ProblemError(415, 'an event of the page is application/json')
        body = b''
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ProblemError(413, f'an event of the page has {MAX_BYTES} bytes at most')
        except ClientDisconnect:
            raise ProblemError(CLIENT_GONE, 'the client went away') from None
        messages = [dict(type='http.request', body=checked_event(body, self.files, self.events))]

        async def receive() -> Message:
            return messages.pop() if messages else await request.receive()

        return receive

    def _hiding(self, send: Send) -> Send:
        """Sends answers without the folder of the files; one message of Gradio is whole lines."""

        async def hiding(message: Message) -> None:
            if message['type'] == 'http.response.start':
                del MutableHeaders(scope=message)['content-length']
            elif message['type'] == 'http.response.body':
                message = {**message, 'body': self.files.hide(message.get('body', b''))}
            await send(message)

        return hiding
