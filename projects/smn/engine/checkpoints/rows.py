"""Weights of another network loaded by name: the rows of last layers go where their names are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from projects.smn.reading.values import same_text
from projects.smn.tasks import output_names

from .class_rows import class_layouts
from .said import Said, said_by

MOST = 8  # names in a line
Rows = tuple[str, ...]


def map_rows(
    model: nn.Module, checkpoint: dict[str, Any], config: Mapping[str, Any] | None = None
) -> str:
    """Bring rows of a checkpoint's weights to the places that their names have in a network.

    Rows whose names the checkpoint has not keep the values that the network has. Nothing is done
    where a checkpoint does not say what its rows are about.

    Args:
        model: With ``classes`` and ``tasks``.
        checkpoint: As it was read; its ``state_dict`` is changed.
        config: Of the model, linked; needed where classes may be others.

    Returns:
        What was moved and what is new, in one line; empty if all was in its place.
    """
    said = said_by(checkpoint)
    own, weights = model.state_dict(), checkpoint['state_dict']
    dropped = []
    for key, ours, theirs in _named(model, said, config):
        shape = (len(theirs), *own[key].shape[1:])
        if ours == theirs or key not in weights or weights[key].shape != shape:
            continue
        mapped = moved(own[key], weights.pop(key), ours, theirs)
        if mapped is not None:
            weights[key] = mapped
        elif not ours:
            dropped.append(key)
    words = _in_words(model, said)
    unknown = f'rows of nobody knows which class, not taken: {_listed(dropped)}'
    return '; '.join(filter(None, [words, unknown * bool(dropped)]))


def moved(own: Tensor, other: Tensor, ours: Rows, theirs: Rows) -> Tensor | None:
    """Our values, but for rows whose names the other has too; ``None`` where there is none.

    Of rows of one name, the first is taken for the first, and so on.
    """
    place = {row: index for index, row in enumerate(_numbered(theirs))}
    pairs = [(i, place[row]) for i, row in enumerate(_numbered(ours)) if row in place]
    if not pairs:
        return None
    to, source = map(list, zip(*pairs, strict=True))
    mapped = own.detach().to(other.device, copy=True)
    mapped[to] = other[source].to(mapped.dtype)
    return mapped


def _numbered(names: Rows) -> Iterator[tuple[str, int]]:
    """Each name with how often it was there before."""
    seen: Counter[str] = Counter()
    for name in map(same_text, names):
        yield name, seen[name]
        seen[name] += 1


def _named(
    model: nn.Module, said: Said, config: Mapping[str, Any] | None
) -> Iterator[tuple[str, Rows, Rows]]:
    """Parameters with the names of their rows, here and in the checkpoint."""
    of_tasks = {}
    for prefix, head in model.named_modules():
        if hasattr(head, 'output_rows'):
            ours, theirs = head.output_rows(head.tasks), head.output_rows(said.tasks)
            of_tasks |= {f'{prefix}.{k}': (ours[k], theirs[k]) for k in ours if k in theirs}
    keys = {key: key.rpartition('.')[0] for key in model.state_dict()}
    yield from ((key, *of_tasks[layer]) for key, layer in keys.items() if layer in of_tasks)
    if config is None or not said.classes or said.classes == _classes(model, said):
        return
    for key, layout in class_layouts(model, config).items():
        if layout is None:  # nobody knows: no row is taken for another
            yield key, (), ('?',) * len(model.state_dict()[key])
        else:
            yield key, layout.rows(model.classes), layout.rows(said.classes)


def _classes(model: nn.Module, said: Said) -> tuple[str, ...]:
    """Of a network; one that does not say them has those of its weights."""
    return tuple(getattr(model, 'classes', said.classes))


def _in_words(model: nn.Module, said: Said) -> str:
    parts = _moves('classes', _classes(model, said), said.classes) if said.classes else []
    for name, task in getattr(model, 'tasks', {}).items():
        if name in said.tasks:
            what = f'{name}.{task.named_by}' if task.named_by else name
            parts += _moves(what, output_names(task), output_names(said.tasks[name]))
    return '; '.join(parts)


def _moves(what: str, ours: Rows, theirs: Rows) -> list[str]:
    """``classes cucumber -> 1 (was 0)``, ``new classes: melon``; nothing where all is alike."""
    ours, theirs = (tuple(map(same_text, names)) for names in (ours, theirs))
    if ours == theirs:
        return []
    place = {name: index for index, name in enumerate(theirs)}
    kept = [
        f'{name} -> {i}' + f' (was {place[name]})' * (place[name] != i)
        for i, name in enumerate(ours)
        if name in place
    ]
    new = [name for name in ours if name not in place]
    text = f'{what} {_listed(kept)}' * bool(kept)
    return [part for part in (text, f'new {what}: {_listed(new)}' * bool(new)) if part]


def _listed(names: Sequence[str]) -> str:
    more = f' and {len(names) - MOST} more' * (len(names) > MOST)
    return ', '.join(names[:MOST]) + more
