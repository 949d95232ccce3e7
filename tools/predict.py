"""Predict images, folders, patterns and videos.

Writes OUT_DIR/predictions/*.jpg with every task drawn, and of a video a video of them too. Of
networks that find objects, OUT_DIR/predictions.json (COCO result records: masks as RLE, keypoints,
attributes) and OUT_DIR/objects.csv (a row per object, a column per task, units in the header). Of
networks with tasks of the whole image, OUT_DIR/images.json and OUT_DIR/images.csv likewise.

A file that cannot be read is passed over and named at the end, with exit status 2.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import _common
import numpy as np
from _video import DrawnVideos
from tqdm import tqdm

from projects.smn.engine import Prediction, Predictor
from projects.smn.engine.frames import Frame, Frames
from projects.smn.engine.limits import Doubts
from projects.smn.errors import UserError, run_tool
from projects.smn.files import replacing, write_json
from projects.smn.tasks import image_row_columns, row_columns, tasks_per


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file or URL')
    parser.add_argument('inputs', nargs='+', help='images, folders, glob patterns, videos')
    parser.add_argument('--out-dir', default='predictions', help='where the results go')
    parser.add_argument('--score-thr', type=float, default=0.3, help='drop less certain objects')
    parser.add_argument('--device', help='cpu, cuda:0, ...; by default a GPU if there is one')
    parser.add_argument('--batch-size', type=int, default=1, help='images at once')
    parser.add_argument(
        '--no-pictures', action='store_true', help='draw nothing, write only the tables'
    )
    _common.add_style(parser)
    _common.add_scale(parser)
    _common.add_cfg_options(parser)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if not 0 <= args.score_thr <= 1:
        raise UserError(f'--score-thr must be from 0 to 1, not {args.score_thr}')
    refused: list[UserError] = []
    frames = Frames(args.inputs, refused.append)
    cfg = _common.load_config(args.config, args.cfg_options)
    device = _common.checked_device(args.device)
    predictor = Predictor(
        cfg, args.checkpoint, device, args.score_thr, args.scale, args.max_objects
    )
    if Path(args.out_dir).is_file():
        raise UserError(f'--out-dir {args.out_dir} is a file')
    writer = ResultWriter(
        Path(args.out_dir), predictor, style=None if args.no_pictures else args.style
    )
    predictions = predictor.pairs(frames, args.batch_size, refused.append)
    for frame, prediction in tqdm(predictions, total=len(frames), unit='image', desc='predict'):
        writer.add(frame, prediction)
    writer.close()
    print(f'{writer.summary()}: see {args.out_dir}')
    print_doubts(predictor.doubts)
    if refused:
        for error in refused:
            print(f'passed over: {error}', file=sys.stderr)
        what = str(refused[0]) if len(refused) == 1 else f'{len(refused)} inputs cannot be read'
        raise UserError(f'{what}; the results are of the others' if writer.images else what)


def print_doubts(doubts: Doubts) -> None:
    """Of how many images something may be missing."""
    if count := doubts.images['capped']:
        print(
            f'images with {doubts.max_objects} objects, the most that the network gives: {count}; '
            'see --max-objects'
        )
    if count := doubts.images['shrunk']:
        print(f'images shrunk to {doubts.scale} pixels for the network: {count}; see --scale')


class ResultWriter:
    """Collects what is predicted and writes it."""

    def __init__(self, folder: Path, predictor: Predictor, style: str | None) -> None:
        self.folder = folder
        self.predictor = predictor
        self.records: list[dict] = []
        self.rows: list[dict] = []
        self.image_records: list[dict] = []
        self.image_rows: list[dict] = []
        self.images = 0
        self.detects = False
        self.style = style
        self.pictures = folder / 'predictions' if style else None
        self.videos = DrawnVideos(folder / 'predictions')

    def add(self, frame: Frame, prediction: Prediction) -> None:
        """One image's results; draws its picture."""
        self.images += 1
        image = dict(image_id=self.images, file_name=frame.name)
        if frame.index is not None:
            image['frame'] = frame.index
        name = frame.name if frame.index is None else f'{frame.name}#{frame.index}'
        if prediction.objects is not None:
            self.detects = True
            self.records.extend(prediction.records(image))
            self.rows.extend(prediction.rows(dict(file_name=name)))
        if tasks_per('image', prediction.tasks):
            self.image_records.append(prediction.image_record(image))
            self.image_rows.append(prediction.image_row(dict(file_name=name)))
        if self.pictures is not None:
            image = np.ascontiguousarray(frame.image[..., ::-1])
            shown = prediction.draw(image=image, style=self.style)
            with replacing(self.pictures / f'{frame.stem}.jpg') as part:
                shown.save(part, quality=95)
            self.videos.add(frame, shown)

    def close(self) -> None:
        """Write the files, each whole or not at all."""
        self.videos.close()
        tasks = self.predictor.tasks
        if self.detects:
            write_json(self.folder / 'predictions.json', self.records)
            write_table(self.folder / 'objects.csv', row_columns(tasks), self.rows)
        if self.image_records:
            write_json(self.folder / 'images.json', self.image_records)
            write_table(self.folder / 'images.csv', image_row_columns(tasks), self.image_rows)

    def summary(self) -> str:
        """What was found, in a few words."""
        images = f'{self.images} images'
        return f'{len(self.rows)} objects in {images}' if self.detects else images


def write_table(path: Path, columns: list[str], rows: list[dict]) -> None:
    """Write rows as CSV."""
    with replacing(path) as part, part.open('w', newline='', encoding='utf-8') as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)


if __name__ == '__main__':
    run_tool(main)
