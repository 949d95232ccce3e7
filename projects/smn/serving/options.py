"""What a server allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from projects.smn.errors import UserError

from .hosts import host_name

# A place of the queue may hold this much in a temporary file; more is surely a slip of the unit.
MOST_MEGABYTES = 1000
# Pillow refuses larger pictures by itself, and its limit is one for the whole process.
MOST_MEGAPIXELS = 170


@dataclass(frozen=True)
class ServingOptions:
    """Limits, and what the server says of itself.

    Args:
        name: Of the network, as clients see it.
        checkpoint: The name of its file, as clients see it.
        score_thr: Objects with a lower score are left out, unless a request has another threshold.
        max_megabytes: Of one request.
        max_megapixels: Of one image, decoded.
        max_images: In one request.
        queue: Requests that are read or wait at a time; further ones get 503.
        upload_seconds: How long the body of a request may take.
        host: Where the server listens: what a client may call it, see :class:`.hosts.Hosts`.
        allow_host: Further names of the server.

    Raises:
        UserError: If a number is out of range, or a name is none.
    """

    name: str = 'smn'
    checkpoint: str = ''
    score_thr: float = 0.3
    max_megabytes: float = 20
    max_megapixels: float = 25
    max_images: int = 8
    queue: int = 16
    upload_seconds: float = 60
    host: str = '127.0.0.1'
    allow_host: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name, least, most in (
            ('score_thr', 0, 1),
            ('max_megabytes', 0.001, MOST_MEGABYTES),
            ('max_megapixels', 0.001, MOST_MEGAPIXELS),
            ('max_images', 1, 1000),
            ('queue', 1, 10_000),
            ('upload_seconds', 0.001, 3600),
        ):
            if not least <= getattr(self, name) <= most:
                flag = name.replace('_', '-')
                raise UserError(
                    f'--{flag} must be from {least} to {most}, not {getattr(self, name)}'
                )
        for name in self.allow_host:
            if not name or host_name(name) != name.lower():
                raise UserError(
                    f'--allow-host must be a name, such as smn.example.org, not {name!r:.100}'
                )

    @property
    def max_bytes(self) -> int:
        """Of one request."""
        return int(self.max_megabytes * 1e6)

    @property
    def max_pixels(self) -> int:
        """Of one image."""
        return int(self.max_megapixels * 1e6)
