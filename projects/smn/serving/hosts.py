"""Which names a server answers to, and from which pages a browser may change something."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from .problems import problem_response

# Of a `Host` header: a name or an address, those of IPv6 in brackets, and perhaps a port.
HOST = re.compile(
    r'(?P<name>[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?', re.ASCII | re.IGNORECASE
)
MAX_PORT = 65_535
# What these ask for changes nothing, and what is answered stays hidden from pages of others.
READING = ('GET', 'HEAD')


class Hosts:
    """The names and addresses that a server answers to.

    A web page anywhere can have its own name lead to this machine (DNS rebinding); its requests
    then come with that name as ``Host``. They never come with an address that the browser was given
    as such, nor with ``localhost``. So on all addresses of a machine, every address is answered.

    Args:
        bound: Where the server listens: an address or a name.
        named: Further names that lead to it, such as that of a proxy.
    """

    def __init__(self, bound: str, named: Iterable[str] = ()) -> None:
        self.named = frozenset(name.lower() for name in named)
        bound = bound or '0.0.0.0'  # as sockets take it
        self._names = {bound.lower()}
        self._address = _address(bound)
        if bound.lower() == 'localhost' or (self._address and self._address.is_loopback):
            self._address = ip_address('127.0.0.1')
            self._names.add('localhost')
        elif self._address:
            self._names.add(socket.gethostname().lower())
            if self._address.is_unspecified:
                self._names.add('localhost')

    def allows(self, host: str) -> bool:
        """Whether a ``Host`` is one of them. Ports are not looked at: they may be forwarded."""
        name = host_name(host)
        if not name:
            return False
        if name in self.named or name in self._names:
            return True
        address = _address(name)
        if address is None or self._address is None:
            return False
        if self._address.is_loopback:
            return address.is_loopback
        return self._address.is_unspecified or address == self._address


class HostCheck:
    """Refuses requests for other hosts, and what a page of others would change.

    Args:
        app: What answers the rest.
        hosts: Which are answered.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] not in ('http', 'websocket'):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope['type'] == 'http':
            await problem_response(*refusal)(scope, receive, send)
        else:
            await send(dict(type='websocket.close', code=1008))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """The status and the sentence."""
        headers = Headers(scope=scope)
        # Links of the page are made from the second, where a proxy sends it.
        forwarded = ','.join(headers.getlist('x-forwarded-host')).split(',')
        asked = headers.getlist('host') + [host.strip() for host in forwarded if host.strip()]
        if not headers.get('host'):
            return 421, 'the request does not say for which host it is'
        for host in asked:
            if not self.hosts.allows(host):
                shown = host_name(host) or 'NAME'
                return 421, (
                    f'this server is not known as {host!r:.100}: if that is a name of it, start it '
                    f'with --allow-host {shown:.100}'
                )
        if scope['type'] == 'http' and scope['method'] in READING:
            return None
        for origin in headers.getlist('origin'):
            host = origin.lower().partition('://')[2]
            # To a browser, another port is another site.
            same = host in {known.lower() for known in asked}
            if not same and host_name(host) not in self.hosts.named:
                return 403, (
                    f'a page of {origin!r:.100} may change nothing here: if it is a page of this '
                    f'server, start it with --allow-host {host_name(host) or "NAME":.100}'
                )
        return None


def host_name(host: str) -> str:
    """The name or address in a ``Host``, in small letters; empty if it is neither."""
    found = HOST.fullmatch(host)
    if found is None or int(found['port'] or 0) > MAX_PORT:
        return ''
    return found['name'].lower().removesuffix('.')


def _address(name: str) -> IPv4Address | IPv6Address | None:
    plain = name.removeprefix('[').removesuffix(']')
    try:
        # Behind a % is the interface of this machine, of which clients say nothing.
        address = ip_address(plain.partition('%')[0])
    except ValueError:
        return None
    return getattr(address, 'ipv4_mapped', None) or address
