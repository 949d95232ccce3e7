"""Prediction from Python: a config, a checkpoint, images in, results out."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import cv2
import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope

from projects.smn.errors import UserError
from projects.smn.tasks import build_tasks

from .checkpoints import check_architecture, check_meaning, load_checkpoint_file, map_rows
from .config_files import is_overruled
from .folding import fold_batch_norm
from .frames import Frame, Refuse, frames_of, passing_over
from .images import read_image
from .label_options import restore_options
from .limits import Doubts, set_max_objects, set_scale
from .linking import link_tasks, merge_options
from .prediction import Prediction
from .switches import LOOPS
from .unread import refuse_unread

__all__ = ['Predictor', 'load_config', 'read_image']


class Predictor:
    """A trained network that is ready to answer.

    Args:
        config: A config, or the path of one.
        checkpoint: Path or URL.
        device: ``'cpu'``, ``'cuda:0'``, ...; by default a GPU if there is one.
        score_thr: Detections with a lower score are dropped.
        scale: How large the network sees an image, in pixels, instead of what the config says: see
            :func:`.limits.set_scale`.
        max_objects: How many objects of an image it gives, instead of what the config says.

    Attributes:
        model: The network, to predict with: batch norms are part of convolutions, so that its state
            dict fits no other.
        parameters: How many the network has as the config says.

    Raises:
        UserError: If the config or the checkpoint is missing, they do not belong together or do not
            mean the same by an answer, or have no place for a scale or a number of objects.

    Example:
        >>> predictor = Predictor('configs/fruit/smn_lite0_fpn_fruit_demo.py', 'epoch_7.pth')
        >>> predictor('a.jpg')['length']
        >>> for prediction in predictor('photographs'):
        ...     print(prediction)
    """

    def __init__(
        self,
        config: str | Path | Config,
        checkpoint: str | Path,
        device: str | None = None,
        score_thr: float = 0.3,
        scale: int | None = None,
        max_objects: int | None = None,
    ) -> None:
        config = copy.deepcopy(config) if isinstance(config, Config) else load_config(config)
        config.pop('packed', None)  # the images that a user gives are in no pack
        if scale is not None:
            set_scale(config, scale)
        if max_objects is not None:
            set_max_objects(config, max_objects)
        self.doubts = Doubts(config)
        self.cfg = link_tasks(config)
        # Everything is in the checkpoint; do not fetch ImageNet weights first.
        self.cfg.model.backbone.pop('init_cfg', None)
        init_default_scope(self.cfg.get('default_scope', 'mmdet'))
        self.device = _device(device or ('cuda:0' if torch.cuda.is_available() else 'cpu'))
        self.score_thr = score_thr
        if not isinstance(score_thr, Real) or score_thr != score_thr:
            raise UserError(f'score_thr must be a number from 0 to 1, not {score_thr!r}')
        self.classes = tuple(self.cfg.model.classes)
        self.tasks = build_tasks(self.cfg.model.tasks, self.classes)
        self.model = MODELS.build(self.cfg.model)
        weights = load_checkpoint_file(checkpoint)
        check_meaning(self.model, weights, checkpoint)
        check_architecture(self.model, weights, checkpoint)
        map_rows(self.model, weights)
        restore_options(self.model, weights, checkpoint)
        self.model.load_state_dict(weights['state_dict'], strict=False)  # but for the balancer
        self.parameters = sum(parameter.numel() for parameter in self.model.parameters())
        fold_batch_norm(self.model.to(self.device).eval())
        self.pipeline = self._build_pipeline()

    @property
    def dataset_meta(self) -> dict:
        """What a visualizer needs to know."""
        return dict(classes=self.classes, tasks=self.cfg.model.tasks)

    def _build_pipeline(self) -> Compose:
        """The test pipeline, without the step that loads annotations, fed with arrays."""
        steps = copy.deepcopy(self.cfg.test_dataloader.dataset.pipeline)
        steps = [s for s in steps if not s['type'].split('.')[-1].startswith('Load')]
        return Compose([dict(type='mmdet.LoadImageFromNDArray'), *steps])

    def __call__(self, images: Any, batch_size: int = 1) -> Prediction | Iterator[Prediction]:
        """Predict one image, or several: in order, and lazily.

        Args:
            images: One image: a path, an address (``http://`` or ``https://``), an array of uint8,
                BGR (H, W, 3) or grey (H, W), or a PIL image. Or several: a list or an iterator of
                these, a folder, a glob pattern, a video.
            batch_size: How many at once.

        Returns:
            Of one image its prediction, of several an iterator of predictions.

        Raises:
            UserError: If it names nothing, or is no image; of an iterator, when its turn comes.
        """
        frames, is_one = frames_of(images)
        predictions = (prediction for _, prediction in self.pairs(frames, batch_size))
        return next(predictions) if is_one else predictions

    def pairs(
        self, frames: Iterable[Frame], batch_size: int = 1, refuse: Refuse | None = None
    ) -> Iterator[tuple[Frame, Prediction]]:
        """Every frame with its prediction, for who wants to know the names of files.

        Args:
            frames: In the order of the predictions.
            batch_size: How many at once.
            refuse: As of :class:`.frames.Frames`: is told of every frame that is no input for the
                network, which is then passed over.
        """
        if not isinstance(batch_size, Integral) or batch_size < 1:
            raise UserError(f'batch_size must be 1 or more, not {batch_size!r}')
        frames, batch, error = iter(frames), [None], None
        while batch and not error:
            batch = []
            try:
                for frame in islice(frames, batch_size):
                    batch.append(frame)
            except UserError as caught:  # after those that could be read
                error = caught
            prepared = []
            for frame in batch:
                with passing_over(refuse):
                    prepared.append((frame, self._prepared(frame)))
            if prepared:
                fit, inputs = zip(*prepared, strict=True)
                yield from zip(fit, self._predict(fit, inputs), strict=True)
        if error:
            raise error

    @torch.no_grad()
    def _predict(self, frames: Sequence[Frame], inputs: Sequence[dict]) -> list[Prediction]:
        if roi_head := getattr(self.model, 'roi_head', None):
            roi_head.score_thr = self.score_thr  # a dense head finds hundreds that are dropped
        samples = self.model.test_step(pseudo_collate(list(inputs)))
        predictions = [
            Prediction.of(
                sample, 'pred', self.classes, self.tasks, source=frame.source, frame=frame.index
            ).at_least(self.score_thr)
            for frame, sample in zip(frames, samples, strict=True)
        ]
        for frame, prediction in zip(frames, predictions, strict=True):
            self.doubts.look_at(frame.name, *frame.image.shape[:2], len(prediction))
        return predictions

    def _prepared(self, frame: Frame) -> dict:
        try:
            return self.pipeline(dict(img=frame.image, img_id=0))
        except cv2.error as error:  # of resizing to a side of no pixel
            height, width = frame.image.shape[:2]
            raise UserError(
                f'{frame.name or "an image"} of {width} x {height} pixels is too narrow to be '
                'resized for the network'
            ) from error


def _device(name: Any) -> torch.device:
    try:
        return torch.empty(0, device=name).device
    except (AssertionError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(f'device {name!r} cannot be used: {reason:.200}') from None


def load_config(path: str | Path, options: dict | None = None) -> Config:
    """Read a config and merge ``--cfg-options`` over it.

    Raises:
        UserError: If it is missing or is no valid config, or the options do not fit it, or nothing
            would read one of them.
    """
    if not isinstance(path, (str, Path)) or not Path(path).is_file():
        raise UserError(f'there is no config {path}')
    try:
        cfg = Config.fromfile(str(path))
    except Exception as error:  # a config is a program, and may raise anything
        raise UserError(f'{path} cannot be read as a config: {_in_a_line(error)}') from error
    for name in LOOPS:
        if name in cfg and Path(path).suffix == '.py' and is_overruled(path, name):
            cfg.pop(name)
    refuse_unread(cfg, options or {})
    try:
        merge_options(cfg, options or {})
    except Exception as error:  # such as TypeError where a key is set within a list
        raise UserError(
            f'--cfg-options do not fit {path}: {_in_a_line(error)}; an entry of a list is named by '
            'its number, as in train_dataloader.dataset.pipeline.3.scale'
        ) from error
    return cfg


def _in_a_line(error: Exception) -> str:
    text = str(error).strip() or 'no reason is given'
    return f'{type(error).__name__}: {text.splitlines()[-1]}'
