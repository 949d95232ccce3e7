"""What libraries say at every start and tells a user nothing, named one by one.

Importing this imports mmdet's data sets, which print a line, without that line; and ignores the
warnings below from then on. Everything else that libraries say is heard.
"""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import redirect_stdout
from importlib import import_module

# Regular expressions for the beginnings of warnings.
WARNINGS = (
    r'torch\.meshgrid: in an upcoming release',  # mmdet calls it as PyTorch before 1.10 had it
    r'.*faster_coco_eval',  # mmdet would rather have this than pycocotools, which serves as well
    r'For binary segmentation, we suggest using',  # two classes with a name each are as good
    r'.*pkg_resources',  # mmengine and mim use it; requirements/torch.txt has what provides it
)
# mmdet has data sets for a service of its maintainers.
LINES = {'Could not import OneDL. Skipping OneDL datasets.'}
# How lines of the log begin: mmengine's hooks use what mmengine will drop.
RECORDS = ('"FileClient" will be deprecated', '"HardDiskBackend" is the alias')
# And how they end: the levels of RTMDet's head share convolutions, and the config says so.
ENDS = 'It is skipped since bypass_duplicate=True'

# How long lists begin, and lines that say what is always so.
FOR_THE_FILE = (
    '------------------------------------------------------------\nSystem environment',
    'Config:\n',
    'Distributed training is not used, all SyncBatchNorm',
    'Exp name: ',
    'Hooks will be executed in the following order',
    'Loads checkpoint by ',
    'Checkpoints will be saved to ',
    'Reach the end of the dataloader',
    'The prefix is not set in metric class',
    'load model from: ',
    'paramwise_options -- ',
)
# A warning for each parameter that a config freezes.
FROZEN = 'is skipped since its requires_grad=False'


def is_worth_hearing(record: logging.LogRecord) -> bool:
    """A filter of the log of a run."""
    message = record.getMessage()
    return not (message.startswith(RECORDS) or message.endswith(ENDS))


def is_for_the_screen(record: logging.LogRecord) -> bool:
    """A filter for the terminal: what a run says once for the record is in its log file alone."""
    message = record.getMessage().strip()
    return not (message.startswith(FOR_THE_FILE) or message.endswith(FROZEN))


def import_quietly(name: str) -> None:
    """Import a module, and leave out :data:`LINES` of what it prints."""
    heard = io.StringIO()
    try:
        with redirect_stdout(heard):
            import_module(name)
    finally:
        for line in heard.getvalue().splitlines():
            if line not in LINES:
                print(line)


for message in WARNINGS:
    warnings.filterwarnings('ignore', message=message)
import_quietly('mmdet.datasets')
