"""The web page, in the same app as the API."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI, Response

from .page_answers import PageAnswers
from .page_blocks import DOWNLOADS, PageBlocks
from .page_examples import example_images
from .page_files import PageFiles
from .page_gate import PageGate
from .page_uploads import keep_clean, own_folder
from .problems import ProblemError, add_problem_handlers
from .service import MEDIA_TYPES

# Fonts that every system has, so that none is fetched.
THEME = gr.themes.Default(font=['system-ui', 'sans-serif'], font_mono=['monospace'])


def mount_page(app: FastAPI) -> PageAnswers:
    """Put the page at ``/``. Call it last: routes that are declared later are not reached.

    Args:
        app: Of :func:`projects.smn.serving.app.create_app`.

    Returns:
        What answers the page.
    """
    state = app.state
    folder = own_folder()  # before Gradio asks for it
    keep_clean(app, folder)
    answers = PageAnswers(state.service, state.worker, state.options)
    _add_downloads(app, answers)
    page = PageBlocks(answers, example_images(state.predictor.cfg)).build()
    gr.mount_gradio_app(
        app,
        page,
        path='/',
        theme=THEME,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=state.options.max_bytes,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
    )
    page.has_launched = True  # as launch() does: else Gradio asks of no path whether it may be read
    mount = app.routes[-1]
    add_problem_handlers(mount.app)
    app.state.hang_up = mount.app.stop_event.set  # see PageServer
    sessions = page._queue.pending_messages_per_session
    mount.app = PageGate(mount.app, PageFiles(folder), events=page.fns, sessions=sessions)
    return answers


def _add_downloads(app: FastAPI, answers: PageAnswers) -> None:
    """What the page's buttons link to; made when asked for, so that no file is left behind."""

    @app.get('/page/{key}/{name}', include_in_schema=False)
    def download(key: str, name: str, score_thr: float = 0) -> Response:
        if name not in DOWNLOADS:
            raise ProblemError(404, f'there are only {", ".join(DOWNLOADS)}')
        format, _ = DOWNLOADS[name]
        # Masks take memory once they are decoded: one download at a time, within the queue.
        content = answers.worker.run(
            lambda: answers.service.write([answers.result(key, score_thr)], format)
        )
        headers = {'Content-Disposition': f'attachment; filename="{name}"'}
        return Response(content, media_type=MEDIA_TYPES[format], headers=headers)
