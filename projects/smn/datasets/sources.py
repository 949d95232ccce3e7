"""Data sets inside the wrappers that join and repeat them."""

from __future__ import annotations

from mmengine.dataset import ClassBalancedDataset
from torch.utils.data import ConcatDataset, Dataset, Subset


def find_sources(dataset: Dataset) -> list[Dataset]:
    """The data sets that have annotations of their own, in order.

    Args:
        dataset: One of them, or any of mmengine's, mmdet's and PyTorch's wrappers around some.
    """
    if isinstance(dataset, ConcatDataset):
        return [source for part in dataset.datasets for source in find_sources(part)]
    inner = _inner(dataset)
    return [dataset] if inner is None else find_sources(inner)


def find_origins(dataset: Dataset) -> list[tuple[Dataset, int]]:
    """Where the images of a data set come from: its index to the source and the index there."""
    if isinstance(dataset, ConcatDataset):
        return [origin for part in dataset.datasets for origin in find_origins(part)]
    inner = _inner(dataset)
    if inner is None:
        return [(dataset, index) for index in range(len(dataset))]
    origins = find_origins(inner)
    if isinstance(dataset, Subset):
        return [origins[index] for index in dataset.indices]
    if isinstance(dataset, ClassBalancedDataset):
        return [origins[index] for index in dataset.repeat_indices]
    # RepeatDataset begins again at its end; others, such as MultiImageMixDataset, keep the order.
    return [origins[index % len(origins)] for index in range(len(dataset))]


def _inner(dataset: Dataset) -> Dataset | None:
    # Not getattr: some wrappers pass on the attributes of what they wrap.
    own = getattr(dataset, '__dict__', {})
    return own.get('dataset', own.get('_dataset'))
