"""Data sets inside wrappers."""

from __future__ import annotations

import pytest
from helpers import make_dataset, make_tiny_coco
from mmdet.datasets import ConcatDataset, MultiImageMixDataset
from mmengine.dataset import ClassBalancedDataset, RepeatDataset
from mmengine.dataset import ConcatDataset as PlainConcatDataset
from torch.utils.data import Subset

from projects.smn.datasets import find_origins, find_sources


@pytest.fixture(scope='module')
def parts(tmp_path_factory):
    return [make_dataset(make_tiny_coco(tmp_path_factory.mktemp(name))) for name in 'abc']


WRAPPERS = dict(
    alone=lambda a, b, c: a,
    concat=lambda a, b, c: ConcatDataset([a, b, c]),
    mmengine_concat=lambda a, b, c: PlainConcatDataset([a, b]),
    repeat=lambda a, b, c: RepeatDataset(a, 3),
    class_balanced=lambda a, b, c: ClassBalancedDataset(a, oversample_thr=1.5),
    mix=lambda a, b, c: MultiImageMixDataset(a, pipeline=[]),
    nested=lambda a, b, c: Subset(ConcatDataset([b, c, a]), range(2, 8)),
    subset=lambda a, b, c: Subset(ConcatDataset([a, b]), [4, 0, 5]),
)


@pytest.mark.parametrize('wrap', WRAPPERS.values(), ids=WRAPPERS)
def test_an_image_comes_from_where_the_wrapper_takes_it(parts, wrap):
    dataset = wrap(*parts)
    origins = find_origins(dataset)
    assert len(origins) == len(dataset)
    for index, (source, local) in enumerate(origins):
        expected = dataset[index]['data_samples'].img_path
        assert source.get_data_info(local)['img_path'] == expected


@pytest.mark.parametrize(
    ('name', 'expected'),
    [('alone', 'a'), ('concat', 'abc'), ('repeat', 'a'), ('nested', 'bca'), ('mix', 'a')],
)
def test_sources_are_found_in_order(parts, name, expected):
    sources = find_sources(WRAPPERS[name](*parts))
    assert [id(source) for source in sources] == [id(parts['abc'.index(c)]) for c in expected]


def test_a_data_set_of_another_kind_is_a_source(parts):
    numbers = list(range(3))
    assert find_sources(numbers) == [numbers]
    assert find_origins(numbers) == [(numbers, 0), (numbers, 1), (numbers, 2)]
