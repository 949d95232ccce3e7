"""Running the tools as a user would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEMO = ROOT / 'configs' / 'fruit' / 'smn_r18_fpn_fruit_demo.py'


def run(tool: str, *arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    """Run ``python tools/<tool>`` from a folder; the output is text."""
    command = [sys.executable, str(ROOT / 'tools' / tool), *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


def on(data: Path) -> list[str]:
    """Options that put the demo's config on a small data set, for one short epoch."""
    small = [
        f'data_root={data}',
        'train_cfg.max_epochs=1',
        'train_cfg.val_interval=1',
        'train_dataloader.batch_size=2',
        'test_dataloader.batch_size=2',
        'model.backbone.base_channels=16',
        'model.backbone.stem_channels=16',
        'model.neck.in_channels=[16,32,64,128]',
    ]
    return ['--cfg-options', *small]
