"""How fast files are read in random order, and how much memory that takes."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from projects.smn.reading import decode_image

ROUNDS = 5


@dataclass
class ReadSpeed:
    """Of one way to read the files.

    Args:
        cold: Files per second whose content is not in the memory of the operating system.
        warm: Files per second whose content is.
        decoded: Images per second, read and decoded, when their files are in its memory.
        memory: By how much the memory of the process had grown after all files were read, in MiB.
    """

    cold: float
    warm: float
    decoded: float
    memory: float


def measure(
    files: Sequence[str], images: Sequence[str], stored: Sequence[str], backend_args: Mapping | None
) -> ReadSpeed:
    """Measure in a process of its own; the best of :data:`ROUNDS` rounds, each in another order.

    Args:
        files: What to read, as a config names it.
        images: Those of them that can be decoded as images.
        stored: Where that is on disk: the files themselves, or packs.
        backend_args: How mmengine reads them.
    """
    with get_context('spawn').Pool(1) as pool:
        return pool.apply(_measure, (files, images, stored, backend_args))


def _measure(
    files: Sequence[str], images: Sequence[str], stored: Sequence[str], backend_args: Mapping | None
) -> ReadSpeed:
    from mmengine.fileio import get

    def read(path: str) -> None:
        get(path, backend_args)

    def decode(path: str) -> None:
        decode_image(get(path, backend_args))

    before = _resident_memory()
    orders = [random.Random(seed) for seed in range(ROUNDS)]
    cold = [_rate(read, files, order, stored) for order in orders]
    memory = _resident_memory() - before
    warm = [_rate(read, files, order) for order in orders]
    decoded = [_rate(decode, images, order) for order in orders]
    return ReadSpeed(max(cold), max(warm), max(decoded), memory)


def _rate(
    work: Callable[[str], None],
    paths: Sequence[str],
    order: random.Random,
    forget: Sequence[str] = (),
) -> float:
    """Paths per second; the content of the files to ``forget`` is dropped from memory before."""
    for path in forget:
        _drop_from_cache(path)
    start = time.perf_counter()
    for path in order.sample(paths, len(paths)):
        work(path)
    return len(paths) / (time.perf_counter() - start)


def _drop_from_cache(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)  # what is not on disk yet cannot be dropped
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _resident_memory() -> float:
    """Of this process, in MiB."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 2**20
