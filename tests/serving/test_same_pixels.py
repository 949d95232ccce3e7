"""The server, a training, prediction and the converters see one picture."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from projects.smn.convert.decoded import image_size
from projects.smn.datasets import LoadImageFromFile
from projects.smn.engine.images import read_image
from projects.smn.serving.decode import decode_image, open_image


def scene() -> Image.Image:
    values = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
    return Image.fromarray(values).resize((96, 64), Image.Resampling.NEAREST)


def clear() -> Image.Image:
    image = scene().convert('RGBA')
    image.putalpha(Image.linear_gradient('L').resize(image.size))
    return image


def exif(orientation: int) -> Image.Exif:
    block = Image.Exif()
    block[0x0112] = orientation
    return block


FILES = {
    'JPEG': (scene(), dict(format='JPEG')),
    'progressive': (scene(), dict(format='JPEG', progressive=True)),
    'grey JPEG': (scene().convert('L'), dict(format='JPEG')),
    'CMYK': (scene().convert('CMYK'), dict(format='JPEG')),
    'turned': (scene(), dict(format='JPEG', exif=exif(6))),
    'mirrored PNG': (scene(), dict(format='PNG', exif=exif(5))),
    'transparent': (clear(), dict(format='PNG')),
    'palette': (scene().quantize(16), dict(format='PNG', transparency=3)),
    '16 bits': (Image.fromarray(np.arange(6144, dtype=np.uint16).reshape(64, 96) * 9), dict()),
    'one bit': (scene().convert('1'), dict(format='TIFF')),
    'GIF': (scene(), dict(format='GIF')),
    'WebP': (clear(), dict(format='WEBP', lossless=True)),
    'HEIC': (scene(), dict(format='HEIF')),
    'AVIF': (scene(), dict(format='AVIF')),
    'two pictures': (scene(), dict(format='MPO', save_all=True, append_images=[scene()])),
}


@pytest.mark.parametrize('name', FILES)
def test_every_reader_sees_the_same(tmp_path, name):
    image, options = FILES[name]
    file = BytesIO()
    image.save(file, **{'format': 'PNG', **options})
    path = tmp_path / 'a.bin'
    path.write_bytes(file.getvalue())
    served = decode_image(open_image(file.getvalue(), 10**6))
    np.testing.assert_array_equal(served, read_image(path))
    np.testing.assert_array_equal(served, LoadImageFromFile()(dict(img_path=path))['img'])
    with Image.open(path) as opened:
        # OpenCV decodes ordinary JPEGs, Pillow what it is given; they round otherwise.
        assert np.abs(served.astype(int) - read_image(opened)).max() <= 2
    assert image_size(path)[:2] == served.shape[1::-1]
