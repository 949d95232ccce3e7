# Task heads see a map of stride 4 too, which RTMDet's neck lacks.
_base_ = './smn_rtmdet-tiny_fruit.py'
fine = dict(featmap_strides=[4, 8, 16, 32])
model = dict(
    backbone=dict(out_indices=(1, 2, 3, 4)),
    neck=dict(type='FineCSPNeXtPAFPN', in_channels=[48, 96, 192, 384]),
    bbox_index=(1, 2, 3),
    roi_head=dict(
        heads=dict(
            masks=dict(roi_extractor=fine),
            keypoints=dict(roi_extractor=fine),
            attributes=dict(roi_extractor=fine),
        ),
    ),
)
