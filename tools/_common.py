"""What the command lines share: their flags, and how a config is read."""

from __future__ import annotations

import argparse
import os
import os.path as osp
import sys
from pathlib import Path

# Work from a checkout without installation, from any folder.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

try:
    import torch
    from mmengine.config import Config, DictAction
except ModuleNotFoundError as error:
    sys.exit(
        f'error: {error.name} is not installed for {sys.executable}: activate the environment, '
        '. .venv/bin/activate, or make it, python tools/install.py'
    )

from projects.smn.engine import predictor
from projects.smn.engine.unread import doubtful_options, unread_names
from projects.smn.errors import UserError
from projects.smn.visualization import STYLES


def add_run_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of mmdet's own train and test tools."""
    parser.add_argument('--work-dir', help='where logs, checkpoints and metrics go')
    add_cfg_options(parser)
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how several processes are started',
    )
    parser.add_argument(
        '--verbose', action='store_true', help='show all that the log file has: environment, config'
    )
    add_strict(parser)
    # torch.distributed.launch passes it.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)


def add_strict(parser: argparse.ArgumentParser) -> None:
    """The flag of tools that read labels."""
    parser.add_argument(
        '--strict',
        action='store_true',
        help='refuse annotation files of which something is left out, mended or taken for granted',
    )


class Options(DictAction):
    """mmengine's reading of ``KEY=VALUE``, with a sentence for what it cannot read."""

    def __call__(self, *args) -> None:
        try:
            super().__call__(*args)
        except (ValueError, AssertionError):
            raise UserError(
                f'--cfg-options takes KEY=VALUE, without spaces, all brackets closed; not {args[2]}'
            ) from None


def add_cfg_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=Options,
        metavar='KEY=VALUE',
        help='override entries of the config, such as tasks.neck.of=cucumber or '
        'train_dataloader.batch_size=8',
    )


def add_scale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--scale',
        type=int,
        metavar='PIXELS',
        help='how large the network sees an image, the longer side; default: as the config says',
    )
    parser.add_argument(
        '--max-objects',
        type=int,
        metavar='N',
        help='how many objects of an image it gives at most; default: as the config says',
    )


def load_config(path: str | Path, options: dict | None = None) -> Config:
    """A config with ``--cfg-options`` over it; what nothing reads is said."""
    cfg = predictor.load_config(path, options)
    doubtful = doubtful_options(predictor.load_config(path), options) if options else ()
    for sentence in [*unread_names(path), *doubtful]:
        print(f'warning: {sentence}', file=sys.stderr)
    return cfg


def add_style(parser: argparse.ArgumentParser, default: str | None = 'fill') -> None:
    parser.add_argument(
        '--style',
        choices=STYLES,
        default=default,
        help='how masks and maps are drawn: filled, as outlines, which hide no colour, or not',
    )


def config_of(args: argparse.Namespace) -> Config:
    """The config that the flags of :func:`add_run_flags` describe."""
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = load_config(args.config, args.cfg_options)
    cfg.launcher = args.launcher
    cfg.strict = args.strict or cfg.get('strict', False)
    cfg.verbose = args.verbose or cfg.get('verbose', False)
    cfg.work_dir = (
        args.work_dir
        or cfg.get('work_dir')
        or osp.join('work_dirs', osp.splitext(osp.basename(args.config))[0])
    )
    return cfg


def checked_device(name: str | None) -> str | None:
    """The value of --device.

    Raises:
        UserError: If there is no such device.
    """
    if name is None:
        return None
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UserError(f'--device {name}: no such device; try cpu or cuda:0') from None
    if device.type not in ('cpu', 'cuda'):
        raise UserError(f'--device {name}: try cpu or cuda:0')
    if device.type == 'cuda' and not torch.cuda.is_available():
        raise UserError(f'--device {name}: torch sees no GPU')
    if device.type == 'cuda' and (device.index or 0) >= torch.cuda.device_count():
        raise UserError(f'--device {name}: torch sees {torch.cuda.device_count()} GPU(s)')
    return name
