# Photographs of cucumbers labelled with makesense.ai: all tasks of the synthetic ones but length,
# which nobody measured. docs/data.md says how to make the files. The sample is one photograph, so
# it is both trained on and tested on; with more, `--split 80-20` makes train.json and test.json.
_base_ = './smn_r18_fpn_fruit.py'
tasks = dict(length=None)
data_root = 'data/cucumber/'
source = dict(ann_file='annotations/all.json', data_prefix=dict(img='images/'))
train_dataloader = dict(dataset=source)
test_dataloader = dict(dataset=source)
val_cfg = val_dataloader = val_evaluator = None
