"""The widgets of the page, and what happens when one is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from .page_answers import PageAnswers
from .problems import ProblemError
from .service import Format

# By the name of the file: its format in the API, and its button.
DOWNLOADS: dict[str, tuple[Format, str]] = {
    'masks.zip': ('masks', 'Masks (PNG)'),
    'objects.json': ('json', 'JSON'),
    'objects.csv': ('csv', 'CSV'),
}
# Pictures and uploads lie in Gradio's temporary folder: look every 10 minutes, keep for an hour.
CLEANING = (600, 3600)


class PageBlocks:
    """Builds the page.

    Args:
        answers: What it shows.
        examples: Images to try.
    """

    def __init__(self, answers: PageAnswers, examples: list[Path]) -> None:
        self.answers = answers
        self.examples = examples
        self.contents = [path.read_bytes() for path in examples]

    def build(self) -> gr.Blocks:
        """The page, ready to be mounted."""
        name = self.answers.options.name
        with gr.Blocks(title=name, analytics_enabled=False, delete_cache=CLEANING) as page:
            gr.Markdown(f'# {name}\nDrop an image: one pass of one network answers all questions.')
            with gr.Row():
                with gr.Column(scale=1, min_width=280):
                    self._inputs()
                with gr.Column(scale=3):
                    self._outputs()
            self._connect()
        return page

    def _inputs(self) -> None:
        names = list(self.answers.tasks)
        self.key = gr.State(None)
        # As bytes: for paths, Gradio leaves an empty temporary file of every upload behind.
        self.upload = gr.File(
            type='binary', label='Image', file_types=['image'], height=140, elem_id='upload'
        )
        self.samples = gr.Dataset(
            label='Examples',
            components=[gr.Image(visible=False)],
            samples=[[str(path)] for path in self.examples],
            type='index',
            visible=bool(self.examples),
            elem_id='examples',
        )
        start = self.answers.options.score_thr
        # From 0, below what the predictor keeps: who types 0.5 types 0 first, which is no error.
        self.threshold = gr.Slider(
            0, 1, start, step=0.01, label='Lowest score', elem_id='threshold'
        )
        self.drawn = gr.CheckboxGroup(names, value=names, label='Draw', elem_id='drawn')
        with gr.Row():
            look = dict(interactive=False, size='sm', min_width=80)
            self.downloads = [
                gr.Button(label, elem_id=file.replace('.', '-'), **look)
                for file, (_, label) in DOWNLOADS.items()
            ]

    def _outputs(self) -> None:
        self.message = gr.Markdown(elem_id='message')
        self.picture = gr.Image(
            label='Answers',
            format='jpeg',
            height=520,
            interactive=False,
            buttons=['download', 'fullscreen'],
            elem_id='picture',
        )
        table = dict(interactive=False, buttons=[])
        columns = self.answers.object_columns
        self.objects = gr.Dataframe(headers=columns, label='Objects', elem_id='objects', **table)
        self.image = gr.Dataframe(headers=['whole image', 'answer'], elem_id='image', **table)

    def _connect(self) -> None:
        view = [self.message, self.picture, self.objects, self.image, *self.downloads]
        settings = [self.threshold, self.drawn]
        options = dict(api_visibility='private', show_progress_on=[self.picture])
        self.upload.upload(self._on_upload, [self.upload, *settings], [self.key, *view], **options)
        self.samples.click(
            self._on_example, [self.samples, *settings], [self.key, *view, self.upload], **options
        )
        self.upload.clear(lambda: [None, *_empty()], None, [self.key, *view], **options)
        gr.on(
            [self.threshold.change, self.drawn.change],
            self._on_settings,
            [self.key, *settings],
            view,
            trigger_mode='always_last',
            **options,
        )

    def _on_example(self, index: int, score_thr: float, tasks: list[str]) -> list[Any]:
        return [*self._on_upload(self.contents[index], score_thr, tasks), None]

    def _on_upload(self, content: bytes, score_thr: float, tasks: list[str]) -> list[Any]:
        try:
            key = self.answers.predict(content)
        except ProblemError as error:
            return [None, *_empty(error)]
        return [key, *self._on_settings(key, score_thr, tasks)]

    def _on_settings(self, key: str | None, score_thr: float, tasks: list[str]) -> list[Any]:
        if key is None:
            return [gr.skip()] * (4 + len(DOWNLOADS))
        try:
            view = self.answers.view(key, score_thr, tasks)
        except ProblemError as error:
            return _empty(error)
        links = [f'page/{key}/{file}?score_thr={score_thr}' for file in DOWNLOADS]
        buttons = [gr.Button(link=link, interactive=True) for link in links]
        return ['', view.picture, view.objects, view.image, *buttons]


def _empty(error: ProblemError | None = None) -> list[Any]:
    message = '' if error is None else f'**This did not work:** {error.detail}.'
    buttons = [gr.Button(link=None, interactive=False) for _ in DOWNLOADS]
    return [message, None, None, None, *buttons]
