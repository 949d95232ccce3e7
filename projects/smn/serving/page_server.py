"""A web server that ends although pages are open."""

from __future__ import annotations

import socket

import uvicorn


class PageServer(uvicorn.Server):
    """uvicorn's server, which tells the page to hang up when it is told to stop.

    An open page holds a connection for as long as it is open, and a server waits for connections
    before it lets the app end. Gradio hangs up by itself only where it runs the server.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Called in the event loop when the server is told to stop."""
        hang_up = getattr(self.config.app.state, 'hang_up', None)
        if hang_up is not None:
            hang_up()
        await super().shutdown(sockets)
