"""Images out of a multipart request, read within limits."""

from __future__ import annotations

from fastapi import Request
from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect

from projects.smn.errors import listing

from .decode import open_image
from .options import ServingOptions
from .problems import CLIENT_GONE, ProblemError

FIELD = 'image'
HOW = f"send multipart/form-data with the image in the field '{FIELD}'"
# For the documentation: the body is read by hand, after a place in the queue is found for it.
OPENAPI_BODY = dict(
    required=True,
    content={
        'multipart/form-data': dict(
            schema=dict(
                type='object',
                required=[FIELD],
                properties={FIELD: dict(type='array', items=dict(type='string', format='binary'))},
            )
        )
    },
)


async def read_images(request: Request, options: ServingOptions) -> list[Image.Image]:
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
    return await run_in_threadpool(_open_all, contents, options.max_pixels)


def image_error(error: ProblemError, index: int, number: int) -> ProblemError:
    """The same error, with the image's position if there are several."""
    where = f'image {index + 1} of {number}: ' if number > 1 else ''
    return ProblemError(error.status, f'{where}{error.detail}', error.headers)


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


def _open_all(contents: list[bytes], max_pixels: int) -> list[Image.Image]:
    images = []
    for index, content in enumerate(contents):
        try:
            images.append(open_image(content, max_pixels))
        except ProblemError as error:
            raise image_error(error, index, len(contents)) from None
    return images
