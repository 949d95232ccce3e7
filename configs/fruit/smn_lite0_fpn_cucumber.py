# Photographs of cucumbers labelled with makesense.ai, in random cuts, from ImageNet weights. The
# sample is one photograph, trained on and tested on: this shows that labels, network and metrics
# work together, not how well. With more, `--split 80-20` makes train.json and test.json.
_base_ = './smn_lite0_fpn_fruit_demo.py'
tasks = dict(length=None)  # nobody measured it
data_root = 'data/cucumber/'
source = dict(ann_file='annotations/all.json', data_prefix=dict(img='images/'))
size = (1024, 1024)  # the photograph; a cut is half as wide, and has two or three fruits
cut = (512, 512)
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='RandomResize', scale=size, ratio_range=(0.8, 1.25), keep_ratio=True),
    dict(type='RandomCrop', crop_size=cut, allow_negative_crop=False),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=size, keep_ratio=True),
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
# An epoch is 100 steps of two cuts.
train_dataloader = dict(
    sampler=dict(_delete_=True, type='ShareSampler', shares=[1.0], epoch_length=200),
    batch_sampler=None,
    dataset=dict(pipeline=train_pipeline, **source),
)
test_dataloader = dict(dataset=dict(pipeline=test_pipeline, **source))
val_cfg = val_dataloader = val_evaluator = None

train_cfg = dict(max_epochs=3)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', eta_min=1e-5, by_epoch=False, begin=0),
]
