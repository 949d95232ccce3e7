_base_ = './mask-rcnn_r50_fpn_balloon.py'
# VoVNetV2-19, from the list in the README of youngwanLEE/vovnet-detectron2.
pretrained = 'https://dl.dropbox.com/s/rptgw6stppbiw1u/vovnet19_ese_detectron2.pth'
model = dict(
    # As there: BGR, not scaled, and nothing is frozen.
    data_preprocessor=dict(mean=[103.53, 116.28, 123.675], std=[1.0, 1.0, 1.0], bgr_to_rgb=False),
    backbone=dict(
        _delete_=True, type='VoVNet', variant='19', ese=True, frozen_stages=-1, norm_eval=True
    ),
    neck=dict(in_channels=[256, 512, 768, 1024]),
)
