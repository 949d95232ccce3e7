"""Images dealt out to tasks, or to classes, as evenly as possible."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence


def deal_evenly(choices: Mapping[int, Sequence[str]], names: Iterable[str]) -> dict[int, str]:
    """Give each image one of the tasks that it can have.

    If every image can have every task, the counts differ by at most one. Else they are as even as
    the choices allow: no other deal has a smaller sum of squared counts. That holds once no chain
    of moves evens them out (Harvey et al. 2006, "Semi-matchings for bipartite graphs and load
    balancing").

    Args:
        choices: Image id to the tasks it can have, one or more. Where several deals are equally
            even, the order of the images decides; shuffle them.
        names: All tasks.

    Returns:
        Image id to task.
    """
    counts = Counter(dict.fromkeys(names, 0))
    # Images with the same choices can stand in for each other.
    dealt: dict[tuple, list[int]] = defaultdict(list)
    # Those with the least choice go first: then hardly any has to be moved later.
    for image in sorted(choices, key=lambda image: len(choices[image])):
        options = tuple(choices[image])
        name = min(options, key=counts.__getitem__)
        dealt[name, options].append(image)
        counts[name] += 1
    while chain := _evening_chain(dealt, counts):
        for name, options, target in chain:
            dealt[target, options].append(dealt[name, options].pop())
            counts[name] -= 1
            counts[target] += 1
    return {image: name for (name, _), images in dealt.items() for image in images}


def _evening_chain(
    dealt: Mapping[tuple, list[int]], counts: Mapping[str, int]
) -> list[tuple[str, tuple, str]]:
    """Moves (from task, choices of the image, to task) that even two tasks out; none if all are."""
    for start in sorted(counts, key=counts.__getitem__, reverse=True):
        chains: dict[str, list] = {start: []}
        queue = [start]
        for name in queue:  # grows meanwhile
            for (owner, options), images in dealt.items():
                for target in options if owner == name and images else ():
                    if target not in chains:
                        chains[target] = [*chains[name], (name, options, target)]
                        queue.append(target)
        lowest = min(chains, key=counts.__getitem__)
        if counts[lowest] <= counts[start] - 2:
            return chains[lowest]
    return []
