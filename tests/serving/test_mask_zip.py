"""Every mask as a picture of its own."""

from __future__ import annotations

import io
import zipfile

import cv2
import numpy as np
from canned import canned_prediction, ground, masks

from projects.smn.serving.mask_zip import mask_zip


def _files(data: bytes) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_UNCHANGED)
            for name in archive.namelist()
        }


def test_the_archive_has_a_file_for_each_mask_that_an_object_has():
    files = _files(mask_zip([canned_prediction(), canned_prediction(count=0)]))
    assert files.keys() == {
        'image000_object000_mask.png',
        'image000_object001_mask.png',
        'image000_object000_core.png',  # the card has none
        'image000_ground.png',
        'image001_ground.png',
    }
    second = files['image000_object001_mask.png']
    np.testing.assert_array_equal(second, masks()[1] * np.uint8(255))
    np.testing.assert_array_equal(files['image001_ground.png'], ground())


def test_equal_predictions_give_equal_archives():
    assert mask_zip([canned_prediction()]) == mask_zip([canned_prediction()])
