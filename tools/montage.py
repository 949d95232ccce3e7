"""Join pictures to one small JPEG, for a README: ``tools/montage.py A.jpg B.jpg --out ab.jpg``."""

from __future__ import annotations

import argparse

import _common  # noqa: F401  (finds the project)
import cv2
import numpy as np

from projects.smn.engine.images import read_image
from projects.smn.errors import run_tool
from projects.smn.files import replacing

MARGIN = 4


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('pictures', nargs='+', help='the pictures, row by row')
    parser.add_argument('--out', required=True, help='the JPEG to write')
    parser.add_argument('--columns', type=int, default=2, help='pictures in a row')
    parser.add_argument('--cell', type=int, default=600, help='width of the cell for each, pixels')
    parser.add_argument('--max-kb', type=int, default=300, help='lower the quality down to this')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    pictures = [read_image(path) for path in args.pictures]
    height = height_of_cells(pictures, args.cell)
    cells = [fit(picture, args.cell, height) for picture in pictures]
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % args.columns)
    rows = [np.hstack(cells[i : i + args.columns]) for i in range(0, len(cells), args.columns)]
    sheet = np.vstack(rows)
    for quality in range(92, 20, -4):
        data = cv2.imencode('.jpg', sheet, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(data) <= args.max_kb * 1000:
            break
    with replacing(args.out) as path:
        path.write_bytes(data)
    print(f'{args.out}: {sheet.shape[1]} x {sheet.shape[0]}, {len(data) // 1000} kB')


def fit(image: np.ndarray, side: int, height: int) -> np.ndarray:
    """The image in the middle of a white cell, (height, side), with a margin around it."""
    scale = _scale(image, side)
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cell = np.full((height, side, 3), 255, np.uint8)
    top, left = (height - image.shape[0]) // 2, (side - image.shape[1]) // 2
    cell[top : top + image.shape[0], left : left + image.shape[1]] = image
    return cell


def height_of_cells(images: list[np.ndarray], side: int) -> int:
    """As high as the highest picture needs, and at most a square."""
    return max(round(image.shape[0] * _scale(image, side)) for image in images) + 2 * MARGIN


def _scale(image: np.ndarray, side: int) -> float:
    return (side - 2 * MARGIN) / max(image.shape[:2])


if __name__ == '__main__':
    run_tool(main)
