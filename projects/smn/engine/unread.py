"""Names in a config, or on the command line, that change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from inspect import signature
from itertools import islice
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from projects.smn.errors import UserError, listing

from .config_files import ConfigFile, all_of

# Other switches of mmengine and of mmdet's tools than the runner's arguments.
OF_MMENGINE = (
    'runner_type', 'custom_imports', 'model_wrapper_cfg', 'find_unused_parameters', 'sync_bn',
    'compile', 'activation_checkpointing', 'efficient_conv_bn_eval', 'tta_model', 'tta_pipeline',
)  # fmt: skip
OF_THIS_PROJECT = (
    'classes', 'tasks', 'data_root', 'pretrained', 'packed', 'max_epochs', 'max_iters', 'monitor',
    'verbose',
)  # fmt: skip
READ = {*signature(Runner).parameters, *OF_MMENGINE, *OF_THIS_PROJECT} - {'cfg'}
PLACES = 4
ALIKE = 0.8  # as difflib counts; 'norm_cfg' and 'conv_cfg' are less


def unread_names(path: str | Path) -> list[str]:
    """A sentence for each top-level name of a config that nothing reads.

    A name is read by the runner, by this project, or by the rest of the file, from which a value
    goes on to where it is needed. A file that overrides such a variable of its base comes too late:
    the base has used its own.

    Args:
        path: A config in Python; there is nothing to say of others, nor of one that a run has
            written, which keeps all variables of the one that it was given.
    """
    if Path(path).suffix != '.py':
        return []
    file = ConfigFile.read(Path(path))
    if 'launcher' in file.defined and not file.bases:
        return []
    sentences = []
    for name in sorted(file.defined - file.used - READ):
        used = next((base.path.name for base in all_of(file.bases) if name in base.used), None)
        late = f'; {used} has used its own, so set what it went into' if used else _nearest(name)
        sentences.append(f'{path}: nothing reads `{name}`{late}')
    return sentences


def _nearest(name: str, nested: Iterable[str] = ()) -> str:
    """The end of a sentence: what may have been meant, of the names that are read."""
    near = get_close_matches(name, sorted(READ), 1) or [*islice(nested, PLACES)]
    return f'; did you mean {listing(near, PLACES)}?' if near else ''


def refuse_unread(cfg: Config, options: Mapping[str, Any]) -> None:
    """Refuse options that nothing would read.

    Args:
        cfg: The config, before the options are merged over it.
        options: Names with dots to values.

    Raises:
        UserError: If the first part of a name is no top-level name that is read. A variable of the
            config is not either: its value is where it was needed already, which is said. If a
            task that is switched off, or changed, is none.
    """
    _refuse_unknown_tasks(cfg, options)
    for option in options:
        name, _, rest = option.partition('.')
        if name in READ:
            continue
        if name not in cfg:
            nested = (path for path, _ in _walk(cfg) if path.endswith(f'.{option}'))
            raise UserError(
                f'--cfg-options {option}: nothing reads {name!r}{_nearest(name, nested)}'
            )
        if _was_written_by_a_run(cfg):
            raise UserError(f'--cfg-options {option}: nothing reads {name!r}{_nearest(name)}')
        places = [*_places(cfg, name, rest)]
        # A number is in many places by chance; a list or a dict is not.
        structured = isinstance(cfg[name], (Mapping, list, tuple))
        if (places and structured) or _is_variable(cfg, name):
            shown = ', '.join(places[:PLACES]) or 'the config'
            more = f' and {len(places) - PLACES} more' if len(places) > PLACES else ''
            raise UserError(
                f'--cfg-options {option} comes too late: {name!r} is a variable, whose value is '
                f'already in {shown}{more}; set it there'
            )


def _refuse_unknown_tasks(cfg: Config, options: Mapping[str, Any]) -> None:
    known = cfg.get('tasks') or {}
    for option, value in options.items():
        top, _, rest = option.partition('.')
        task, _, entry = rest.partition('.')
        if top != 'tasks' or not task or task in known:
            continue
        # Nothing to switch off, and nothing to change; a new one has a type.
        if value is None or (entry and f'tasks.{task}.type' not in options):
            near = get_close_matches(task, [*known], 1)
            more = f'did you mean {near[0]!r}?' if near else f'the config has {listing(known)}'
            raise UserError(f'--cfg-options {option}: there is no task {task!r}; {more}')


def doubtful_options(cfg: Config, options: Iterable[str]) -> Iterator[str]:
    """A sentence for each option that adds a name beside one that is nearly the same.

    It may be meant so: what a part of a network or a hook takes is known to that part alone.

    Args:
        cfg: The config, before the options are merged over it.
        options: Names with dots. Those of tasks are anybody's.
    """
    for option in options:
        name, siblings = _first_new(cfg, option.split('.'))
        near = get_close_matches(name, siblings, 1, ALIKE)
        if near and not option.startswith('tasks.'):
            yield f'--cfg-options {option}: {name!r} is new; did you mean {near[0]!r}?'


def _first_new(node: Any, path: Iterable[str]) -> tuple[str, list[str]]:
    """The first name on a way into a config that is not there, and those beside it."""
    for name in path:
        if isinstance(node, (list, tuple)):
            node = node[int(name)] if name.isdigit() and int(name) < len(node) else None
        elif not isinstance(node, (Config, Mapping)):
            return name, []
        elif name not in node:
            return name, [*node]
        else:
            node = node[name]
    return '', []


def _was_written_by_a_run(cfg: Config) -> bool:
    """Whether what a config names is all in its place already."""
    return 'launcher' in cfg and not ConfigFile.read(Path(cfg.filename or '')).bases


def _is_variable(cfg: Config, name: str) -> bool:
    """Whether a config makes use of a name itself, while it is read."""
    path = Path(cfg.filename or '')
    if path.suffix != '.py' or not path.is_file():
        return False
    return any(name in file.used for file in all_of([ConfigFile.read(path)]))


def _places(cfg: Config, name: str, rest: str) -> Iterator[str]:
    """Where a variable has gone, or else the entry of it that is named, in what is read."""
    found = [path for path, value in _walk(cfg) if _same(value, cfg[name])]
    if found:
        yield from (f'{path}.{rest}'.rstrip('.') for path in found)
    elif isinstance(cfg[name], Mapping) and rest in cfg[name]:
        for path, value in _walk(cfg):
            if path.endswith(f'.{rest}') and _same(value, cfg[name][rest]):
                yield path


def _walk(cfg: Config) -> Iterator[tuple[str, Any]]:
    """All entries of the parts that are read, with names as ``--cfg-options`` has them."""
    for name in sorted(READ & set(cfg)):
        yield name, cfg[name]
        yield from _inside(cfg[name], name)


def _inside(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        items = tree.items()
    else:
        items = enumerate(tree) if isinstance(tree, (list, tuple)) else ()
    for key, item in items:
        yield f'{path}.{key}', item
        yield from _inside(item, f'{path}.{key}')


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other
