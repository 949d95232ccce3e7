"""One declaration reaches all parts of a config."""

from __future__ import annotations

import pytest
from mmengine.config import Config, ConfigDict
from networks import DEMO, ROOT, tiny_config

from projects.smn.datasets import ShareSampler
from projects.smn.engine import TaskRunner, link_tasks
from projects.smn.engine.predictor import load_config
from projects.smn.errors import UserError

CONFIGS = sorted(ROOT.glob('configs/[!_]*/**/*.py'))


@pytest.fixture
def cfg() -> Config:
    return Config.fromfile(DEMO)


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_every_config_declares_tasks_that_link(path):
    linked = link_tasks(Config.fromfile(path))
    assert tuple(linked.model.classes) == tuple(linked.classes)
    declared = {name for name, task in linked.tasks.items() if task}
    assert set(linked.model.tasks) == declared


def test_model_and_data_sets_get_classes_and_tasks(cfg):
    linked = link_tasks(cfg)
    assert set(linked.model.tasks) == set(cfg.tasks)
    for loader in (linked.train_dataloader, linked.val_dataloader, linked.test_dataloader):
        assert tuple(loader.dataset.metainfo.classes) == tuple(cfg.classes)
        assert set(loader.dataset.metainfo.tasks) == set(cfg.tasks)


def test_data_sets_inside_wrappers_are_reached(cfg):
    leaf = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(
        type='RepeatDataset',
        times=2,
        dataset=dict(type='ConcatDataset', datasets=[leaf, leaf]),
    )
    inner = link_tasks(cfg).train_dataloader.dataset.dataset.datasets
    assert all(set(dataset.metainfo.tasks) == set(cfg.tasks) for dataset in inner)


def test_linking_leaves_the_original_alone_and_twice_is_as_good_as_once(cfg):
    before = cfg.pretty_text
    once = link_tasks(cfg)
    assert cfg.pretty_text == before
    assert link_tasks(once).pretty_text == once.pretty_text


def test_a_task_can_be_switched_off(cfg):
    cfg.merge_from_dict({'tasks.neck': None})
    assert 'neck' not in link_tasks(cfg).model.tasks


def test_a_task_can_be_switched_off_in_a_config_that_a_run_has_written(cfg):
    linked = link_tasks(cfg)
    linked.merge_from_dict({'tasks.neck': None})
    again = link_tasks(linked)
    assert 'neck' not in again.model.tasks
    assert again.model.tasks == again.train_dataloader.dataset.metainfo.tasks


def test_a_config_without_a_model_is_refused(cfg):
    cfg.pop('model')
    with pytest.raises(UserError, match='declares no `model`'):
        link_tasks(cfg)


def test_pretrained_is_one_switch(cfg):
    cfg.pretrained = 'weights.pth'
    cfg.model.backbone.frozen_stages = 1
    backbone = link_tasks(cfg).model.backbone
    assert backbone.init_cfg == dict(type='Pretrained', checkpoint='weights.pth')
    assert backbone.frozen_stages == 1
    cfg.pretrained = None
    scratch = link_tasks(cfg).model.backbone
    assert 'init_cfg' not in scratch
    assert scratch.frozen_stages == -1
    assert scratch.norm_eval is False


@pytest.mark.parametrize(
    ('backbone', 'options'),
    [
        (dict(type='ResNet', depth=18), dict(frozen_stages=-1, norm_eval=False)),
        (dict(type='ResNeXt', depth=50), dict(frozen_stages=-1, norm_eval=False)),  # by its base
        (dict(type='VoVNet', variant='V-19-slim-eSE'), dict(frozen_stages=-1, norm_eval=False)),
        (dict(type='VGG', depth=16), dict(frozen_stages=-1, norm_eval=False)),
        (dict(type='EfficientNetLite'), dict(frozen_stages=-1, norm_eval=False)),
        (dict(type='CSPNeXt'), dict(frozen_stages=-1, norm_eval=False)),
        (dict(type='PyramidVisionTransformer'), {}),  # has neither
    ],
    ids=lambda value: value.get('type'),
)
def test_from_scratch_nothing_is_frozen_by_default_either(cfg, backbone, options):
    cfg.pretrained = None
    cfg.model.backbone = ConfigDict(backbone)
    assert link_tasks(cfg).model.backbone == {**backbone, **options}


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_data_root_is_one_switch(path, capfd):
    linked = link_tasks(load_config(path, dict(data_root='elsewhere')))
    for loader in (linked.train_dataloader, linked.val_dataloader, linked.test_dataloader):
        leaves = loader.dataset.get('datasets', [loader.dataset]) if loader else []
        assert all(leaf.data_root == 'elsewhere' for leaf in leaves)
    assert capfd.readouterr().err == ''


def test_data_root_reaches_data_sets_inside_wrappers_and_leaves_a_root_of_their_own(cfg):
    leaf = cfg.train_dataloader.dataset
    own, none = dict(leaf, data_root='own'), dict(leaf, data_root='')
    joined = dict(type='ConcatDataset', datasets=[leaf, own, none])
    cfg.train_dataloader.dataset = dict(type='RepeatDataset', times=2, dataset=joined)
    cfg.data_root = 'elsewhere'
    inner = link_tasks(cfg).train_dataloader.dataset.dataset.datasets
    assert [dataset.data_root for dataset in inner] == ['elsewhere', 'own', '']


