"""docs/train.md: its commands are taken, and what it says of another network's weights holds."""

from __future__ import annotations

import re
import shlex
import sys

import pytest
import train
from examples import example_config
from helpers import TASKS
from networks import ROOT, tiny_model

from projects.smn.engine import link_tasks
from projects.smn.engine.checkpoints import describe_fit
from projects.smn.engine.predictor import load_config

DEMO = ROOT / 'configs' / 'fruit' / 'smn_lite0_fpn_fruit_demo.py'
PAGE = (ROOT / 'docs' / 'train.md').read_text()
COMMANDS = sorted(set(re.findall(r'tools/train\.py [^`\n]*', PAGE)))

FURTHER = dict(
    mask=dict(type='MaskTask'),
    keypoint=dict(type='KeypointTask', points=('tip',)),
    classification=dict(type='ClassificationTask', classes=('a', 'b', 'c')),
    regression=dict(type='RegressionTask'),
)


@pytest.mark.parametrize('command', COMMANDS)
def test_every_command_is_one_that_the_tool_takes(command, monkeypatch):
    monkeypatch.setattr(sys, 'argv', shlex.split(command))
    args = train.parse_args()
    load_config(DEMO if args.config == 'CONFIG' else ROOT / args.config, args.cfg_options)


def test_the_commands_are_found():
    assert len(COMMANDS) >= 8


def test_the_example_of_a_schedule_trains_as_long_as_it_says(tmp_path):
    cfg = link_tasks(example_config('docs/train.md', 'max_iters = 400', tmp_path))
    assert cfg.train_cfg.to_dict() == dict(
        type='IterBasedTrainLoop', max_iters=400, val_interval=400
    )
    assert 'end' not in cfg.param_scheduler[1]  # given when it is built: test_opening_hook.py


def test_the_example_of_another_network_says_how_long_and_from_where(tmp_path):
    cfg = link_tasks(example_config('docs/train.md', 'load_from =', tmp_path))
    assert (cfg.train_cfg.max_epochs, cfg.load_from) == (6, 'work_dirs/demo/epoch_7.pth')


@pytest.mark.parametrize('kind', FURTHER)
def test_a_task_more_starts_alone_from_random_values(tiny_coco, kind):
    weights = tiny_model(tiny_coco).state_dict()
    model = tiny_model(tiny_coco, {**TASKS, 'further': FURTHER[kind]})
    said = describe_fit(model, weights)
    (missing,) = re.findall(r'not in the file: (.*)', said)
    assert missing == 'roi_head.heads (2)'  # a weight and a bias
    assert set(model.state_dict()) - set(weights) == {
        name for name in model.state_dict() if '.predictors.further.' in name
    }


def test_a_task_less_leaves_the_others_as_they_are(tiny_coco):
    weights = tiny_model(tiny_coco).state_dict()
    fewer = {name: task for name, task in TASKS.items() if name != 'neck'}
    said = describe_fit(tiny_model(tiny_coco, fewer), weights)
    assert 'not in the file' not in said
    assert 'of another shape' not in said
