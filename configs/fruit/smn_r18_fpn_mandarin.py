# Photographs of mandarins with grade and size, from scratch; docs/data.md says how to make the
# files. smn_lite0_fpn_mandarin.py starts from ImageNet weights, and is better.
_base_ = './smn_r18_fpn_fruit_demo.py'
classes = ('mandarin',)
tasks = dict(
    _delete_=True,
    mask=dict(type='MaskTask'),
    grade=dict(type='ClassificationTask', classes=('A', 'B', 'C'), ordinal=True),
    size=dict(type='ClassificationTask', classes=('small', 'medium', 'large'), ordinal=True),
)
data_root = 'data/mandarin/'
source = dict(data_prefix=dict(img='images/'))
train_dataloader = dict(dataset=source)
test_dataloader = dict(dataset=source)
# 142 photographs are too few for a third part to choose a checkpoint by.
val_cfg = val_dataloader = val_evaluator = None

train_cfg = dict(max_epochs=12)
