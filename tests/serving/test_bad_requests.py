"""Whatever a client sends, it gets one sentence, and the server goes on."""

from __future__ import annotations

import numpy as np
import pytest
from api_client import PNG, api, assert_problem, encoded, header_only_png, picture, send
from PIL import Image

JPEG = encoded(Image.effect_noise((64, 48), 80), 'JPEG', quality=95)
FRAMES = dict(save_all=True, append_images=[picture().rotate(180)])


@pytest.fixture
def client():
    """After a bad request, a good one is answered as ever."""
    served = api(max_megabytes=1, max_images=3)
    before = send(served, PNG).json()
    yield served
    assert send(served, PNG).json() == before


@pytest.mark.parametrize(
    ('content', 'status', 'words'),
    [
        (b'', 415, 'cannot be read as an image'),
        (b'This is no picture.', 415, 'cannot be read as an image'),
        (JPEG[: len(JPEG) // 2], 422, 'cut off'),
        (header_only_png(30_000, 30_000), 413, 'at most 25 megapixels'),
        (header_only_png(6_000, 6_000), 413, '6000 x 6000 pixels'),
        (encoded(picture(), 'GIF', **FRAMES), 422, 'several pictures'),
        (encoded(picture(2, 2)), 422, 'too small'),
        (encoded(Image.fromarray(np.ones((48, 64), np.float32)), 'TIFF'), 422, '32-bit'),
    ],
    ids=['empty', 'text', 'cut off', 'bomb', 'large', 'animated', 'small', 'floats'],
)
def test_an_image_that_cannot_be_used(client, content, status, words):
    assert_problem(send(client, content), status, words)


@pytest.mark.parametrize(
    'content',
    [
        encoded(picture().convert('CMYK'), 'JPEG'),
        encoded(Image.fromarray(np.full((48, 64), 40_000, np.uint16))),
    ],
    ids=['CMYK', '16 bits'],
)
def test_an_unusual_image_that_can_be_used(client, content):
    assert send(client, content).status_code == 200


def test_a_turned_photograph_is_answered_in_pixels_of_the_upright_picture(client):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(picture().transpose(Image.Transpose.ROTATE_90), 'JPEG', exif=exif)
    image = send(client, turned).json()['images'][0]['image']
    assert (image['width'], image['height']) == picture().size


def test_of_several_images_the_bad_one_is_named(client):
    assert_problem(send(client, PNG, b'text'), 415, 'image 2 of 2: ')
    assert_problem(send(client, JPEG[:-300], PNG), 422, 'image 1 of 2: ')


@pytest.mark.parametrize(
    ('query', 'words'),
    [
        (dict(format='xml'), ("'json'", "'overlay'")),
        (dict(masks='bitmap'), ("'rle'", "'polygons'")),
        (dict(score_thr='high'), ('score_thr', 'number')),
        (dict(score_thr=1.5), ('score_thr', '1')),
        (dict(score_thr='nan'), ('score_thr',)),
        (dict(score_thr=0.01), ('score_thr', '0.05')),
    ],
)
def test_an_unknown_option(client, query, words):
    assert_problem(send(client, PNG, **query), 422, *words)


def test_an_overlay_of_several_images(client):
    assert_problem(send(client, PNG, PNG, format='overlay'), 422, 'one image')


def test_too_many_images(client):
    assert_problem(send(client, *[PNG] * 4), 413, '4 images', 'at most 3')


@pytest.mark.parametrize('name', ['file', 'images', 'Image', '', 'x' * 2000, '../image'])
def test_another_field(client, name):
    assert_problem(send(client, PNG, name=name), 422, "the field 'image'")


def test_a_further_field(client):
    response = client.post('/v1/predict', files=dict(image=PNG), data=dict(format='csv'))
    assert_problem(response, 422, "'format'")


def test_text_in_the_field(client):
    response = client.post('/v1/predict', data=dict(image='photo.jpg'), files=dict(image=PNG))
    assert_problem(response, 422, 'text')


def post(client, content: bytes, content_type: str | None):
    headers = {} if content_type is None else {'Content-Type': content_type}
    return client.post('/v1/predict', content=content, headers=headers)


@pytest.mark.parametrize('content_type', [None, 'image/png', 'application/json', 'multipart/mixed'])
def test_no_form(client, content_type):
    assert_problem(post(client, PNG, content_type), 415, 'multipart/form-data', "'image'")


@pytest.mark.parametrize('content', [b'', b'--x--\r\n', b'--x\r\n\r\n', PNG])
@pytest.mark.parametrize('boundary', ['', '; boundary=x', '; boundary=' + 'y' * 500])
def test_a_broken_form(client, content, boundary):
    response = post(client, content, f'multipart/form-data{boundary}')
    assert response.status_code in (400, 422)
    assert_problem(response, response.status_code)


def test_a_request_that_is_too_long(client):
    assert_problem(send(client, bytes(1_100_000)), 413, 'at most 1 MB')


@pytest.mark.parametrize('name', ['../../etc/passwd', '/dev/null', 'a\x00b.png', 'ä' * 300])
def test_the_name_of_a_file_means_nothing(client, name):
    response = client.post('/v1/predict', files=dict(image=(name, PNG)))
    assert response.json() == send(client, PNG).json()
