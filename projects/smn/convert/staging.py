"""An output folder that is written whole or not at all, and never over somebody's work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path

from projects.smn.errors import UserError, listing

RESULT = {'annotations', 'images', 'summary.json'}
# In a result, what it consists of: a line for each file, with its size.
MANIFEST = '.written'


@contextmanager
def whole_folder(
    out: Path, sources: Iterable[Path], tool: str, layouts: Iterable[Set[str]] = (RESULT,)
) -> Iterator[Path]:
    """Give a folder beside ``out``, with ``images`` in it; it becomes ``out`` on success.

    Of what is there, only an earlier result of the same tool is ever replaced: a folder that holds
    what one of the ``layouts`` says, with ``"tool"`` in its summary, and no file that the tool has
    not written so.

    Raises:
        UserError: ``out`` is one of the sources, holds one or lies in one, or holds something else.
    """
    out = out.resolve()
    for source in map(Path.resolve, sources):
        if out == source or out in source.parents:
            raise UserError(f'--out {out} holds the source: choose another folder')
        if source in out.parents:
            raise UserError(f'--out {out} lies in {source}, which is only read: choose another')
    if out.exists() and not _is_replaceable(out, tool, layouts):
        raise UserError(f'--out {out} holds something else than an earlier result of this tool')
    if others := _others(out):
        raise UserError(
            f'--out {out} holds {listing(others, 4)}, added or changed since this tool wrote the '
            'rest: move it away, or choose another folder'
        )
    staged, old = (out.with_name(f'.{out.name}.{os.getpid()}.{word}') for word in ('new', 'old'))
    try:
        (staged / 'images').mkdir(parents=True)
        yield staged
        (staged / MANIFEST).write_text('\n'.join(_files(staged)), 'utf-8')
        _replace(out, staged, old)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _replace(out: Path, staged: Path, old: Path) -> None:
    """Rename ``staged`` to ``out``; what was there goes, or comes back if that fails."""
    if out.exists():
        out.rename(old)
    try:
        staged.rename(out)
    except BaseException:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _is_replaceable(out: Path, tool: str, layouts: Iterable[Set[str]]) -> bool:
    if not out.is_dir():
        return False
    inside = {path.name for path in out.iterdir()} - {MANIFEST}
    if inside not in layouts:
        return not inside
    return f'"tool": "{tool}"' in (out / 'summary.json').read_text('utf-8', 'replace')


def _others(out: Path) -> list[str]:
    """Files of an earlier result that it did not have, or of another size."""
    if not (out / MANIFEST).is_file():
        return []
    written = {*(out / MANIFEST).read_text('utf-8').split('\n')}
    return [line.partition(' ')[2] for line in _files(out) if line not in written]


def _files(folder: Path) -> list[str]:
    """Size and path of every file in a folder, but for hidden ones."""
    paths = (path for path in sorted(folder.rglob('[!.]*')) if path.is_file())
    return [f'{path.stat().st_size} {path.relative_to(folder).as_posix()}' for path in paths]
