"""Values of a checkpoint that mmengine believes: text that it runs, and paths that it removes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from projects.smn.errors import UserError

# A config is a program. Runner.resume runs that of `meta`; mmengine's inferencer runs any of them.
CONFIGS = ('config', 'cfg')
# CheckpointHook removes these, and epochs of these numbers, to make room for others.
BEST, KEPT = 'best_ckpt', 'keep_ckpt_ids'
BEST_FILE = re.compile(r'best_[^/\\\0]+\.pth')
# What a run is resumed from, and of which type each part is.
PARTS = dict(meta=dict, optimizer=dict, message_hub=dict)
OF_META = dict(epoch=int, iter=int)
OF_HUB = dict(log_scalars=dict, runtime_info=dict, resumed_keys=dict)


def harmless(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """Take configs out of a checkpoint, and paths of files that would be removed.

    The best checkpoint of the run stays known by the name of its file, as ``best_files``.
    """
    if isinstance(meta := checkpoint.get('meta'), dict):
        for key in CONFIGS:
            meta.pop(key, None)
    hub = checkpoint.get('message_hub')
    info = hub.get('runtime_info') if isinstance(hub, dict) else None
    if isinstance(info, dict):
        best = checkpoint['best_files'] = {}
        for key, value in list(info.items()):
            if str(key).startswith(BEST):
                name = re.split(r'[/\\]', value)[-1] if isinstance(value, str) else ''
                if BEST_FILE.fullmatch(name):
                    best[key] = name
                del info[key]
            elif key in CONFIGS or (key == KEPT and not _are_numbers(value)):
                del info[key]
    return checkpoint


def with_best_files(checkpoint: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A checkpoint that knows the best one of its run again, if that lies in the run's folder."""
    found = {
        key: str(folder / name)
        for key, name in checkpoint.pop('best_files', {}).items()
        if (folder / name).is_file() and not (folder / name).is_symlink()
    }
    checkpoint['message_hub']['runtime_info'].update(found)
    return checkpoint


def check_resumable(checkpoint: Mapping[str, Any], filename: str) -> None:
    """Check that a run can be resumed.

    Raises:
        UserError: If a part is missing, or of another type.
    """
    for where, parts in (('', PARTS), ('meta', OF_META), ('message_hub', OF_HUB)):
        content = checkpoint[where] if where else checkpoint
        for name, kind in parts.items():
            if name not in content:
                raise UserError(
                    f'{filename} cannot be resumed, as {where or "it"} has no {name!r}; load_from '
                    'takes its weights for a new training'
                )
            if not isinstance(content[name], kind) or isinstance(content[name], bool):
                raise UserError(
                    f'{filename} cannot be resumed: {name!r} is of type '
                    f'{type(content[name]).__name__}, not {kind.__name__}'
                )


def _are_numbers(kept: Any) -> bool:
    """They become part of a name: one that is text could be a path."""
    return isinstance(kept, list) and all(type(number) is int for number in kept)