def test_a_config_without_data_root_leaves_data_sets_alone(cfg):
    del cfg._cfg_dict['data_root']
    assert 'data_root' not in link_tasks(cfg).train_dataloader.dataset


def test_data_root_is_read_by_a_runner_that_another_tool_makes(tiny_coco, tmp_path):
    """As mim does: options are merged by mmengine, and the runner is made from the config."""
    cfg = tiny_config(tiny_coco)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        del loader.dataset.data_root
    cfg.merge_from_dict(dict(data_root=str(tiny_coco), work_dir=str(tmp_path / 'work')))
    runner = TaskRunner.from_cfg(cfg)
    for loader in (runner._train_dataloader, runner._val_dataloader, runner._test_dataloader):
        assert len(runner.build_dataloader(loader).dataset)


def test_data_root_reaches_a_config_that_a_run_has_written(cfg, tmp_path, capfd):
    link_tasks(cfg).dump(tmp_path / 'written.py')
    again = link_tasks(load_config(tmp_path / 'written.py', dict(data_root='elsewhere')))
    assert again.train_dataloader.dataset.data_root == 'elsewhere'
    assert capfd.readouterr().err == ''


def test_a_sentence_says_which_data_sets_a_data_root_does_not_reach(tmp_path, capfd):
    path = tmp_path / 'leaf.py'
    path.write_text(
        f"_base_ = {str(DEMO)!r}\ntest_dataloader = dict(dataset=dict(data_root='data/own'))\n"
    )
    linked = link_tasks(load_config(path))
    assert linked.test_dataloader.dataset.data_root == 'data/own'
    assert capfd.readouterr().err == ''
    linked = link_tasks(load_config(path, dict(data_root='elsewhere')))
    assert linked.val_dataloader.dataset.data_root == 'elsewhere'
    assert linked.test_dataloader.dataset.data_root == 'data/own'
    assert capfd.readouterr().err == (
        'data_root=elsewhere does not reach the data sets that name another: '
        'test_dataloader data/own\n'
    )


def test_a_config_without_classes_is_refused(cfg):
    cfg._cfg_dict.pop('classes')
    with pytest.raises(UserError, match='declares no `classes`'):
        link_tasks(cfg)


def test_an_unknown_class_is_refused_with_what_there_is(cfg):
    cfg.merge_from_dict({'tasks.neck.of': ('courgette',)})
    with pytest.raises(UserError, match=r"'neck'.*'courgette'.*'cucumber', 'color_board'"):
        link_tasks(cfg)


def test_a_task_that_no_head_takes_is_refused(tiny_coco):
    from mmdet.registry import MODELS

    cfg = tiny_config(tiny_coco)
    del cfg.model.roi_head.heads['keypoints']
    with pytest.raises(UserError, match=r"no head takes task 'ends'.*'masks', 'attributes'"):
        MODELS.build(link_tasks(cfg).model)


def test_a_head_can_claim_a_task_for_itself(tiny_coco):
    from mmdet.registry import MODELS

    cfg = tiny_config(tiny_coco)
    heads = cfg.model.roi_head.heads
    heads['colours'] = dict(heads['attributes'], tasks=('colour',))
    model = MODELS.build(link_tasks(cfg).model)
    assert list(model.roi_head.heads['colours'].tasks) == ['colour']
    assert list(model.roi_head.heads['attributes'].tasks) == ['neck', 'length']


def shared(cfg, **options):
    """The config with a sampler of shares in the training."""
    cfg.train_dataloader.sampler = dict(type='ShareSampler', shares=dict(mask=1.0), **options)
    cfg.train_dataloader.batch_sampler = None
    return cfg


def test_a_share_sampler_gets_the_batch_size_of_its_data_loader(cfg):
    cfg.train_dataloader.batch_size = 6
    linked = link_tasks(shared(cfg))
    assert linked.train_dataloader.sampler.batch_size == 6
    assert 'batch_size' not in linked.val_dataloader.sampler
    assert link_tasks(linked).pretty_text == linked.pretty_text


@pytest.mark.parametrize('kind', ['mmdet.ShareSampler', ShareSampler])
def test_a_share_sampler_is_known_by_scope_and_by_class_too(cfg, kind):
    shared(cfg).train_dataloader.sampler.type = kind
    assert link_tasks(cfg).train_dataloader.sampler.batch_size == cfg.train_dataloader.batch_size


def test_a_share_sampler_of_another_batch_size_is_refused(cfg):
    cfg.train_dataloader.batch_size = 6
    with pytest.raises(UserError, match=r'train_dataloader has batch_size=6, .* batch_size=2;'):
        link_tasks(shared(cfg, batch_size=2))


def test_a_batch_sampler_that_would_break_the_shares_is_refused(cfg):
    shared(cfg).train_dataloader.batch_sampler = dict(type='AspectRatioBatchSampler')
    with pytest.raises(UserError, match=r"'AspectRatioBatchSampler' .* set batch_sampler=None"):
        link_tasks(cfg)


@pytest.mark.parametrize('kind', ['ATSS', 'mmdet.MaskRCNN'])
def test_a_detector_of_mmdetection_itself_is_told_what_to_write_instead(cfg, kind):
    cfg.model = dict(type=kind, backbone=dict(type='ResNet', depth=18))
    with pytest.raises(UserError, match=f"{kind[-4:]}, which takes no tasks; .*'MultiTaskNet'"):
        link_tasks(cfg)
