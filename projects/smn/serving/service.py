"""From opened images to the bytes of an answer; all of it runs in the worker's thread."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import cv2
import numpy as np

from projects.smn.engine import Prediction, Predictor
from projects.smn.engine.tables import to_csv

from .decode import Upload, decode_image
from .mask_zip import mask_zip
from .observe import Metrics
from .uploads import of_each

# What a client can ask for, and how it has the masks if that is JSON.
Format = Literal['json', 'csv', 'masks', 'overlay']
MaskForm = Literal['rle', 'polygons']
Style = Literal['fill', 'outline', 'none']
MEDIA_TYPES: dict[Format, str] = {
    'json': 'application/json',
    'csv': 'text/csv; charset=utf-8',
    'masks': 'application/zip',
    'overlay': 'image/png',
}


class PredictionService:
    """Decodes, predicts and writes; not for several threads at a time.

    Args:
        predictor: A trained network.
        metrics: Where to count the images.
    """

    def __init__(self, predictor: Predictor, metrics: Metrics | None = None) -> None:
        self.predictor = predictor
        self.metrics = metrics

    def answer(
        self,
        images: Sequence[Upload],
        format: Format,
        masks: MaskForm,
        score_thr: float,
        style: Style = 'fill',
    ) -> bytes:
        """The body of an answer, without objects of a lower score.

        Raises:
            ProblemError: If an image is damaged.
        """
        return self.write(self._predictions(images, score_thr), format, masks, style)

    def write(
        self,
        predictions: Iterable[Prediction],
        format: Format,
        masks: MaskForm = 'rle',
        style: Style = 'fill',
    ) -> bytes:
        """Predictions, which may come one at a time, in a format. An overlay is of one alone."""
        if format == 'overlay':
            (prediction,) = predictions
            drawn = np.asarray(prediction.draw(style=style))
            return cv2.imencode('.png', drawn[..., ::-1])[1].tobytes()
        if format == 'csv':
            return to_csv(predictions, self.predictor.tasks).encode()
        if format == 'masks':
            return mask_zip(predictions)
        content = dict(images=[prediction.to_dict(masks) for prediction in predictions])
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()

    def predict(self, picture: np.ndarray) -> Prediction:
        """What the network says about a BGR image (H, W, 3), uint8."""
        prediction = self.predictor(picture)
        if self.metrics is not None:
            self.metrics.images.inc()
        return prediction

    def _predictions(self, images: Sequence[Upload], score_thr: float) -> Iterator[Prediction]:
        for picture in of_each(images, decode_image):  # one at a time is in memory
            yield self.predict(picture).at_least(score_thr)
