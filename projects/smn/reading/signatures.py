"""Whether a file is a picture or a film, by what it begins with and not by its name."""

from __future__ import annotations

from pathlib import Path

PICTURE, FILM = 'picture', 'film'
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
    b'GIF8',
    b'BM',
    b'II*\x00',  # TIFF, and most raw photographs
    b'MM\x00*',
    b'\x00\x00\x00\x0cjP  ',  # JPEG 2000
    *(b'P%d%c' % (kind, space) for kind in range(1, 7) for space in b' \n\r\t'),  # PPM
)
OF_FILMS = (
    b'\x1aE\xdf\xa3',  # Matroska, WebM
    b'OggS',
    b'FLV\x01',
    b'\x00\x00\x01\xba',  # MPEG program stream
    b'\x00\x00\x01\xb3',
    b'0&\xb2u\x8ef\xcf\x11',  # ASF, WMV
)
TRANSPORT = 188  # bytes of a packet of an MPEG transport stream, each of which begins with G


def kind_of(path: str | Path) -> str | None:
    """``'picture'``, ``'film'``, or None for whatever else.

    Raises:
        OSError: If it cannot be read.
    """
    with open(path, 'rb') as file:
        head = file.read(TRANSPORT + 1)
    if head.startswith(OF_PICTURES):
        return PICTURE
    if head.startswith(OF_FILMS):
        return FILM
    if head[:4] == b'RIFF':
        return {b'WEBP': PICTURE, b'AVI ': FILM}.get(head[8:12])
    if head[4:8] == b'ftyp':
        return PICTURE if head[8:12] in BRANDS_OF_PICTURES else FILM
    if head[4:8] in (b'moov', b'mdat', b'wide', b'free', b'skip'):  # QuickTime without a brand
        return FILM
    return FILM if head[:1] == head[TRANSPORT:] == b'G' else None
