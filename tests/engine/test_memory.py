"""Objects cost little memory, however large their image is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from networks import tiny_config, tiny_model

# Two mask tasks. Boxes are those of a network that knows nothing: up to the whole image.
PREDICTING = """
import sys
import numpy as np
from projects.smn import load
image = np.random.default_rng(0).integers(0, 256, (5000, 5000, 3), np.uint8)
result = load(sys.argv[1], sys.argv[2], 'cpu', score_thr=0.0)(image)
result.to_dict(), result.to_csv(), result.draw()
with open('/proc/self/status') as file:  # a child of pytest inherits the peak of getrusage
    print(len(result), next(line.split()[1] for line in file if line.startswith('VmHWM')))
"""


@pytest.mark.long
@pytest.mark.skipif(not Path('/proc/self/status').exists(), reason='Linux tells the peak')
def test_a_hundred_objects_with_two_masks_on_25_megapixels_take_at_most_400_mb(tiny_coco):
    weights = tiny_coco / 'weights.pth'
    torch.save(tiny_model(tiny_coco).state_dict(), weights)

    def run(**test_cfg) -> tuple[int, int]:
        cfg = tiny_config(tiny_coco)
        cfg.model.test_cfg.rcnn.merge(dict(test_cfg, nms=dict(type='nms', iou_threshold=0.95)))
        cfg.dump(tiny_coco / 'config.py')
        command = [sys.executable, '-c', PREDICTING, str(tiny_coco / 'config.py'), str(weights)]
        count, peak = subprocess.check_output(command, text=True).split()
        return int(count), int(peak) * 1024

    without, with_objects = run(score_thr=1.1), run(score_thr=0.0, max_per_img=100)
    assert (without[0], with_objects[0]) == (0, 100)
    assert with_objects[1] - without[1] <= 400e6
