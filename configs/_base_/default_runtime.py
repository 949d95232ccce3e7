default_scope = 'mmdet'
runner_type = 'TaskRunner'
custom_imports = dict(
    imports=[
        'projects.smn.datasets',
        'projects.smn.models',
        'projects.smn.evaluation',
        'projects.smn.visualization',
        'projects.smn.engine',
    ],
    allow_failed_imports=False,
)

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=2),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    visualization=dict(type='TaskVisualizationHook'),
)
custom_hooks = [dict(type='LabelSummaryHook'), dict(type='ResultTableHook')]

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),  # gloo is used where there is no GPU
)
visualizer = dict(
    type='TaskVisualizer', vis_backends=[dict(type='LocalVisBackend')], name='visualizer'
)
log_processor = dict(type='LogProcessor', window_size=50, by_epoch=True)
log_level = 'INFO'
load_from = None
resume = False
