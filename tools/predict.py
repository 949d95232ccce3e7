"""Predict images, folders, patterns and videos.

Writes OUT_DIR/predictions/*.jpg with every task drawn, and of a video a video of them too. Of
networks that find objects, OUT_DIR/predictions.json (COCO result records: masks as RLE, keypoints,
attributes) and OUT_DIR/objects.csv (a row per object, a column per task, units in the header). Of
networks with tasks of the whole image, OUT_DIR/images.json and OUT_DIR/images.csv likewise.

A file that cannot be read is passed over and named at the end, with exit status 2. A run that is
interrupted, by Ctrl-C or SIGTERM, ends with status 130; the results of the images until then take
the place of older ones.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import _common
import numpy as np
from _growing import GrowingList, GrowingTable
from _video import DrawnVideos
from tqdm import tqdm

from projects.smn.engine import Prediction, Predictor
from projects.smn.engine.frames import Frame, Frames
from projects.smn.engine.limits import Doubts
from projects.smn.errors import UserError, listing, run_tool
from projects.smn.files import replacing
from projects.smn.tasks import Task, image_row_columns, row_columns, tasks_per


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
    style = None if args.no_pictures else args.style
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as if the user had interrupted
    with ResultWriter(Path(args.out_dir), predictor.tasks, style) as writer:
        predictions = predictor.pairs(frames, args.batch_size, refused.append)
        for frame, prediction in tqdm(
            predictions, total=frames.total, unit='image', desc='predict'
        ):
            writer.add(frame, prediction)
    print(f'{writer.summary()}: see {args.out_dir}')
    if frames.left_out:
        names = listing([path.name for path in frames.left_out])
        print(f'left out, as neither a picture nor a film: {names}', file=sys.stderr)
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
    """Writes what is predicted, image by image; used as a context, it closes all files.

    Args:
        folder: Where they go.
        tasks: What the network answers.
        style: How areas are drawn; None for no pictures.
    """

    def __init__(self, folder: Path, tasks: Mapping[str, Task], style: str | None) -> None:
        self.folder = folder
        self.style = style
        self.images = 0
        self.detects = False
        self.of_objects = (
            GrowingList(folder / 'predictions.json'),
            GrowingTable(folder / 'objects.csv', row_columns(tasks)),
        )
        self.of_images = (
            GrowingList(folder / 'images.json'),
            GrowingTable(folder / 'images.csv', image_row_columns(tasks)),
        )
        self.pictures = folder / 'predictions' if style else None
        self.videos = DrawnVideos(folder / 'predictions')

    def __enter__(self) -> ResultWriter:
        return self

    def __exit__(self, kind: type | None, *error: object) -> None:
        with ExitStack() as all_of_them:
            for file in (self.videos, *self.of_objects, *self.of_images):
                all_of_them.callback(file.close)
        if kind is not None and self.images:
            print(f'{self.summary()} until then: see {self.folder}', file=sys.stderr)

    def add(self, frame: Frame, prediction: Prediction) -> None:
        """One image's results; draws its picture."""
        self.images += 1
        image = dict(image_id=self.images, file_name=frame.name)
        if frame.index is not None:
            image['frame'] = frame.index
        name = frame.name if frame.index is None else f'{frame.name}#{frame.index}'
        if prediction.objects is not None:
            self.detects = True
            records, rows = self.of_objects
            records.add(prediction.records(image))
            rows.add(prediction.rows(dict(file_name=name)))
        if tasks_per('image', prediction.tasks):
            records, rows = self.of_images
            records.add([prediction.image_record(image)])
            rows.add([prediction.image_row(dict(file_name=name))])
        if self.pictures is not None:
            image = np.ascontiguousarray(frame.image[..., ::-1])
            shown = prediction.draw(image=image, style=self.style)
            with replacing(self.pictures / f'{frame.stem}.jpg') as part:
                shown.save(part, quality=95)
            self.videos.add(frame, shown)

    def summary(self) -> str:
        """What was found, in a few words."""
        _, rows = self.of_objects
        objects = f'{rows.count} objects in ' * self.detects
        return f'{objects}{self.images} images'


if __name__ == '__main__':
    run_tool(main)
