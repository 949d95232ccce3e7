"""Whether a file is a picture or a film, by what it begins with and not by its name."""

from __future__ import annotations

import re
from pathlib import Path

PICTURE, FILM = 'picture', 'film'
HEAD = 512  # bytes that are looked at
# Such as iPhones' photographs; the other brands of this container are films (ISO/IEC 14496-12).
BRANDS_OF_PICTURES = (
    b'heic',
    b'heix',
    b'heim',
    b'heis',
    b'hevc',
    b'mif1',
    b'msf1',
    b'avif',
    b'avis',
)
OF_PICTURES = (
    b'\xff\xd8\xff',  # JPEG
    b'\x89PNG\r\n',
    b'GIF87a',
    b'GIF89a',
    b'II*\x00',  # TIFF, and most raw photographs
    b'MM\x00*',
    b'II+\x00',  # TIFF of more than 4 GB
    b'MM\x00+',
    b'\x00\x00\x00\x0cjP  ',  # JPEG 2000
)
# A text may begin with the two letters of a format. Behind them, a BMP has the length of its file,
# four bytes, the place of its pixels, and the length of one of the headers that there are.
BITMAP = re.compile(rb'BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0', re.DOTALL)
# And a PPM has its width, its height and, unless it is of one bit, its largest value.
NUMBER = rb'(?:\s|#[^\n]*\n)+\d+'
PORTABLE = re.compile(rb'P(?:[14]%b|[2356]%b)\s' % (NUMBER * 2, NUMBER * 3))
# Those of cameras that are no TIFF.
OF_RAW_PHOTOGRAPHS = (
    b'FUJIFILMCCD-RAW',
    b'IIU\x00',  # Panasonic, Leica
    b'IIRO',  # Olympus
    b'IIRS',
    b'MMOR',
    b'II\x1a\x00\x00\x00HEAPCCDR',  # Canon's CRW
    b'FOVb',  # Sigma
    b'\x00MRM',  # Minolta
)
OF_FILMS = (
    b'\x1aE\xdf\xa3',  # Matroska, WebM
    b'OggS\x00',
    b'FLV\x01',
    b'\x00\x00\x01\xba',  # MPEG program stream
    b'\x00\x00\x01\xb3',
    b'0&\xb2u\x8ef\xcf\x11',  # ASF, WMV
)
# QuickTime without a brand begins with one of these, and with its length before it.
ATOMS = (b'moov', b'mdat', b'wide', b'free', b'skip')
# Where the packets of an MPEG transport stream begin, each with a G, and their length in bytes: as
# it is sent, as cameras write it (AVCHD), with a time before each; and with a checksum behind each.
TRANSPORT = ((0, 188), (4, 192), (0, 204))
PACKETS = 3  # one or two may be letters of a text


def kind_of(path: str | Path) -> str | None:
    """``'picture'``, ``'film'``, or None for whatever else. A raw photograph is a picture.

    Raises:
        OSError: If it cannot be read.
    """
    head = _head(path)
    if is_raw_photograph(head) or head.startswith(OF_PICTURES):
        return PICTURE
    if BITMAP.match(head) or PORTABLE.match(head):
        return PICTURE
    if head[:4] == b'RIFF':
        return {b'WEBP': PICTURE, b'AVI ': FILM}.get(head[8:12])
    if head[4:8] == b'ftyp' and head[8:12] in BRANDS_OF_PICTURES:
        return PICTURE
    is_film = head.startswith(OF_FILMS) or _is_quicktime(head) or _is_transport_stream(head)
    return FILM if is_film else None


def is_raw_photograph(head: bytes) -> bool:
    """Whether a file that begins so is of a camera, and no format that others read.

    Those that are TIFF, as DNG and those of many cameras, are not told from it here.
    """
    return head.startswith(OF_RAW_PHOTOGRAPHS) or head[4:12] == b'ftypcrx '  # Canon's CR3


def counts_its_frames(path: str | Path) -> bool:
    """Whether a film is of a kind whose header has a list of its frames: AVI, MP4, QuickTime.

    Of all others, OpenCV gives the duration times the rate for their number, or some guess.

    Raises:
        OSError: If it cannot be read.
    """
    head = _head(path)
    return head[:4] == b'RIFF' or _is_quicktime(head)


def _head(path: str | Path) -> bytes:
    with open(path, 'rb') as file:
        return file.read(HEAD)


def _is_quicktime(head: bytes) -> bool:
    if head[4:8] == b'mdat':  # as long as the whole film
        return True
    # "The free choice" would be of 1.4 GB.
    return head[:1] < b' ' and (head[4:8] == b'ftyp' or head[4:8] in ATOMS)


def _is_transport_stream(head: bytes) -> bool:
    return any(
        head[start : start + PACKETS * length : length] == b'G' * PACKETS
        for start, length in TRANSPORT
    )
