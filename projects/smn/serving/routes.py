"""The addresses of the API."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request, Response

from .about import describe_model, describe_task
from .answer_schema import answer_schema
from .metrics import CONTENT_TYPE, Metrics
from .options import ServingOptions
from .problems import CLIENT_GONE, MEDIA_TYPE, ProblemError
from .schemas import Health, ModelInfo, Problem, TaskInfo
from .service import MEDIA_TYPES, AnswerOptions, Format, MaskForm, PredictionService
from .uploads import OPENAPI_BODY, read_images
from .worker import Worker

EVERY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: dict(
        description=description, content={MEDIA_TYPE: dict(schema=Problem.model_json_schema())}
    )
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


def add_routes(
    app: FastAPI,
    service: PredictionService,
    worker: Worker,
    metrics: Metrics,
    options: ServingOptions,
) -> None:
    """Declare all addresses; what is declared or mounted later cannot hide them."""
    app.include_router(_predicting(service, worker, options))
    app.include_router(_telling(service, metrics, options))

    @app.api_route('/v1/{rest:path}', methods=EVERY_METHOD, include_in_schema=False)
    async def nothing() -> None:
        """Otherwise a page at ``/`` would answer for these."""
        raise HTTPException(404)


def _predicting(service: PredictionService, worker: Worker, options: ServingOptions) -> APIRouter:
    router = APIRouter(tags=['predict'])
    least = service.predictor.score_thr
    content = {kind.partition(';')[0]: {} for kind in MEDIA_TYPES.values()}
    content[MEDIA_TYPES[Format.JSON]] = dict(schema=answer_schema(service.predictor))
    described = dict(
        description='What the network says, in the format that was asked for.', content=content
    )

    @router.post(
        '/v1/predict',
        responses={200: described, **PROBLEMS},
        openapi_extra=dict(requestBody=OPENAPI_BODY),
        response_class=Response,
    )
    async def predict(
        request: Request,
        format: Format = Query(Format.JSON, description='Of the answer.'),  # noqa: B008
        masks: MaskForm = Query(MaskForm.RLE, description='Masks of objects in JSON.'),  # noqa: B008
        score_thr: float = Query(
            options.score_thr, ge=least, le=1, description='Leave out objects with a lower score.'
        ),
    ) -> Response:
        """Predict one image or several."""
        with worker.slot():
            images = await read_images(request, options)
            if format == Format.OVERLAY and len(images) > 1:
                raise ProblemError(422, 'format=overlay is a picture of one image: send one')
            job = worker.submit(service.answer, images, AnswerOptions(format, masks, score_thr))
            content = await _result(job, request)
        return Response(content, media_type=MEDIA_TYPES[format])

    return router


async def _result(job: Future[bytes], request: Request) -> bytes:
    """What a job returns; it is dropped if its turn has not come when the client goes away."""
    waiting = asyncio.wrap_future(job)
    while not waiting.done():
        await asyncio.wait({waiting}, timeout=1)
        if not waiting.done() and await request.is_disconnected():
            waiting.cancel()
            raise ProblemError(CLIENT_GONE, 'the client went away')
    return await waiting


def _telling(service: PredictionService, metrics: Metrics, options: ServingOptions) -> APIRouter:
    router = APIRouter(tags=['about'])
    predictor = service.predictor
    tasks = [describe_task(task) for task in predictor.tasks.values()]
    model = describe_model(predictor, options)

    @router.get('/v1/tasks')
    async def list_tasks() -> list[TaskInfo]:
        """What the network is asked about every object, or about the whole image."""
        return tasks

    @router.get('/v1/model')
    async def show_model() -> ModelInfo:
        """Which network answers, and the limits of the server."""
        return model

    @router.get('/healthz')
    async def show_health() -> Health:
        """Answers at once, also while the network works."""
        return Health(status='ok')

    @router.get('/metrics', response_class=Response)
    async def show_metrics() -> Response:
        """For Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return router
