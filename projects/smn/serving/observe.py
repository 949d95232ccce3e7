"""Every request leaves a line in the log and a number in the metrics."""

from __future__ import annotations

import logging
import sys
import time
import uuid

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import problem_response
from .worker import Worker

logger = logging.getLogger('smn.serving')
HEADER = 'X-Request-ID'
# The last two tell of uploads that cannot be read, and of connections that broke.
LOGGERS = ('smn.serving', 'uvicorn', 'python_multipart', 'asyncio')


class Metrics:
    """Counters of one app, in a registry of its own.

    Labels have few values whatever clients send: a route is the pattern of an address.

    Attributes:
        requests: Requests by route and status.
        seconds: Time from request to answer, by route.
        registry: All of them.
        images: Images that were predicted, for the API or the page.
    """

    def __init__(self, worker: Worker) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        own = dict(registry=self.registry, namespace='smn')
        self.requests = Counter('requests', 'Requests.', ['route', 'status'], **own)
        self.seconds = Histogram('request_seconds', 'From request to answer.', ['route'], **own)
        self.images = Counter('images', 'Images that were predicted.', **own)
        places = Gauge('queue_places', 'How many requests can be read, wait and run.', **own)
        places.set(worker.slots)
        Gauge('queue_places_taken', 'How many do so now.', **own).set_function(lambda: worker.taken)


class Observe:
    """Numbers, times, counts and logs requests, and answers for an app that fails.

    Args:
        app: What answers.
        metrics: Where to count.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        number = uuid.uuid4().hex
        status = 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message['type'] == 'http.response.start':
                status = message['status']
                MutableHeaders(scope=message)[HEADER] = number
            await send(message)

        try:
            await self.app(scope, receive, numbered)
        except Exception:
            logger.exception('failure', extra=dict(request_id=number))
            if status:  # half of an answer is out: let the server break the connection
                raise
            detail = f'the server failed; its log says why under request_id {number}'
            await problem_response(500, detail)(scope, receive, numbered)
        finally:
            self._record(scope, number, status, time.perf_counter() - start)

    def _record(self, scope: Scope, number: str, status: int, seconds: float) -> None:
        route = getattr(scope.get('route'), 'path', 'other')
        self.metrics.requests.labels(route, status).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        line = dict(
            request_id=number,
            method=scope['method'],
            path=scope['path'][:200],
            status=status,
            seconds=round(seconds, 4),
            client=(scope.get('client') or ('',))[0],
        )
        logger.info('request', extra=line)


def log_json_lines() -> None:
    """Write what the server and what it stands on log to standard error, a JSON object per line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter(
            ['levelname', 'name', 'message'],
            rename_fields=dict(levelname='level', name='logger'),
            reserved_attrs=[*RESERVED_ATTRS, 'color_message'],  # uvicorn's, for terminals
            timestamp='time',
        )
    )
    for name in LOGGERS:
        named = logging.getLogger(name)
        named.handlers = [handler]
        named.setLevel(logging.INFO)
        named.propagate = False
