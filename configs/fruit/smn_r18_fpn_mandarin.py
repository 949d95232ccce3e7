# Photographs of mandarins with grade and size; docs/data.md says how to make the files.
_base_ = './smn_r18_fpn_fruit.py'
classes = ('mandarin',)
tasks = dict(
    _delete_=True,
    mask=dict(type='MaskTask'),
    grade=dict(type='ClassificationTask', classes=('A', 'B', 'C'), ordinal=True),
    size=dict(type='ClassificationTask', classes=('small', 'medium', 'large'), ordinal=True),
)
source = dict(data_root='data/mandarin/', data_prefix=dict(img='images/'))
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadTaskAnnotations'),
    dict(type='RandomChoiceResize', scales=[(448, 448), (512, 512), (576, 576)], keep_ratio=True),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion', hue_delta=5),
    dict(type='PackTaskInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(512, 512), keep_ratio=True),
    dict(type='LoadTaskAnnotations'),
    dict(type='PackTaskInputs'),
]
train_dataloader = dict(batch_size=4, dataset=dict(**source, pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(**source, pipeline=test_pipeline))
# 142 photographs are too few for a third part to choose a checkpoint by.
val_cfg = val_dataloader = val_evaluator = None
