"""The worst pictures come first."""

from __future__ import annotations

import importlib.util

from networks import ROOT

# Python has a package of the name.
SPEC = importlib.util.spec_from_file_location('tools_test', ROOT / 'tools' / 'test.py')


def test_pictures_that_replaced_each_other_are_said(tmp_path, capsys):
    tool = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(tool)
    tool.number_worst(tmp_path, ['x/a.jpg', 'y/a.jpg', 'z/a.jpg', 'x/b.jpg'])
    assert capsys.readouterr().out.startswith('2 pictures were replaced by others')


def test_numbers_do_not_get_in_the_way_of_names_that_have_some(tmp_path):
    for name in ('a.jpg', '1_a.jpg', 'good.jpg'):
        (tmp_path / name).write_text(name)
    tool = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(tool)
    tool.number_worst(tmp_path, ['x/a.jpg', 'x/1_a.jpg', 'x/gone.jpg'])
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {'1_a.jpg': 'a.jpg', '2_1_a.jpg': '1_a.jpg', 'good.jpg': 'good.jpg'}
