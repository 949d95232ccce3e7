"""Small exports of labelling programs, made for the tests of converters."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT = 200, 160
SQUARE = [20, 20, 60, 20, 60, 60, 20, 60]


def picture(path: Path, shade: int = 0) -> Path:
    """An image of WIDTH x HEIGHT; another shade makes another file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    colour = tuple(shade * factor % 256 for factor in (37, 91, 53))  # JPEG blurs small steps
    Image.new('RGB', (WIDTH, HEIGHT), colour).save(path)
    return path


def load(name: str):
    """The module of ``tools/prepare/<name>.py``."""
    path = Path(__file__).parents[1] / 'tools' / 'prepare' / f'{name}.py'
    spec = importlib.util.spec_from_file_location(f'prepare_{name}', path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but hidden ones, to see that nothing changed."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob('[!.]*'))
        if path.is_file()
    }


# The VGG Image Annotator


def polygon(*xy: float | str, name: str = 'polygon') -> dict:
    return {'name': name, 'all_points_x': list(xy[::2]), 'all_points_y': list(xy[1::2])}


def region(shape: dict, **attributes) -> dict:
    return {'shape_attributes': shape, 'region_attributes': attributes}


def via_content(images: dict[str, list[dict]], form: str = 'list', declared: dict | None = None):
    """What VIA writes; ``form`` is 'dict' (version 1), 'list' or 'project' (version 2)."""
    entries = {}
    for name, regions in images.items():
        kept = {str(n): r for n, r in enumerate(regions)} if form == 'dict' else regions
        entries[f'{name}-1'] = {
            'filename': name,
            'size': -1,
            'regions': kept,
            'file_attributes': {},
        }
    if form != 'project':
        return entries
    settings = {'_via_settings': {}, '_via_data_format_version': '2.0.10'}
    attributes = {'region': declared or {}, 'file': {}}
    return {**settings, '_via_img_metadata': entries, '_via_attributes': attributes}


def write_via(folder: Path, images: dict[str, list[dict]], form: str = 'list', **more) -> Path:
    """An annotation file and a picture for each image, each with a shade of its own."""
    for name in images:
        picture(folder / name, shade=sum(map(ord, f'{folder.name}{name}')) % 256)
    path = folder / 'via_region_data.json'
    path.write_text(json.dumps(via_content(images, form, **more)), 'utf-8')
    return path


# makesense.ai


def write_makesense(
    folder: Path, polygons: dict[str, list[tuple[str, list[float]]]], points: list[tuple]
) -> tuple[Path, Path]:
    """Polygons (label, outline) by image, points (label, x, y, image), and the pictures.

    Ids are as makesense.ai gives them: annotations from 0, images and categories from 1.
    """
    labels = list(dict.fromkeys(label for some in polygons.values() for label, _ in some))
    images, annotations = [], []
    for number, (name, some) in enumerate(polygons.items(), 1):
        picture(folder / name, shade=number)
        images.append({'id': number, 'width': WIDTH, 'height': HEIGHT, 'file_name': name})
        for label, outline in some:
            annotations.append(
                {
                    'id': len(annotations),
                    'iscrowd': 0,
                    'image_id': number,
                    'category_id': labels.index(label) + 1,
                    'segmentation': [outline],
                }
            )
    categories = [{'id': number, 'name': label} for number, label in enumerate(labels, 1)]
    content = {'info': {}, 'images': images, 'annotations': annotations, 'categories': categories}
    json_file, csv_file = folder / 'labels.json', folder / 'labels.csv'
    json_file.write_text(json.dumps(content), 'utf-8')
    rows = (f'{label},{x},{y},{name},{WIDTH},{HEIGHT}' for label, x, y, name in points)
    csv_file.write_text('\n'.join(rows), 'utf-8')
    return json_file, csv_file
