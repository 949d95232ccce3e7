"""Two processes that see labels of different tasks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from helpers import make_tiny_coco, read_coco
from two_ranks import BALANCERS

SCRIPT = Path(__file__).with_name('two_ranks.py')
KEPT = dict(masks=('segmentation', 'masks'), grades=('attributes',))


@pytest.fixture(scope='module')
def states(tmp_path_factory) -> Path:
    """The folder with the parameters of both ranks after 20 steps with each balancer."""
    root = make_tiny_coco(tmp_path_factory.mktemp('data') / 'tiny')
    content = read_coco(root)
    for name, keys in KEPT.items():
        boxes = ('id', 'image_id', 'category_id', 'bbox', 'area', 'iscrowd')
        annotations = [
            {key: annotation[key] for key in (*boxes, *keys) if key in annotation}
            for annotation in content['annotations']
        ]
        images = content['images']
        if name == 'grades':  # with an image that has nothing to teach at all
            annotations = [a for a in annotations if a['image_id'] != 3]
            images = [dict(image, complete=image['id'] != 3) for image in images]
        path = root / 'annotations' / f'{name}.json'
        path.write_text(json.dumps(dict(content, images=images, annotations=annotations)))
    out = tmp_path_factory.mktemp('out')
    launch = ('-m', 'torch.distributed.run', '--standalone', '--nproc_per_node', '2')
    done = subprocess.run(
        [sys.executable, *launch, str(SCRIPT), str(root), str(out)],
        capture_output=True,
        text=True,
        timeout=400,  # a hang, not a slow machine
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return out


@pytest.mark.parametrize('balancer', BALANCERS)
def test_ranks_with_labels_of_different_tasks_end_with_equal_parameters(balancer, states):
    first, second = (torch.load(states / f'{balancer}_{rank}.pth') for rank in (0, 1))
    assert first.keys() == second.keys()
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, rtol=0, atol=0, equal_nan=True, msg=name)


def test_each_rank_has_taught_the_tasks_that_only_it_has_labels_of(states):
    learned = torch.load(states / 'none_0.pth')
    other = torch.load(states / 'fixed_0.pth')
    # Other weights, other parameters: both a task of rank 0 and one of rank 1 were trained.
    for task in ('masks.predictors.mask', 'attributes.predictors.neck'):
        (name,) = [n for n in learned if task in n and n.endswith('weight')]
        assert not torch.equal(learned[name], other[name])


def test_learned_weights_have_moved_for_the_tasks_of_both_ranks(states):
    state = torch.load(states / 'uncertainty_0.pth')
    moved = dict(
        zip(
            ('detection', 'mask', 'spine', 'ends', 'neck', 'colour', 'length'),
            (state['balancer.log_variances'] != 0).tolist(),
            strict=True,
        )
    )
    assert moved.pop('ends') is False  # nobody has points
    assert all(moved.values())
