"""JPEGs that have their end, and not all that belongs before it."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from projects.smn.reading import ImageError, decode_image, jpegs

END = b'\xff\xd9'


def encoded(image, **options):
    file = BytesIO()
    image.save(file, 'JPEG', **options)
    return file.getvalue()


def patches():
    values = np.random.default_rng(0).integers(0, 256, (15, 20, 3), np.uint8)
    return Image.fromarray(values).resize((200, 150), Image.Resampling.BICUBIC)


@pytest.mark.parametrize('behind', [b'', b'\0' * 99, encoded(patches())], ids=len)
@pytest.mark.parametrize('share', [0.3, 0.6, 0.95])
@pytest.mark.parametrize(
    'options', [{}, dict(subsampling=0), dict(optimize=True), dict(restart_marker_rows=1)], ids=str
)
@pytest.mark.parametrize('mode', ['RGB', 'L'])
def test_a_cut_that_was_closed_again_is_refused(mode, options, share, behind):
    content = encoded(patches().convert(mode), **options)
    with pytest.raises(ImageError, match='damaged or cut off') as error:
        decode_image(content[: int(share * len(content))] + END + behind)
    assert error.value.fault == 'damaged'


@pytest.mark.parametrize('options', [{}, dict(progressive=True), dict(optimize=True)], ids=str)
@pytest.mark.parametrize('behind', [b'', encoded(patches())], ids=len)
def test_a_picture_that_is_grey_is_none(options, behind):
    grey = patches()
    grey.paste((128, 128, 128), (100, 75, 200, 150))
    for image in (grey, Image.new('RGB', (50, 40), (128, 128, 128))):
        content = encoded(image, **options) + behind
        assert (decode_image(content)[-1, -1] == 128).all()


def test_ordinary_pictures_are_decoded_once(monkeypatch):
    content, calls = encoded(patches()), []
    real = jpegs.decoded
    monkeypatch.setattr(jpegs, 'decoded', lambda content: calls.append(1) or real(content))
    decode_image(content)
    assert len(calls) == 1
