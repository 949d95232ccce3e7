"""What the files of a config say, read and not run: who defines a name, and who uses it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class ConfigFile:
    """What one file of a config defines at its top level, and what it makes use of itself.

    Args:
        path: Of the file.
        defined: Names that it assigns, without those that begin with an underscore.
        used: Names that it reads.
        bases: The files in its ``_base_``. What is computed, or is in another package, is not
            followed.
        loop: What it says of ``train_cfg``, as it is written.
    """

    path: Path
    defined: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    bases: list[ConfigFile] = field(default_factory=list)
    loop: str = ''

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """Of a file that is no Python, such as a base in YAML, nothing is known."""
        file = cls(path)
        try:
            tree = ast.parse(path.read_text('utf-8'))
        except (OSError, SyntaxError, ValueError):
            return file
        for statement in tree.body:
            targets = statement.targets if isinstance(statement, ast.Assign) else ()
            if isinstance(statement, ast.AnnAssign):
                targets = (statement.target,)
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            if '_base_' in names:
                file.bases = [cls.read(path.parent / name) for name in _names(statement.value)]
            if 'train_cfg' in names:
                file.loop = ast.unparse(statement.value)
            file.defined |= {name for name in names if not name.startswith('_')}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                file.used.add(node.id)
        return file


def all_of(files: Sequence[ConfigFile]) -> Iterator[ConfigFile]:
    """Files, each followed by all that it builds on."""
    for file in files:
        yield file
        yield from all_of(file.bases)


def is_overruled(path: str | Path, name: str) -> bool:
    """Whether the ``train_cfg`` of a config says how long, and a base's ``max_epochs`` does not.

    Args:
        path: A config.
        name: ``'max_epochs'`` or ``'max_iters'``.
    """
    files = [ConfigFile.read(Path(path))]
    while files:
        if any(name in file.defined for file in files):
            return False
        if any('max_epochs' in file.loop or 'max_iters' in file.loop for file in files):
            return True
        files = [base for file in files for base in file.bases]
    return True  # in a base that is not followed


def _names(bases: ast.expr) -> list[str]:
    nodes = [*ast.walk(bases)]
    if any(isinstance(node, ast.BinOp) for node in nodes):
        return []
    names = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return [name for name in names if isinstance(name, str) and '::' not in name]
