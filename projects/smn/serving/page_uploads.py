"""The temporary folder of the page, which is kept clean."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI

VARIABLE = 'GRADIO_TEMP_DIR'
# In seconds. An upload takes minutes at most.
EVERY, AGE = 600, 3600


def own_folder() -> Path:
    """The folder that ``GRADIO_TEMP_DIR`` names; without it, a new one, until the process ends.

    Gradio's default is one folder for all apps and all users of a machine.
    """
    if VARIABLE not in os.environ:
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix='smn-page-')
        atexit.register(shutil.rmtree, os.environ[VARIABLE], ignore_errors=True)
    # Gradio writes it one way here, another there: see PageFiles.
    os.environ[VARIABLE] = os.path.realpath(os.environ[VARIABLE])
    return Path(os.environ[VARIABLE])


def keep_clean(app: FastAPI, folder: Path) -> None:
    """Sweep a folder for as long as an app runs."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator:
        sweeping = asyncio.create_task(_sweep_always(folder))
        try:
            async with inner(running) as state:
                yield state
        finally:
            sweeping.cancel()

    app.router.lifespan_context = lifespan


def sweep(folder: Path, age: float = AGE) -> None:
    """Remove what is left of uploads that broke off, if nothing was added for so many seconds.

    Gradio forgets these files. They lie in the folder itself; what is whole has one of its own.
    """
    for path in folder.glob('tmp*'):
        with suppress(OSError):  # an upload that has ended just now, or is not ours
            if path.is_file() and path.stat().st_mtime < time.time() - age:
                path.unlink()


async def _sweep_always(folder: Path) -> None:
    while True:
        await asyncio.to_thread(sweep, folder)
        await asyncio.sleep(EVERY)
