"""What is odd in the real Oxford-IIIT Pet, planted in a synthetic set so that it can be tested.

Each function spoils one picture or one list of the set; its name is what the summary calls it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from .pet_files import PetName, write_xml
from .pet_scene import BACKGROUND, render

Paths = tuple[Path, Path, Path]  # image, trimap, XML


def gif(image: Path, trimap: Path, xml: Path) -> None:
    Image.open(image).save(image, 'GIF')


def png_with_alpha(image: Path, trimap: Path, xml: Path) -> None:
    picture = Image.open(image).convert('RGBA')
    hidden = Image.new('L', picture.size, 255)
    hidden.paste(0, (0, 0, 12, 12))
    picture.putalpha(hidden)
    picture.save(image, 'PNG')


def png_with_palette(image: Path, trimap: Path, xml: Path) -> None:
    Image.open(image).convert('P', palette=Image.Palette.ADAPTIVE).save(image, 'PNG')


def png(image: Path, trimap: Path, xml: Path) -> None:
    Image.open(image).save(image, 'PNG')


def cmyk(image: Path, trimap: Path, xml: Path) -> None:
    Image.open(image).convert('CMYK').save(image, 'JPEG', quality=92)


def turned_by_exif(image: Path, trimap: Path, xml: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(image).save(image, 'JPEG', quality=92, exif=exif)


def truncated(image: Path, trimap: Path, xml: Path) -> None:
    content = image.read_bytes()
    image.write_bytes(content[: len(content) // 2])


def trimap_of_another_size(image: Path, trimap: Path, xml: Path) -> None:
    values = cv2.imread(str(trimap), cv2.IMREAD_UNCHANGED)
    cv2.imwrite(str(trimap), values[:-16, :])


def trimap_without_foreground(image: Path, trimap: Path, xml: Path) -> None:
    values = cv2.imread(str(trimap), cv2.IMREAD_UNCHANGED)
    cv2.imwrite(str(trimap), np.full_like(values, BACKGROUND))


def no_trimap(image: Path, trimap: Path, xml: Path) -> None:
    trimap.unlink()


def no_xml(image: Path, trimap: Path, xml: Path) -> None:
    xml.unlink()


def broken_xml(image: Path, trimap: Path, xml: Path) -> None:
    xml.write_text(xml.read_text('utf-8')[:120], 'utf-8')


SPOILERS: tuple[Callable[[Path, Path, Path], None], ...] = (
    gif,
    png_with_alpha,
    png_with_palette,
    png,
    cmyk,
    turned_by_exif,
    truncated,
    trimap_of_another_size,
    trimap_without_foreground,
    no_trimap,
    no_xml,
    broken_xml,
)
SEVERAL_HEADS = 'xml_with_several_objects'
NEEDED = len(SPOILERS) + 1
"""So many pictures with an XML a set must have."""


def plant(root: Path, boxed: list[PetName], seed: int) -> dict[str, list[str]]:
    """Spoil the first pictures of ``boxed``, which have an XML, and put other files beside them.

    Returns:
        Oddity to the names that have it.
    """
    planted: dict[str, list[str]] = {}
    for spoil, name in zip(SPOILERS, boxed, strict=False):
        spoil(*_paths(root, name))
        planted[spoil.__name__] = [name.text]
    several = boxed[len(SPOILERS)]
    scene = render(seed, several.index, several.breed)
    x0, y0, x1, y1 = scene.head
    write_xml(root, several, scene, [scene.head, (0, 0, (x0 + x1) // 2, (y0 + y1) // 2)])
    planted[SEVERAL_HEADS] = [several.text]
    return {**planted, **_plant_files(root, boxed[-1]), **_plant_lines(root)}


def _plant_files(root: Path, name: PetName) -> dict[str, list[str]]:
    """Files that no list names: MATLAB's, those of a Mac's archive, a pet nobody lists."""
    images, trimaps = root / 'images', root / 'annotations' / 'trimaps'
    (images / f'{name.text}.mat').write_bytes(b'MATLAB 5.0 MAT-file')
    (trimaps / f'._{name.text}.png').write_bytes(b'\0\5\26\7')
    unlisted = f'{name.breed}_9999'
    (images / f'{unlisted}.jpg').write_bytes((images / f'{name.text}.jpg').read_bytes())
    return {
        'no_picture': [f'{name.text}.mat'],
        'hidden_trimap': [f'._{name.text}.png'],
        'unlisted': [unlisted],
    }


def _plant_lines(root: Path) -> dict[str, list[str]]:
    """A line without a file in two lists, and a line that is there twice."""
    lists = root / 'annotations'
    for part in ('list', 'trainval'):
        path = lists / f'{part}.txt'
        lines = path.read_text('utf-8').splitlines()
        pet = next(line for line in lines if not line.startswith('#'))
        breed, _, rest = pet.partition('_')
        missing = f'{breed}_8888 {rest.split(" ", 1)[1]}'
        path.write_text('\n'.join([*lines, missing, pet]) + '\n', 'utf-8')
    return {'no_file': [missing.split(' ', 1)[0]], 'repeated': [pet.split(' ', 1)[0]]}


def _paths(root: Path, name: PetName) -> Paths:
    annotations = root / 'annotations'
    return (
        root / 'images' / f'{name.text}.jpg',
        annotations / 'trimaps' / f'{name.text}.png',
        annotations / 'xmls' / f'{name.text}.xml',
    )
