"""HEAD: what GET would answer, without its body."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Below it are streams that end when the client goes away.
ENDLESS = '/gradio_api/'


class HeadAsGet:
    """Lets an app that knows GET alone answer HEAD.

    Args:
        app: What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope['type'] == 'http' and scope['method'] == 'HEAD'
        if not is_head or scope['path'].startswith(ENDLESS):
            await self.app(scope, receive, send)
            return

        async def head(message: Message) -> None:
            if message['type'] == 'http.response.body':
                message = {**message, 'body': b''}
            await send(message)

        asked = {**scope, 'method': 'GET'}
        try:
            await self.app(asked, receive, head)
        finally:
            scope.update(asked, method='HEAD')  # with the route, for the metrics
