"""A trained network in a notebook, as docs/python.md tells it."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pandas
import pytest
import supervision
import torch
from file_server import serving
from helpers import HEIGHT, WIDTH, make_tiny_coco
from mmengine.registry import init_default_scope
from networks import ROOT, tiny_config, tiny_model
from PIL import Image

from projects.smn import load
from projects.smn.engine import Prediction, Predictor
from projects.smn.errors import UserError


@pytest.fixture(scope='module')
def root(tmp_path_factory) -> Path:
    """Images, a config and a checkpoint."""
    init_default_scope('mmdet')
    root = make_tiny_coco(tmp_path_factory.mktemp('from_python') / 'data')
    cfg = tiny_config(root)
    cfg.model.test_cfg.rcnn.score_thr = 0.0
    cfg.dump(root / 'config.py')
    torch.save(tiny_model(root).state_dict(), root / 'weights.pth')
    return root


@pytest.fixture(scope='module')
def predictor(root) -> Predictor:
    return load(root / 'config.py', root / 'weights.pth', device='cpu', score_thr=0.0)


@pytest.fixture(scope='module')
def path(root) -> Path:
    return root / 'train' / '1.png'


@pytest.fixture(scope='module')
def result(predictor, path) -> Prediction:
    return predictor(path)


@pytest.fixture(scope='module')
def video(root) -> Path:
    path = root / 'clip.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 5, (WIDTH, HEIGHT))
    for index in range(3):
        writer.write(np.full((HEIGHT, WIDTH, 3), 60 * index, np.uint8))
    writer.release()
    return path


def test_an_image_in_any_form_gives_one_prediction(predictor, result, path):
    array = cv2.imread(str(path))
    for same in (str(path), array, Image.open(path), Image.fromarray(array[..., ::-1])):
        assert predictor(same).to_dict() == result.to_dict()
    assert result.size == (HEIGHT, WIDTH)
    assert result.source == path
    assert predictor(array).source is array


def test_an_address_is_one_image_too(predictor, result, root):
    with serving(root / 'train') as (address, _):
        found = predictor(f'{address}/1.png')
        assert found.to_dict() == result.to_dict()
        with pytest.raises(UserError, match=r'9\.png cannot be read as an image'):
            predictor(f'{address}/9.png')


def test_a_grey_image_is_one_of_three_equal_channels(predictor):
    grey = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    expected = predictor(np.stack([grey] * 3, -1)).to_dict()
    assert predictor(grey).to_dict() == predictor(Image.fromarray(grey)).to_dict() == expected


def test_of_16_bits_the_upper_8_are_taken(predictor):
    grey = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    found = predictor(Image.fromarray(grey.astype(np.uint16) << 8))
    assert found.to_dict() == predictor(grey).to_dict()


def test_a_pil_image_is_turned_as_its_file_is(predictor, path, tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    file = tmp_path / 'turned.jpg'
    Image.open(path).convert('RGB').save(file, exif=turned, quality=100)
    assert predictor(Image.open(file)).size == predictor(file).size == (WIDTH, HEIGHT)


def test_several_images_give_predictions_in_order_and_only_when_they_are_asked_for(
    predictor, root, result
):
    paths = sorted((root / 'train').iterdir())
    expected = [predictor(path).to_dict() for path in paths]
    pattern = str(root / 'train' / '*.png')
    for several in (paths, [str(p) for p in paths], iter(paths), root / 'train', pattern):
        found = predictor(several)
        assert next(found).to_dict() == expected[0]
        assert [prediction.to_dict() for prediction in found] == expected[1:]

    def endless():
        while True:
            yield paths[0]

    assert next(predictor(endless())).to_dict() == expected[0]
    assert list(predictor([])) == []


def test_what_comes_before_a_broken_image_is_predicted_in_batches_too(predictor, path, tmp_path):
    (tmp_path / 'broken.jpg').write_bytes(b'')
    found = predictor([path, path, tmp_path / 'broken.jpg', path], batch_size=4)
    assert [next(found).source, next(found).source] == [path, path]
    with pytest.raises(UserError, match=r'broken\.jpg is empty, and cannot be read as an image'):
        next(found)


def test_a_video_gives_a_prediction_for_each_frame(predictor, video):
    frames = list(predictor(video, batch_size=2))
    assert [prediction.frame for prediction in frames] == [0, 1, 2]
    assert all(frame.source.shape == (HEIGHT, WIDTH, 3) for frame in frames)
    assert repr(frames[1]).startswith('frame 1, 64 x 48 px')


@pytest.mark.parametrize(
    ('wrong', 'words'),
    [
        (None, 'not None'),
        (7, 'not 7'),
        (b'bytes', "not b'bytes'"),
        (dict(a=1), "not {'a': 1}"),
        ([None], 'not None'),
        (np.zeros((4, 4, 3)), 'float64'),
        (np.zeros((4, 4, 4), np.uint8), r'uint8 \(4, 4, 4\)'),
        (np.zeros((0, 4, 3), np.uint8), r'\(0, 4, 3\)'),
        (torch.zeros(3, 4, 4), 'not tensor'),
        (Image.new('RGB', (0, 0)), '0 x 0 pixels'),
        (Image.new('I', (40, 40)), '32-bit'),
        (np.zeros((1, 3000, 3), np.uint8), '3000 x 1 pixels is too narrow'),
        ('', 'there is no image'),
        ('nowhere.jpg', 'there is no image, folder or video nowhere.jpg'),
        ('x' * 5000, 'can be no name of a file'),
        ('http://127.0.0.1:9/a.jpg', 'cannot be read as an image'),
        (Path(__file__), 'cannot be read as an image'),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[:20],
)
def test_what_is_no_image_is_said_in_a_sentence(predictor, wrong, words):
    with pytest.raises(UserError, match=words) as error:
        predictor(wrong)
    assert '\n' not in str(error.value)


def test_an_empty_folder_and_batches_of_none_are_said(predictor, tmp_path, path):
    with pytest.raises(UserError, match='holds no image and no video'):
        predictor(tmp_path)
    for wrong in (0, '2', 1.5, None):
        with pytest.raises(UserError, match=f'batch_size must be 1 or more, not {wrong!r}'):
            predictor(path, batch_size=wrong)


@pytest.mark.parametrize(
    ('wrong', 'words'),
    [
        (dict(device='gpu'), "device 'gpu' cannot be used: Expected one of cpu"),
        (dict(device='cuda:99'), "device 'cuda:99' cannot be used"),
        (dict(score_thr='0.5'), "a number from 0 to 1, not '0.5'"),
        (dict(score_thr=float('nan')), 'a number from 0 to 1, not nan'),
        (dict(config=None), 'there is no config None'),
    ],
    ids=str,
)
def test_what_loads_no_network_is_said_in_a_sentence(root, wrong, words):
    given = dict(config=root / 'config.py', checkpoint=root / 'weights.pth')
    with pytest.raises(UserError, match=words) as error:
        load(**given | wrong)
    assert '\n' not in str(error.value)


def test_objects_are_filtered_and_counted(result):
    fruits = result[result.names == 'fruit']
    assert 0 < len(fruits) < len(result)
    assert set(fruits.names) == {'fruit'}
    assert type(fruits) is Prediction
    long = fruits[fruits['length'] > np.median(fruits['length'])]
    assert 0 < len(long) < len(fruits)
    assert sum(one['length'][0] for one in fruits) == pytest.approx(fruits['length'].sum())
    assert len(result.at_least(2)) == 0


def test_an_object_is_cut_out(result):
    one = result[0]
    crop = one.crop()
    x1, y1, x2, y2 = one.boxes[0]
    assert crop.width == pytest.approx(x2 - x1, abs=2)
    assert crop.height == pytest.approx(y2 - y1, abs=2)
    assert one.crop(margin=1000).size == (WIDTH, HEIGHT)
    with pytest.raises(UserError, match=rf'here are {len(result)}: take one'):
        result.crop()
    with pytest.raises(UserError, match='margin=-1000 leaves nothing'):
        one.crop(margin=-1000)


def test_a_table_has_a_row_for_each_object(result, tmp_path):
    table = result.to_dataframe()
    assert len(table) == len(result)
    assert table['class'].tolist() == result.names.tolist()
    assert table['length (mm)'].isna().tolist() == np.isnan(result['length']).tolist()
    text = result.to_csv(tmp_path / 'a.csv')
    written = pandas.read_csv(tmp_path / 'a.csv')
    assert text == (tmp_path / 'a.csv').read_text()
    assert list(written.columns) == list(table.columns)


def test_a_picture_is_a_pil_image_and_a_task_can_be_left_out(result):
    picture = result.draw()
    assert (picture.mode, max(picture.size)) == ('RGB', 1000)
    assert picture != result.draw(tasks=['mask'])
    assert result.draw(tasks=(), min_side=1).size == (WIDTH, HEIGHT)
    assert result.draw(tasks='mask') == result.draw(tasks=['mask'])
    assert result.draw(image=Image.fromarray(result.picture())) == picture
    with pytest.raises(UserError, match=r"no task 'masks', only "):
        result.draw(tasks='masks')


def test_it_is_saved_by_the_suffix_of_the_path(result, tmp_path):
    for name in ('a.jpg', 'a.png', 'a.json', 'a.csv'):
        result.save(tmp_path / name)
    assert Image.open(tmp_path / 'a.jpg').format == 'JPEG'
    assert Image.open(tmp_path / 'a.png').size == result.draw().size
    assert json.loads((tmp_path / 'a.json').read_text()) == result.to_dict()
    assert len(list(csv.DictReader((tmp_path / 'a.csv').open()))) == len(result)
    with pytest.raises(UserError, match=r"can be saved as .*, not as '\.xls'"):
        result.save(tmp_path / 'a.xls')


def test_coco_records_have_the_id_of_the_image(result):
    records = result.to_coco(image_id=7)
    assert {record['image_id'] for record in records} == {7}
    assert len(records) == len(result)


def test_it_prints_as_a_line_and_a_table_of_ten_objects(result):
    lines = repr(result).splitlines()
    assert lines[0].startswith(f'{result.source}, {WIDTH} x {HEIGHT} px: ')
    assert f'{(result.names == "fruit").sum()} fruit' in lines[0]
    assert 'length (mm)' in lines[2]
    assert len([line for line in lines if ' fruit ' in line or ' card ' in line]) == 10
    assert lines[-1] == f'and {len(result) - 10} more'


def test_a_notebook_shows_a_picture_and_a_table_in_which_names_are_only_text(result):
    result = result[:2]
    result.source = '<script>.png'
    assert '<script>' not in result._repr_html_()
    result.source = None
    assert '<img' not in result._repr_html_()
    result.source = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    page = result._repr_html_()
    assert page.startswith('<img src="data:image/jpeg;base64,')
    assert page.count('<tr>') == 3


def test_supervision_takes_it(result):
    detections = result.to_supervision()
    assert len(detections) == len(result)
    np.testing.assert_array_equal(detections.xyxy, result.boxes)
    np.testing.assert_array_equal(detections.class_id, result.labels)
    np.testing.assert_array_equal(detections['length'], result['length'])
    fruits = detections[detections['class_name'] == 'fruit']
    assert len(fruits) == (result.names == 'fruit').sum()
    assert detections.mask.area.tolist() == [
        row['mask (px2)'] or 0 for row in result.to_dataframe().to_dict('records')
    ]
    picture = supervision.MaskAnnotator().annotate(result.picture(), detections)
    assert (picture != result.picture()).any()
    assert len(result[[]].to_supervision()) == 0


def test_the_page_does_what_it_says(predictor, path, video, tmp_path, monkeypatch):
    (tmp_path / 'photographs').mkdir()
    for name in ('photograph.jpg', 'photographs/a.jpg'):
        Image.open(path).save(tmp_path / name)
    shutil.copy(video, tmp_path / 'clip.avi')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr('projects.smn.load', lambda config, checkpoint: predictor)
    blocks = re.findall('```python\n(.*?)```', (ROOT / 'docs/python.md').read_text(), re.S)
    exec('\n'.join(blocks).replace('cucumber', 'fruit'), found := {})
    assert Image.open('answers.jpg').size == found['result'].draw().size
    assert len(found['longest']) == 1


def test_neither_a_server_nor_a_data_set_is_needed(root, path):
    code = f"""
import sys
sys.modules.update(fastapi=None, gradio=None)
from projects.smn import load
assert not {{'torch', 'mmdet'}} & set(sys.modules)
result = load({str(root / 'config.py')!r}, {str(root / 'weights.pth')!r}, 'cpu')({str(path)!r})
print(len(result.to_dict()['objects']), result.draw().size)
"""
    subprocess.run([sys.executable, '-c', code], check=True, capture_output=True)
