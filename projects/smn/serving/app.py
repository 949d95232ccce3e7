"""The REST API around one network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from projects.smn import __version__
from projects.smn.engine import Predictor

from .body_limit import BodyLimit
from .headers import SafeHeaders
from .heads import HeadAsGet
from .hosts import HostCheck, Hosts
from .observe import Metrics, Observe
from .options import ServingOptions
from .problems import add_problem_handlers
from .routes import add_routes
from .service import PredictionService
from .worker import Worker


def create_app(predictor: Predictor, options: ServingOptions | None = None) -> FastAPI:
    """An app with all routes of the API; its documentation at ``/docs`` needs no internet.

    What runs the network outside of a request, such as a page, does so with
    ``app.state.worker.run(job, ...)``, as a network is not made for several threads.

    Args:
        predictor: A trained network. Its ``score_thr`` is the lowest that requests can ask for.
        options: Limits; by default those of :class:`ServingOptions`.

    Returns:
        The app; ``app.state`` has ``predictor``, ``service``, ``worker``, ``options``,
        ``metrics``.
    """
    options = options or ServingOptions()
    worker = Worker(options.queue)
    metrics = Metrics(worker)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        worker.close()

    app = FastAPIOffline(
        redoc_url=None,
        title='SMN',
        version=__version__,
        description=f'Predictions of the network {options.name}.',
        lifespan=lifespan,
    )
    app.state.predictor, app.state.worker = predictor, worker
    app.state.options, app.state.metrics = options, metrics
    add_problem_handlers(app)
    app.state.service = PredictionService(predictor, metrics)
    add_routes(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(BodyLimit, max_bytes=options.max_bytes, seconds=options.upload_seconds)
    app.add_middleware(HostCheck, hosts=Hosts(options.host, options.allow_host))
    app.add_middleware(Observe, metrics=metrics)
    app.add_middleware(SafeHeaders)  # the last is the outermost
    return app
