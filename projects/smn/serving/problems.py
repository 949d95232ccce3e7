"""The one form of every error: problem details of RFC 9457, with one sentence in ``detail``."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

MEDIA_TYPE = 'application/problem+json'
CLIENT_GONE = 499  # not in the standard, but in the logs of many servers; nobody receives it


class Problem(BaseModel):
    """An error: problem details of RFC 9457."""

    title: str
    status: int
    detail: str = Field(description='One sentence.')


class ProblemError(Exception):
    """A request that is not answered.

    Args:
        status: The HTTP status.
        detail: One sentence that says what is wrong, and what would be right.
        headers: Of the answer.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


def problem_response(
    status: int, detail: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """``{"title": ..., "status": ..., "detail": ...}``."""
    known = status in HTTPStatus.__members__.values()
    title = HTTPStatus(status).phrase if known else 'Client Closed Request'
    problem = Problem(title=title, status=status, detail=detail)
    return JSONResponse(problem.model_dump(), status, headers, media_type=MEDIA_TYPE)


def add_problem_handlers(app: FastAPI) -> None:
    """Give every error of an app the one form."""

    @app.exception_handler(ProblemError)
    async def _problem(_: Request, error: ProblemError) -> JSONResponse:
        return problem_response(error.status, error.detail, error.headers)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        detail = str(error.detail)
        if error.status_code in (404, 405):
            where = f'{request.method} {request.url.path[:100]}'
            detail = f'there is no {where}: /docs lists what there is'
        return problem_response(error.status_code, detail, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = '.'.join(map(str, first['loc'][1:])) or first['loc'][0]
        return problem_response(422, f'{where}: {first["msg"]}')
