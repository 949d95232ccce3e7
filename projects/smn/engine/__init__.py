"""The runner that links tasks, hooks, checkpoints, and the inference API."""

from projects.smn import quiet  # noqa: F401  # before mmdet is imported

from .checkpoints import check_architecture, load_checkpoint_file
from .hooks import LabelSummaryHook, ResultTableHook
from .linking import link_tasks
from .optim import JacobianOptimWrapper
from .prediction import Prediction
from .predictor import Predictor
from .runner import TaskRunner

__all__ = [
    'JacobianOptimWrapper',
    'LabelSummaryHook',
    'Prediction',
    'Predictor',
    'ResultTableHook',
    'TaskRunner',
    'check_architecture',
    'link_tasks',
    'load_checkpoint_file',
]
