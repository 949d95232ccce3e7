"""How fast files and their pack are read."""

from __future__ import annotations

import numpy as np
from labelling import load

from projects.smn.datasets.backends import write_pack

tool = load('_read_speed')


def test_speed_is_measured_of_files_and_of_their_pack(tiny_coco):
    paths = sorted((tiny_coco / 'train').iterdir())
    pack = tiny_coco / 'train.h5'
    write_pack(pack, ((f'train/{path.name}', path.read_bytes()) for path in paths))
    files = list(map(str, paths))
    packed = dict(backend='packed', path=str(pack))
    for stored, arguments in ((files, None), ([str(pack)], packed)):
        # Not in a process of its own, which a test need not wait for.
        speed = tool._measure(files, files, stored, arguments)
        assert min(speed.cold, speed.warm, speed.decoded) > 0
        assert np.isfinite(speed.memory)
