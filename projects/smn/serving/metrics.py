"""What Prometheus is told."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from .worker import Worker


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
        Gauge('queue_places', 'How many requests can be read, wait and run.', **own).set(
            worker.slots
        )
        Gauge('queue_places_taken', 'How many do so now.', **own).set_function(lambda: worker.taken)
