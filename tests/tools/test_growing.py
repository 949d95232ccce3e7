"""Result files are whole at any time, also where ``predict.py`` is interrupted."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest
import torch
from command_line import ROOT
from helpers import make_tiny_coco
from mmengine.registry import init_default_scope
from networks import tiny_config, tiny_model

sys.path.insert(0, str(ROOT / 'tools'))
from _growing import GrowingList, GrowingTable

ITEMS = [dict(name='Äpfel', number=1), dict(name='a, "b"\nc', number=2), dict(name='', number=3)]


def as_csv(path):
    with path.open(newline='', encoding='utf-8') as file:
        return [{**row, 'number': int(row['number'])} for row in csv.DictReader(file)]


def as_json(path):
    return json.loads(path.read_text('utf-8'))


@pytest.fixture(params=['list.json', 'table.csv'])
def growing(request, tmp_path):
    """A file of each kind, and how it is read."""
    path = tmp_path / 'new' / request.param
    if path.suffix == '.json':
        return GrowingList(path), as_json
    return GrowingTable(path, ['name', 'number']), as_csv


def test_what_was_added_is_on_the_disk_as_a_whole_file(growing):
    file, read = growing
    file.add([])
    assert read(file.part) == []
    for count, item in enumerate(ITEMS, 1):
        file.add([item])
        assert read(file.part) == ITEMS[:count]
        file.add([])
        assert read(file.part) == ITEMS[:count]
    assert not file.path.exists()
    file.close()
    assert read(file.path) == ITEMS
    assert not file.part.exists()
    file.close()  # again changes nothing
    assert read(file.path) == ITEMS


def test_an_item_that_cannot_be_written_leaves_the_file_whole(growing):
    file, read = growing
    file.add(ITEMS[:1])
    with pytest.raises((TypeError, ValueError)):
        file.add([ITEMS[1], dict(name=object, number={1}, other=2)])
    assert read(file.part) == ITEMS[:1]
    file.add(ITEMS[1:])
    file.close()
    assert read(file.path) == ITEMS


def test_an_older_file_stays_until_the_new_one_is_closed(growing):
    file, read = growing
    file.path.parent.mkdir()
    file.path.write_text('old')
    file.close()
    assert file.path.read_text() == 'old'  # nothing was added
    file.add(ITEMS)
    assert file.path.read_text() == 'old'
    file.close()
    assert read(file.path) == ITEMS


def test_an_interrupted_run_keeps_what_it_has(tmp_path):
    init_default_scope('mmdet')
    root = make_tiny_coco(tmp_path / 'data')
    cfg = tiny_config(root)
    cfg.model.test_cfg.rcnn.score_thr = 0.0
    cfg.dump(root / 'config.py')
    torch.save(tiny_model(root).state_dict(), root / 'weights.pth')
    for copy in range(2000):
        shutil.copy(root / 'train' / '1.png', root / 'train' / f'copy{copy}.png')
    out = tmp_path / 'out'
    words = [root / 'config.py', root / 'weights.pth', root / 'train', '--score-thr', 0]
    command = [sys.executable, 'tools/predict.py', *words, '--out-dir', out, '--no-pictures']
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 100
    while process.poll() is None and not (out / 'objects.part.csv').exists():
        assert time.monotonic() < end
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)  # as SIGINT, which Ctrl-C sends
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert 'Traceback' not in errors
    assert f'until then: see {out}' in errors
    records = as_json(out / 'predictions.json')
    with (out / 'objects.csv').open(newline='') as file:
        rows = {row['file_name'] for row in csv.DictReader(file)}
    written = {record['file_name'] for record in records}
    assert 0 < len(written) < 2000
    assert len(written ^ rows) <= 1  # the one that was being written
    assert not list(out.glob('*.part.*'))
