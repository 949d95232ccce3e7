"""From a pet's files to its records: what is known is written, what is not stays absent."""

from __future__ import annotations

import tracemalloc
import weakref

import cv2
import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as rle
from raw_pets import HEAD, HEIGHT, PETS, WIDTH, XML, RawPets, trimap

from projects.smn.convert.pet import records
from projects.smn.convert.pet.lists import Pet
from projects.smn.convert.pet.trimaps import BORDER_POLICIES, object_mask, semantic_map
from projects.smn.tasks import IGNORED

FIRST = PETS[0].name


@pytest.fixture
def raw(tmp_path):
    return RawPets(tmp_path / 'raw')


@pytest.fixture
def out(tmp_path):
    return tmp_path / 'out'


def first(coco):
    """The first image and its objects."""
    image = coco['images'][0]
    return image, [a for a in coco['annotations'] if a['image_id'] == image['id']]


def test_a_sound_pet_has_every_label(raw, out):
    image, [found] = first(raw.convert(out)[0])
    attributes = {'breed': 'Abyssinian', 'species': 'cat'}
    assert image == {
        'id': 1,
        'file_name': 'Abyssinian_1.jpg',
        'width': WIDTH,
        'height': HEIGHT,
        'attributes': attributes,
        'boxes': {'head': [2, 1, 6, 8]},
        'seg_map': 'Abyssinian_1.png',
    }
    assert found.pop('segmentation')['size'] == [HEIGHT, WIDTH]
    assert found == {
        'id': 1,
        'image_id': 1,
        'category_id': 1,
        'bbox': [4, 2, 12, 10],
        'area': 120,
        'iscrowd': 0,
        'attributes': {'species': 'cat'},
        'boxes': {'head': [2, 1, 6, 8]},
    }


@pytest.mark.parametrize(
    ('class_key', 'names', 'own'),
    [
        ('breed', ['Abyssinian', 'great_pyrenees', 'Siamese'], ['species']),
        ('species', ['cat', 'dog'], ['breed']),
        ('pet', ['pet'], ['breed', 'species']),
    ],
)
def test_what_is_no_category_is_an_attribute(raw, out, class_key, names, own):
    coco, _, _ = raw.convert(out, class_key)
    assert coco['categories'] == [{'id': n, 'name': name} for n, name in enumerate(names, 1)]
    for pet, image, found in zip(PETS, coco['images'], coco['annotations'], strict=True):
        assert names[found['category_id'] - 1] == getattr(pet, class_key, 'pet')
        assert found['attributes'] == {key: getattr(pet, key) for key in own}
        assert image['attributes'] == {'breed': pet.breed, 'species': pet.species}


@pytest.mark.parametrize('border', BORDER_POLICIES)
@pytest.mark.parametrize('class_key', ['breed', 'pet'])
def test_mask_and_map_are_those_of_the_trimap(raw, out, border, class_key):
    coco, _, _ = raw.convert(out, class_key, border)
    for image, found in zip(coco['images'], coco['annotations'], strict=True):
        values = cv2.imread(
            str(out / 'annotations' / 'semantic' / image['seg_map']), cv2.IMREAD_UNCHANGED
        )
        assert np.array_equal(values, semantic_map(trimap(), border, found['category_id']))
        assert set(np.unique(values)) <= {0, found['category_id'], IGNORED}
        assert np.array_equal(rle.decode(found['segmentation']), object_mask(trimap(), border))
        assert found['area'] == object_mask(trimap(), border).sum()


# Heads


def test_without_an_xml_the_head_is_not_labelled(raw, out):
    raw.xml(FIRST).unlink()
    coco, report, _ = raw.convert(out)
    image, [found] = first(coco)
    assert 'boxes' not in image
    assert 'boxes' not in found
    assert report.noticed == {'images without an XML, so without a head box': [FIRST]}
    assert sum('boxes' in image for image in coco['images']) == len(PETS) - 1


@pytest.mark.parametrize(
    ('content', 'what'),
    [
        (XML.format(2 * HEAD.format(3, 2, 8, 9)), 'XMLs with several objects'),
        (XML.format(''), 'XMLs with no object'),
        ('<annotation>', 'XMLs that cannot be read'),
        (XML.format(HEAD.format(1, 2, 'x', 4)), 'XMLs that cannot be read'),
        (XML.format(HEAD.format(90, 2, 95, 9)), 'head boxes outside of their image'),
    ],
)
def test_a_head_that_nobody_can_be_sure_of_is_not_labelled(raw, out, content, what):
    raw.xml(FIRST).write_text(content)
    coco, report, _ = raw.convert(out)
    image, [found] = first(coco)
    assert 'boxes' not in image
    assert 'boxes' not in found
    assert report.skipped == {what: [FIRST]}


