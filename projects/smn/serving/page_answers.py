"""What the page does with an image, without the widgets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from projects.smn.engine import Prediction
from projects.smn.tasks import row_columns

from .decode import decode_image, open_image
from .options import ServingOptions
from .page_results import RecentResults
from .problems import ProblemError
from .service import PredictionService
from .worker import Worker

FORGOTTEN = 'this result is no longer kept: upload the image again'


@dataclass(frozen=True)
class View:
    """What the page shows of one image.

    Args:
        picture: RGB, (H, W, 3), uint8.
        objects: A row per object, with the columns of :attr:`PageAnswers.object_columns`.
        image: Rows of a question about the whole image and its answer; its size is the first.
    """

    picture: np.ndarray
    objects: list[list[Any]]
    image: list[list[Any]]


class PageAnswers:
    """Answers for the page: one pass of the network per image, any number of views of it.

    Args:
        service: Decodes and predicts.
        worker: Where the network runs, shared with the API.
        options: The limits of the API hold here too.
    """

    def __init__(self, service: PredictionService, worker: Worker, options: ServingOptions) -> None:
        self.service = service
        self.worker = worker
        self.options = options
        self.tasks = service.predictor.tasks
        self.results = RecentResults()
        self.object_columns = row_columns(self.tasks)[1:]

    def predict(self, content: bytes) -> str:
        """Predict an image that was uploaded, and give a key for its result.

        Raises:
            ProblemError: If it is refused, or the server has no time for it.
        """
        return self.worker.run(self._predict, content)

    def result(self, key: str, score_thr: float) -> Prediction:
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
        prediction = self.result(key, score_thr)
        columns = self.object_columns
        height, width = prediction.size
        image = [['size (px)', f'{width} x {height}']]
        for task, share in prediction.masked().items():  # of the union of its masks
            image.append([f'{task}, share of the image (%)', round(100 * share, 2)])
        return View(
            picture=np.asarray(prediction.draw(tasks)),
            objects=[[row.get(column) for column in columns] for row in prediction.rows()],
            image=image + [list(answer) for answer in prediction.image_row().items()],
        )

    def _predict(self, content: bytes) -> str:
        picture = decode_image(open_image(content, self.options.max_pixels))
        return self.results.add(self.service.predict(picture))
