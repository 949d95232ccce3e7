"""From opened images to the bytes of an answer; all of it runs in the worker's thread."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from PIL import Image

from projects.smn.engine import Prediction, Predictor
from projects.smn.engine.tables import to_csv

from .decode import decode_image
from .mask_zip import mask_zip
from .metrics import Metrics
from .problems import ProblemError
from .uploads import image_error


class Format(str, Enum):
    """What a client can ask for."""

    JSON = 'json'
    CSV = 'csv'
    MASKS = 'masks'
    OVERLAY = 'overlay'


class MaskForm(str, Enum):
    """How masks are written in JSON."""

    RLE = 'rle'
    POLYGONS = 'polygons'


MEDIA_TYPES = {
    Format.JSON: 'application/json',
    Format.CSV: 'text/csv; charset=utf-8',
    Format.MASKS: 'application/zip',
    Format.OVERLAY: 'image/png',
}


@dataclass(frozen=True)
class AnswerOptions:
    """How a client wants the answers.

    Attributes:
        format: Of the answer.
        masks: How JSON has masks.
        score_thr: Objects with a lower score are left out.
    """

    format: Format
    masks: MaskForm
    score_thr: float


class PredictionService:
    """Decodes, predicts and writes; not for several threads at a time.

    Args:
        predictor: A trained network.
        metrics: Where to count the images.
    """

    def __init__(self, predictor: Predictor, metrics: Metrics | None = None) -> None:
        self.predictor = predictor
        self.metrics = metrics

    def answer(self, images: Sequence[Image.Image], options: AnswerOptions) -> bytes:
        """The body of an answer.

        Raises:
            ProblemError: If an image is damaged.
        """
        if options.format == Format.OVERLAY:
            (prediction,) = self._predictions(images, options.score_thr)
            picture = np.asarray(prediction.draw())
            return cv2.imencode('.png', picture[..., ::-1])[1].tobytes()
        # Lazily: one image at a time is in memory.
        predictions = self._predictions(images, options.score_thr)
        if options.format == Format.CSV:
            return to_csv(predictions, self.predictor.tasks).encode()
        if options.format == Format.MASKS:
            return mask_zip(predictions)
        content = dict(images=[p.to_dict(options.masks.value) for p in predictions])
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()

    def predict(self, picture: np.ndarray) -> Prediction:
        """What the network says about a BGR image (H, W, 3), uint8."""
        prediction = self.predictor(picture)
        if self.metrics is not None:
            self.metrics.images.inc()
        return prediction

    def _predictions(self, images: Sequence[Image.Image], score_thr: float) -> Iterator[Prediction]:
        for index, image in enumerate(images):
            try:
                picture = decode_image(image)
            except ProblemError as error:
                raise image_error(error, index, len(images)) from None
            yield self.predict(picture).at_least(score_thr)