def test_a_head_box_is_cut_off_at_the_edge(raw, out):
    raw.xml(FIRST).write_text(XML.format(HEAD.format(-4, 2, 30, 9)))
    coco, report, _ = raw.convert(out)
    assert first(coco)[0]['boxes'] == {'head': [0, 1, WIDTH, 8]}
    assert report.corrected == {'head boxes cut off at the edge of their image': 1}


# Trimaps


@pytest.mark.parametrize(
    ('values', 'what'),
    [
        (None, 'images without a trimap'),
        (trimap()[:, :-1], 'trimaps of another size than their image'),
        (np.where(trimap() == 1, 3, trimap()), 'trimaps without foreground'),
        (trimap() * 80, 'trimaps that cannot be read or have values other than 1, 2 and 3'),
    ],
)
def test_without_a_sound_trimap_the_image_is_not_complete_and_keeps_its_other_labels(
    raw, out, values, what
):
    raw.trimap(FIRST).unlink()
    if values is not None:
        raw.write_trimap(FIRST, values.astype(np.uint8))
    coco, report, _ = raw.convert(out)
    image, objects = first(coco)
    assert objects == []
    assert image['complete'] is False
    assert 'seg_map' not in image
    assert image['attributes']['breed'] == 'Abyssinian'
    assert image['boxes'] == {'head': [2, 1, 6, 8]}
    assert report.skipped == {what: [FIRST]}
    assert not (out / 'annotations' / 'semantic' / f'{FIRST}.png').exists()


# Images


def test_an_ordinary_image_is_only_named(raw, out):
    _, _, writer = raw.convert(out)
    assert writer.copies == {f'{pet.name}.jpg': raw.image(pet.name) for pet in PETS}
    assert list((out / 'images').iterdir()) == []


@pytest.mark.parametrize('kind', ['GIF', 'PNG with alpha', 'JPEG turned by EXIF'])
def test_an_unusual_image_is_written_anew_such_that_opencv_reads_it_as_it_was_labelled(
    raw, out, kind
):
    picture, exif = Image.open(raw.image(FIRST)), Image.Exif()
    exif[0x0112] = 6
    if kind.startswith('PNG'):
        picture = picture.convert('RGBA')
    options = {'exif': exif} if 'EXIF' in kind else {}
    picture.save(raw.image(FIRST), kind.split()[0], **options)
    before = raw.image(FIRST).read_bytes()
    coco, report, writer = raw.convert(out)
    image, _ = first(coco)
    assert image['file_name'] == f'{FIRST}.png'
    assert cv2.imread(str(out / 'images' / image['file_name'])).shape == (HEIGHT, WIDTH, 3)
    assert f'{FIRST}.jpg' not in writer.copies
    assert raw.image(FIRST).read_bytes() == before
    assert report.noticed == {f'{kind}, named .jpg': [FIRST]}
    assert report.corrected == {'images written anew as PNG': 1}


def test_a_damaged_image_is_left_out_and_named(raw, out):
    raw.image(FIRST).write_bytes(raw.image(FIRST).read_bytes()[:300])
    coco, report, _ = raw.convert(out)
    assert [image['id'] for image in coco['images']] == [2, 3, 4]
    assert [found['image_id'] for found in coco['annotations']] == [2, 3, 4]
    [(what, [said])] = report.skipped.items()
    assert what == 'images that cannot be read to the end'
    assert said.startswith(f'{FIRST} cannot be read as an image')


def test_the_pixels_of_an_image_are_gone_before_the_next_one_is_read(raw, out, monkeypatch):
    pixels, alive = [], []

    def watched(path, stored):
        alive.append(sum(picture() is not None for picture in pixels))
        decoded = decode(path, stored)
        pixels.append(weakref.ref(decoded.pixels))  # GIFs are written anew, so there are some
        return decoded

    decode = records.decode
    monkeypatch.setattr(records, 'decode', watched)
    for pet in PETS:
        Image.open(raw.image(pet.name)).save(raw.image(pet.name), 'GIF')
    _, report, _ = raw.convert(out)
    assert report.corrected == {'images written anew as PNG': len(PETS)}
    assert alive == [0] * len(PETS)


def test_memory_does_not_grow_with_the_masks_of_all_images(tmp_path):
    def peak(count):
        pets = [Pet(f'pug_{n}', 'pug', 'dog', 1) for n in range(count)]
        raw = RawPets(tmp_path / f'raw{count}', pets)
        values = np.full((300, 400), 2, np.uint8)
        values[50:200, 60:300] = 1
        for pet in pets:
            Image.new('RGB', (400, 300)).save(raw.image(pet.name))
            raw.write_trimap(pet.name, values)
        tracemalloc.start()
        raw.convert(tmp_path / f'out{count}')
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, many = peak(4), peak(44)
    assert many - few < 40 * 10_000  # a mask alone has 120,000 bytes
