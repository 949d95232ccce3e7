"""What the page does with an image, without the widgets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from projects.smn.tasks import image_row_columns, row_columns, to_image_row, to_rows

from .answers import Answerer
from .decode import decode_image, open_image
from .options import ServingOptions
from .page_results import RecentResults, Result
from .problems import ProblemError
from .worker import QueueFullError, Worker

FORGOTTEN = 'this result is no longer kept: upload the image again'


@dataclass(frozen=True)
class View:
    """What the page shows of one image.

    Args:
        picture: RGB, (H, W, 3), uint8.
        objects: A row per object, with the columns of :attr:`PageAnswers.object_columns`.
        image: Rows of a question about the whole image and its answer.
    """

    picture: np.ndarray
    objects: list[list[Any]]
    image: list[list[Any]]


class PageAnswers:
    """Answers for the page: one pass of the network per image, any number of views of it.

    Args:
        answerer: Decodes and predicts.
        worker: Where the network runs, shared with the API.
        options: The limits of the API hold here too.
    """

    def __init__(self, answerer: Answerer, worker: Worker, options: ServingOptions) -> None:
        self.answerer = answerer
        self.worker = worker
        self.options = options
        self.exporter = answerer.exporter
        self.tasks = self.exporter.tasks
        self.results = RecentResults(self.tasks)
        self.object_columns = row_columns(self.tasks)[1:]

    def predict(self, content: bytes) -> str:
        """Predict an image that was uploaded, and give a key for its result.

        Raises:
            ProblemError: If it is refused, or the server has no time for it.
        """
        try:
            return self.worker.run(self._predict, content)
        except QueueFullError as error:
            seconds = error.retry_after
            raise ProblemError(503, f'the server is busy: try again in {seconds} s') from None

    def result(self, key: str, score_thr: float) -> Result:
        """A result that is kept, without objects of a lower score.

        Raises:
            ProblemError: If it is not kept any more.
        """
        try:
            return self.results.get(key, score_thr)
        except KeyError:
            raise ProblemError(404, FORGOTTEN) from None

    def view(self, key: str, score_thr: float, tasks: Collection[str]) -> View:
        """A result as the page shows it, with some of the tasks drawn.

        Raises:
            ProblemError: If it is not kept any more.
        """
        result = self.result(key, score_thr)
        found = result.prediction.objects
        rows = to_rows(found, self.exporter.classes, self.tasks, {}) if found is not None else ()
        return View(
            picture=self.exporter.draw(result.image, result.prediction, tasks),
            objects=[[row.get(column) for column in self.object_columns] for row in rows],
            image=self._about_image(result),
        )

    def _predict(self, content: bytes) -> str:
        picture = decode_image(open_image(content, self.options.max_pixels))
        prediction = self.answerer.predict(picture)
        return self.results.add(np.ascontiguousarray(picture[..., ::-1]), prediction)

    def _about_image(self, result: Result) -> list[list[Any]]:
        """Its size, the share that masks cover (their union), and the answers about all of it."""
        height, width = result.prediction.size
        rows = [['size (px)', f'{width} x {height}']]
        for task, share in self.exporter.masked(result.prediction).items():
            rows.append([f'{task}, share of the image (%)', round(100 * share, 2)])
        answers = to_image_row(result.prediction.whole, self.tasks, {})
        columns = image_row_columns(self.tasks)[1:]
        return rows + [[column, answers[column]] for column in columns if column in answers]
