"""From opened images to the bytes of an answer; all of it runs in the worker's thread."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from PIL import Image

from projects.smn.engine import Predictor

from .decode import decode_image
from .exports import Exporter, Prediction
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
class Wish:
    """What a client wants of its images.

    Attributes:
        format: Of the answer.
        masks: How JSON has masks.
        score_thr: Objects with a lower score are left out.
    """

    format: Format
    masks: MaskForm
    score_thr: float


class Answerer:
    """Decodes, predicts and writes; not for several threads at a time.

    Args:
        predictor: A trained network.
        metrics: Where to count the images.
    """

    def __init__(self, predictor: Predictor, metrics: Metrics | None = None) -> None:
        self.predictor = predictor
        self.metrics = metrics
        self.exporter = Exporter(predictor.dataset_meta)

    def answer(self, images: Sequence[Image.Image], wish: Wish) -> bytes:
        """The body of an answer.

        Raises:
            ProblemError: If an image is damaged.
        """
        if wish.format == Format.OVERLAY:
            picture = decode_image(images[0])
            return self._overlay(picture, self.predict(picture).at_least(wish.score_thr))
        # Lazily: the masks of one image at a time are in memory.
        predictions = self._predictions(images, wish.score_thr)
        if wish.format == Format.CSV:
            return self.exporter.to_csv(predictions).encode()
        if wish.format == Format.MASKS:
            return self.exporter.to_mask_zip(predictions)
        content = dict(images=[self.exporter.to_dict(p, wish.masks.value) for p in predictions])
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()

    def predict(self, picture: np.ndarray) -> Prediction:
        """What the network says about a BGR image (H, W, 3), uint8."""
        (sample,) = self.predictor([picture])
        if self.metrics is not None:
            self.metrics.images.inc()
        return Prediction.of(sample)

    def _predictions(self, images: Sequence[Image.Image], score_thr: float) -> Iterator[Prediction]:
        for index, image in enumerate(images):
            try:
                picture = decode_image(image)
            except ProblemError as error:
                raise image_error(error, index, len(images)) from None
            yield self.predict(picture).at_least(score_thr)

    def _overlay(self, picture: np.ndarray, prediction: Prediction) -> bytes:
        drawn = self.exporter.draw(np.ascontiguousarray(picture[..., ::-1]), prediction)
        return cv2.imencode('.png', drawn[..., ::-1])[1].tobytes()
