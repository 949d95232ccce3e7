"""The addresses of the API."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from .about import Health, ModelInfo, TaskInfo, describe_model, describe_task
from .answer_schema import answer_schema
from .problems import CLIENT_GONE, MEDIA_TYPE, Problem, ProblemError
from .service import MEDIA_TYPES, Format, MaskForm, Style
from .uploads import OPENAPI_BODY, read_images

EVERY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']
PROBLEM = {MEDIA_TYPE: dict(schema=Problem.model_json_schema())}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: dict(description=description, content=PROBLEM)
    for status, description in {
        403: 'It comes from a page of another server.',
        408: 'The body took too long.',
        413: 'Too many bytes, pixels or images.',
        415: 'No multipart request, or no image.',
        421: 'It is for a host that this server is not known as.',
        422: 'Another field, an image that cannot be used, or an unknown option.',
        503: 'The queue is full: try again after `Retry-After` seconds.',
    }.items()
}


def add_routes(app: FastAPI) -> None:
    """Declare all addresses; what is declared or mounted later cannot hide them.

    Args:
        app: Its ``state`` has what :func:`.app.create_app` says.
    """
    _add_prediction(app)
    _add_information(app)

    @app.api_route('/v1/{rest:path}', methods=EVERY_METHOD, include_in_schema=False)
    async def nothing() -> None:
        """Otherwise a page at ``/`` would answer for these."""
        raise HTTPException(404)


def _add_prediction(app: FastAPI) -> None:
    service, worker, options = app.state.service, app.state.worker, app.state.options
    least = service.predictor.score_thr
    content = {kind.partition(';')[0]: {} for kind in MEDIA_TYPES.values()}
    content[MEDIA_TYPES['json']] = dict(schema=answer_schema(service.predictor))
    said = 'What the network says, in the format that was asked for.'

    @app.post(
        '/v1/predict',
        tags=['predict'],
        responses={200: dict(description=said, content=content), **PROBLEMS},
        openapi_extra=dict(requestBody=OPENAPI_BODY),
        response_class=Response,
    )
    async def predict(
        request: Request,
        format: Annotated[Format, Query(description='Of the answer.')] = 'json',
        masks: Annotated[MaskForm, Query(description='Masks of objects in JSON.')] = 'rle',
        style: Annotated[
            Style,
            Query(
                description='How format=overlay draws masks and maps. The picture is enlarged to '
                '1000 pixels on its longer side if it has fewer, so that what is written on it can '
                'be read; all else is in pixels of the image that was sent.'
            ),
        ] = 'fill',
        score_thr: float = Query(
            options.score_thr, ge=least, le=1, description='Leave out objects with a lower score.'
        ),
    ) -> Response:
        """Predict one image or several."""
        with worker.slot():
            images = await read_images(request, options)
            if format == 'overlay' and len(images) > 1:
                raise ProblemError(422, 'format=overlay is a picture of one image: send one')
            job = worker.submit(service.answer, images, format, masks, score_thr, style)
            content = await _result(job, request)
        return Response(content, media_type=MEDIA_TYPES[format])


async def _result(job: Future[bytes], request: Request) -> bytes:
    """What a job returns; it is dropped if its turn has not come when the client goes away."""
    waiting = asyncio.wrap_future(job)
    while not waiting.done():
        await asyncio.wait({waiting}, timeout=1)
        if not waiting.done() and await request.is_disconnected():
            waiting.cancel()
            raise ProblemError(CLIENT_GONE, 'the client went away')
    return await waiting


def _add_information(app: FastAPI) -> None:
    tasks = [describe_task(task) for task in app.state.predictor.tasks.values()]
    model = describe_model(app.state.predictor, app.state.options)

    @app.get('/v1/tasks', tags=['about'])
    async def list_tasks() -> list[TaskInfo]:
        """What the network is asked about every object, or about the whole image."""
        return tasks

    @app.get('/v1/model', tags=['about'])
    async def show_model() -> ModelInfo:
        """Which network answers, and the limits of the server."""
        return model

    @app.get('/healthz', tags=['about'])
    async def show_health() -> Health:
        """Answers at once, also while the network works."""
        return Health(status='ok')

    @app.get('/metrics', tags=['about'], response_class=Response)
    async def show_metrics() -> Response:
        """For Prometheus."""
        return Response(generate_latest(app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
