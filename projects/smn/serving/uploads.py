"""Images out of a multipart request, read within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect

from projects.smn.errors import listing

from .decode import Upload, open_image
from .options import ServingOptions
from .problems import CLIENT_GONE, ProblemError

FIELD = 'image'
HOW = f"send multipart/form-data with the image in the field '{FIELD}'"
# For the documentation: the body is read by hand, after a place in the queue is found for it.
FILES = dict(type='array', items=dict(type='string', format='binary'))
FORM = dict(type='object', required=[FIELD], properties={FIELD: FILES})
OPENAPI_BODY = dict(required=True, content={'multipart/form-data': dict(schema=FORM)})


async def read_images(request: Request, options: ServingOptions) -> list[Upload]:
    """The images of a request, in its order; opened and judged by their headers, not decoded.

    Raises:
        ProblemError: If the body is of another form, or an image is refused.
    """
    content_type = request.headers.get('content-type', '')
    if not content_type.lower().startswith('multipart/form-data'):
        raise ProblemError(415, HOW)
    try:
        form = await request.form()
    except ClientDisconnect:
        raise ProblemError(CLIENT_GONE, 'the client went away') from None
    try:
        contents = [await file.read() for file in _files(form, options.max_images)]
    finally:
        await form.close()
    opened = of_each(contents, lambda content: open_image(content, options.max_pixels))
    return await run_in_threadpool(list, opened)


def of_each(images: Sequence[Any], function: Callable[[Any], Any]) -> Iterator[Any]:
    """What a function makes of each image, lazily.

    Raises:
        ProblemError: That of the function, with the image's position if there are several.
    """
    for index, image in enumerate(images):
        try:
            yield function(image)
        except ProblemError as error:
            where = f'image {index + 1} of {len(images)}: ' if len(images) > 1 else ''
            raise ProblemError(error.status, f'{where}{error.detail}') from None


def _files(form: FormData, most: int) -> list[UploadFile]:
    others = sorted({name[:40] for name in form if name != FIELD})
    if others:
        raise ProblemError(422, f'there is no field {listing(others, 3)}: {HOW}')
    files = form.getlist(FIELD)
    if not files:
        raise ProblemError(422, f'the request has no field: {HOW}')
    if not all(isinstance(file, UploadFile) for file in files):
        raise ProblemError(422, f"the field '{FIELD}' holds text, not a file")
    if len(files) > most:
        raise ProblemError(413, f'{len(files)} images are too many: at most {most} at a time')
    return files
