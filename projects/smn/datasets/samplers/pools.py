"""Which images a share is taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from torch.utils.data import Dataset

from projects.smn.errors import UserError, listing
from projects.smn.tasks import DETECTION

from ..sources import find_origins, find_sources

TOLERANCE = 1e-6


def check_shares(shares: Mapping[str, float] | Sequence[float]) -> dict[str | int, float]:
    """Shares by the name of a task, or by the position of a source.

    Raises:
        UserError: If they are not positive numbers that sum to 1.
    """
    named = isinstance(shares, Mapping)
    if not shares or not (named or isinstance(shares, (list, tuple))):
        raise UserError(
            'shares must be a list with a number for each source, or a dict with a number for '
            f'some tasks, not {shares!r:.60}'
        )
    shares = dict(shares) if named else dict(enumerate(shares))
    for key, share in shares.items():
        number = isinstance(share, (int, float)) and not isinstance(share, bool)
        if not number or not share > 0:
            raise UserError(f'shares must be numbers above 0, but that of {key!r} is {share!r}')
    total = sum(shares.values())
    if abs(total - 1) > TOLERANCE:
        terms = ' + '.join(f'{share:g}' for share in shares.values())
        raise UserError(f'shares must sum to 1, but {terms} = {total:.7g}')
    return shares


def find_pools(dataset: Dataset, shares: Mapping[str | int, float]) -> list[np.ndarray]:
    """For each share the images that it is taken from, as indices into ``dataset``.

    An image that a wrapper repeats is in a pool once.

    Raises:
        UserError: If there is another number of sources, or a task does not exist, or a task is
            labelled nowhere.
    """
    origins: dict[tuple[int, int], int] = {}
    sources = {id(source): source for source in find_sources(dataset)}
    for index, (source, local) in enumerate(find_origins(dataset)):
        origins.setdefault((id(source), local), index)
    if all(isinstance(key, int) for key in shares):
        pools = _pools_of_sources(origins, list(sources), shares)
    else:
        pools = _pools_of_tasks(origins, sources, shares)
    for key, pool in pools.items():
        if not pool:
            raise UserError(
                f'the share of {key!r} is {shares[key]:g}, but of {len(origins)} training images '
                f'none is labelled for it'
            )
    return [np.array(pool) for pool in pools.values()]


def _pools_of_sources(
    origins: Mapping[tuple[int, int], int], sources: list[int], shares: Mapping[int, float]
) -> dict[int, list[int]]:
    if len(shares) != len(sources):
        raise UserError(
            f'shares has {len(shares)} numbers, but the training set has {len(sources)} sources; '
            'each needs one'
        )
    pools: dict[int, list[int]] = {key: [] for key in shares}
    for (source, _), index in origins.items():
        pools[sources.index(source)].append(index)
    return pools


def _pools_of_tasks(
    origins: Mapping[tuple[int, int], int],
    sources: Mapping[int, Dataset],
    shares: Mapping[str, float],
) -> dict[str, list[int]]:
    known = [DETECTION]
    for source in sources.values():
        known += [name for name in getattr(source, 'tasks', ()) if name not in known]
    for name in shares:
        if name not in known:
            raise UserError(f'shares has no task {name!r} to take from; there is {listing(known)}')
    pools: dict[str, list[int]] = {name: [] for name in shares}
    for (source, local), index in origins.items():
        if hasattr(sources[source], 'labelled_tasks'):
            for name in sources[source].labelled_tasks(local) & set(shares):
                pools[name].append(index)
    return pools
