"""Names that change nothing, in a config and on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from networks import ROOT

from projects.smn.engine.predictor import load_config
from projects.smn.engine.unread import doubtful_options, unread_names
from projects.smn.errors import UserError

CONFIGS = ROOT / 'configs'
DEMO = CONFIGS / 'fruit' / 'smn_lite0_fpn_fruit_demo.py'
PET = CONFIGS / 'pet' / 'lite1-fpn-mtl_pet.py'


def said_of(folder: Path, text: str, base: Path = PET) -> list[str]:
    path = folder / 'mine.py'
    path.write_text(f"_base_ = '{base}'\n{text}")
    return [sentence.removeprefix(f'{path}: nothing reads ') for sentence in unread_names(path)]


@pytest.mark.parametrize('path', [p for p in CONFIGS.rglob('*.py') if '_base_' not in p.parts])
def test_the_configs_here_have_none(path):
    assert unread_names(path) == []


def test_a_misspelt_name_is_said_with_the_nearest(tmp_path):
    assert said_of(tmp_path, 'max_epoch = 3\n') == ["`max_epoch`; did you mean 'max_epochs'?"]
    assert said_of(tmp_path, 'colour = 3\n') == ['`colour`']


def test_a_variable_that_the_base_has_used_already_is_said(tmp_path):
    (sentence,) = said_of(tmp_path, 'size = 512\n')
    assert sentence == '`size`; lite1-fpn-mtl_pet.py has used its own, so set what it went into'


def test_what_the_rest_of_the_file_uses_is_read(tmp_path):
    used = 'size = 512\nmodel = dict(neck=dict(out_channels=size))\n'
    assert said_of(tmp_path, used) == []
    assert said_of(tmp_path, '_size = 512\nmax_iters = 3\nclasses = ("cat",)\n') == []


def test_a_config_that_a_run_wrote_keeps_its_variables(tmp_path):
    cfg = load_config(PET)
    cfg.launcher = 'none'
    cfg.dump(tmp_path / 'run.py')
    assert unread_names(tmp_path / 'run.py') == []


@pytest.mark.parametrize(
    ('option', 'said'),
    [
        ('model.test_cfg.rcnn.score_th', "'score_th' is new; did you mean 'score_thr'?"),
        ('train_dataloader.batchsize', "'batchsize' is new; did you mean 'batch_size'?"),
        ('default_hooks.checkpont.interval', "'checkpont' is new; did you mean 'checkpoint'?"),
        ('train_dataloader.dataset.pipeline.3.scales', "'scales' is new; did you mean 'scale'?"),
        ('model.test_cfg.rcnn.score_thr', None),
        ('model.backbone.conv_cfg', None),
        ('model.backbone.norm_cfg.momentum', None),
        ('default_hooks.checkpoint.save_best', None),
        ('optim_wrapper.accumulative_counts', None),
        ('tasks.necks.type', None),
        ('tasks', None),
        ('train_dataloader.dataset.pipeline.99.scale', None),
        ('max_epochs.3', None),
    ],
)
def test_a_new_name_beside_one_that_is_nearly_the_same_is_said(option, said):
    found = [*doubtful_options(load_config(DEMO), [option])]
    assert found == ([f'--cfg-options {option}: {said}'] if said else [])


def test_what_a_run_wrote_has_no_variable_left_to_set(tmp_path):
    cfg = load_config(PET)
    cfg.launcher = 'none'
    cfg.dump(tmp_path / 'run.py')
    with pytest.raises(UserError, match="--cfg-options size: nothing reads 'size'"):
        load_config(tmp_path / 'run.py', dict(size=1))


@pytest.mark.parametrize(
    ('option', 'words'),
    [
        ({'tasks.breeds': None}, "tasks.breeds: there is no task 'breeds'; did you mean 'breed'"),
        ({'tasks.breeed.weight': 2}, "there is no task 'breeed'; did you mean 'breed'"),
        ({'tasks.length': None}, "there is no task 'length'; the config has 'map', "),
    ],
)
def test_a_task_that_is_none_cannot_be_switched_off_or_changed(option, words):
    with pytest.raises(UserError, match=words):
        load_config(PET, option)


def test_a_task_may_be_new():
    new = {'tasks.fur.type': 'ClassificationTask', 'tasks.fur.classes': ['long', 'short']}
    assert 'fur' in load_config(PET, new).tasks
    assert load_config(PET, {'tasks.breed': None}).tasks.breed is None


@pytest.mark.parametrize(
    ('option', 'words'),
    [
        (dict(max_epoch=3), "nothing reads 'max_epoch'; did you mean 'max_epochs'"),
        (dict(lr=0.1), "nothing reads 'lr'; did you mean 'optim_wrapper.optimizer.lr'"),
        (dict(colour=1), "nothing reads 'colour'$"),
        (
            {'test_pipeline.1.scale': (640, 640)},
            'already in test_dataloader.dataset.pipeline.1.scale, val_dataloader.dataset',
        ),
        ({'loader.num_workers': 2}, 'already in test_dataloader.num_workers, train_dataloader'),
        ({'dice.loss_weight': 1.0}, 'already in tasks.mask.loss.loss_weight, tasks.spine'),
    ],
)
def test_an_option_that_nothing_would_read_is_refused(option, words):
    with pytest.raises(UserError, match=words):
        load_config(DEMO, option)


@pytest.mark.parametrize(
    'option',
    [dict(max_epochs=3), {'test_dataloader.dataset.pipeline.1.scale': (640, 640)}, {'tasks': {}}],
)
def test_an_option_that_is_read_is_taken(option):
    load_config(DEMO, option)


def test_a_name_that_only_own_code_can_read_is_taken(tmp_path):
    path = tmp_path / 'mine.py'
    path.write_text(f"_base_ = '{PET}'\nfor_my_hook = 3\n")
    assert load_config(path, dict(for_my_hook=4)).for_my_hook == 4


@pytest.mark.parametrize('bases', ["['./a.py', *[]]", "'./' + 'a.py'", "'./a.py', './b.yaml'"])
def test_bases_of_any_form_are_no_trouble(tmp_path, bases):
    (tmp_path / 'a.py').write_text('size = 3\nmodel = dict(size=size)\n')
    (tmp_path / 'b.yaml').write_text('work_dir: "x"\n')
    path = tmp_path / 'mine.py'
    path.write_text(f'_base_ = {bases}\nmax_epoch = 3\n', 'utf-8')
    assert len(unread_names(path)) == 1
