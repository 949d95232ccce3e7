"""Images whose pixels are no colours but values: codes of classes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

# Without loss. Of Pillow's other formats, some run other programs.
FORMATS = ('PNG', 'BMP', 'TIFF', 'GIF')
# What Pillow raises for files that are damaged in one way or another.
FAULTS = (OSError, EOFError, SyntaxError, ValueError, Image.DecompressionBombError)


def read_map(content: bytes) -> tuple[np.ndarray, str]:
    """The values as they are stored, nothing turned or converted; of a palette, the indices.

    Args:
        content: Of a file.

    Returns:
        (H, W) or (H, W, C), and Pillow's name of what they are, its mode.

    Raises:
        ValueError: If it is no image, or damaged.
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            return np.array(image), image.mode
    except FAULTS as error:
        raise ValueError(f'it cannot be read as an image: {error}') from None
