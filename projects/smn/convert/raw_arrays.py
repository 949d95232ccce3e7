"""Data sets that are four arrays in HDF5 files: images, masks, boxes and a binary label.

Such arrays say nothing about themselves. What they mean is in :class:`Conventions`; what
contradicts it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from projects.smn.errors import UserError, listing

NAMES = ('images', 'masks', 'bboxes', 'binary')


@dataclass(frozen=True)
class Conventions:
    """What the arrays mean.

    Args:
        class_name: The class of the object that a mask shows.
        binary_name: The attribute that the binary label is.
        binary_classes: What 0 and 1 mean.
        box_name: What the boxes show.
        box_format: ``'xyxy'`` or ``'xywh'``, in pixels.
        mask_object: The values of the object in a mask. None: the one value that is not 0 and not
            ignored.
        mask_ignore: The values of pixels that are not labelled.
        channels: ``'rgb'`` or ``'bgr'``.
    """

    class_name: str = 'object'
    binary_name: str = 'binary'
    binary_classes: tuple[str, str] = ('0', '1')
    box_name: str = 'box'
    box_format: str = 'xyxy'
    mask_object: frozenset[int] | None = None
    mask_ignore: frozenset[int] = frozenset()
    channels: str = 'rgb'


@contextmanager
def open_arrays(folder: Path) -> Iterator[dict[str, h5py.Dataset]]:
    """The arrays of a folder by name; only ``images`` must be there. None is loaded into memory.

    In a file, the array is the one that is named as the file is, or the only one.

    Raises:
        UserError: A file is missing, or its array has no numbers or another shape than
            images (N, H, W, 3), masks (N, H, W) or (N, H, W, 1), bboxes (N, 4), binary (N,) or
            (N, 1).
    """
    with ExitStack() as stack:
        arrays = {}
        for name in NAMES:
            path = folder / f'{name}.h5'
            if not path.exists():
                continue
            try:
                file = stack.enter_context(h5py.File(path, 'r'))
            except OSError as error:
                raise UserError(f'{path} cannot be read as HDF5: {error}') from None
            arrays[name] = _find_array(file, name, path)
        if 'images' not in arrays:
            raise UserError(f'{folder} has no images.h5')
        for name, array in arrays.items():
            _check_shape(array, name, arrays['images'].shape, folder / f'{name}.h5')
        yield arrays


def whole_numbers(array: h5py.Dataset, index: int) -> np.ndarray:
    """One row as uint8, whatever the type of the array.

    Raises:
        UserError: If it has other values than whole numbers from 0 to 255.
    """
    row = np.asarray(array[index])
    with np.errstate(invalid='ignore'):  # of NaN, which is refused below
        values = row.astype(np.uint8)
    if row.dtype != np.uint8 and not np.array_equal(values, row):
        raise UserError(
            f'{array.file.filename}: row {index} has other values than whole numbers from 0 to 255'
        )
    return values


def find_object_values(masks: h5py.Dataset, conventions: Conventions) -> frozenset[int]:
    """The values of the object in the masks, after a look at all of them.

    Raises:
        UserError: If there are values of which the conventions say nothing.
    """
    found: set[int] = set()
    for index in range(len(masks)):
        found.update(np.unique(whole_numbers(masks, index)).tolist())
    rest = found - {0} - conventions.mask_ignore
    if conventions.mask_object is None and len(rest) == 1:
        return frozenset(rest)
    if conventions.mask_object is None or rest - conventions.mask_object:
        raise UserError(
            f'{masks.file.filename} has the values {listing(sorted(found), 12)}: say which are the '
            'object (--mask-object) and which are not labelled (--mask-ignore); 0 is background, '
            'and all others must be named'
        )
    return conventions.mask_object


def read_boxes(bboxes: h5py.Dataset, box_format: str) -> np.ndarray:
    """Corners x1, y1, x2, y2, shape (N, 4); NaN where there is no box, as without an area.

    Raises:
        UserError: If the boxes cannot be in that format, or not in pixels.
    """
    name, boxes = bboxes.file.filename, np.asarray(bboxes, float)
    if box_format == 'xywh':
        boxes = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    sides = boxes[:, 2:] - boxes[:, :2]
    if len(wrong := np.flatnonzero((sides < 0).any(axis=1))):
        row = bboxes[int(wrong[0])].tolist()
        raise UserError(f'{name}: row {wrong[0]}, {row}, cannot be {box_format}; see --box-format')
    if np.nanmax(boxes, initial=0) <= 1 and (sides > 0).any():
        raise UserError(f'{name}: no value is above 1: these are fractions, and not pixels')
    boxes[~(sides > 0).all(axis=1)] = np.nan
    return boxes


def read_binary(binary: h5py.Dataset) -> list[int | None]:
    """0, 1 or None (not labelled, NaN in the file) for each image.

    Raises:
        UserError: If there is another value.
    """
    values = np.asarray(binary, float).reshape(-1)
    if len(wrong := np.flatnonzero(~np.isnan(values) & (values != 0) & (values != 1))):
        raise UserError(
            f'{binary.file.filename}: row {wrong[0]} is {values[wrong[0]]:g}, not 0 or 1'
        )
    return [None if np.isnan(value) else int(value) for value in values]


def _find_array(file: h5py.File, name: str, path: Path) -> h5py.Dataset:
    arrays = {key: value for key, value in file.items() if isinstance(value, h5py.Dataset)}
    array = arrays.get(name) or (next(iter(arrays.values())) if len(arrays) == 1 else None)
    if array is None:
        raise UserError(f'{path} has no array {name!r}; it has {listing(file)}')
    if array.dtype.kind not in 'biuf':
        raise UserError(f'{path}: the array {array.name} has no numbers, but {array.dtype}')
    return array


def _check_shape(array: h5py.Dataset, name: str, images: tuple[int, ...], path: Path) -> None:
    count, height, width = (*images, 0, 0, 0)[:3]
    allowed = {
        'images': [(count, height, width, 3)],
        'masks': [(count, height, width), (count, height, width, 1)],
        'bboxes': [(count, 4)],
        'binary': [(count,), (count, 1)],
    }[name]
    if array.shape not in allowed:
        wanted = ' or '.join(map(str, allowed))
        raise UserError(f'{path}: the shape is {array.shape}, not {wanted}')
    if not array.size:
        raise UserError(f'{path} is empty')
