"""A kind of task of one's own: which way an object points, in degrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from projects.smn.errors import UserError
from projects.smn.evaluation import evaluate_task, gather
from projects.smn.tasks import TASKS, Task, Values
from projects.smn.visualization import draw_task, object_colours


class Angles(Values):
    """Angles (N,) in degrees from the x axis towards the y axis, which points down."""

    def _turned(self, x, y):
        return self._with(np.degrees(np.arctan2(y, x)).astype(np.float32))

    @property
    def _direction(self):
        return np.cos(np.radians(self.values)), np.sin(np.radians(self.values))

    def flip(self, flip_direction='horizontal'):
        x, y = self._direction
        across = -1 if flip_direction in ('horizontal', 'diagonal') else 1
        along = -1 if flip_direction in ('vertical', 'diagonal') else 1
        return self._turned(x * across, y * along)

    def transpose(self):
        x, y = self._direction
        return self._turned(y, x)

    def warp(self, matrix, out_shape):
        return self._turned(*(matrix[:, :2] @ self._direction))


@TASKS.register_module()
@dataclass(kw_only=True)
class OrientationTask(Task):
    """An angle per object, from ``attributes: {<name>: degrees}``, predicted as sine and cosine."""

    kind = 'orientation'
    default_loss = dict(type='SmoothL1Loss', beta=0.1)
    num_outputs = 2  # an attribute head answers every task that says how many numbers it needs

    # Labels in
    @property
    def label_path(self):
        return 'attributes', self.name

    def parse_label(self, label):
        try:
            angle = float(label) % 360
        except (TypeError, ValueError):
            angle = math.nan
        if not math.isfinite(angle):
            raise UserError(f'{label!r:.40} is not an angle in degrees')
        return angle

    def load(self, labels, size, read):
        return Angles(np.array([math.nan if a is None else a for a in labels], np.float32))

    # What the network predicts
    def encode(self, values, boxes):
        radians = values.deg2rad()
        return torch.stack([radians.sin(), radians.cos()], 1)

    def decode(self, outputs, boxes):
        return {self.name: torch.atan2(outputs[:, 0], outputs[:, 1]).rad2deg()}

    # Predictions out
    def to_json(self, fields, index):
        angle = float(fields[self.name][index])
        return None if math.isnan(angle) else dict(value=round(angle, 1), unit='degrees')

    def schema(self):
        value = dict(type='number', minimum=-180, maximum=180)
        return dict(type='object', properties=dict(value=value, unit=dict(const='degrees')))

    def columns(self):
        return [f'{self.name} (degrees)']

    def to_columns(self, fields, index):
        answer = self.to_json(fields, index)
        return {self.columns()[0]: answer and answer['value']}

    def caption(self, fields, index):
        answer = self.to_json(fields, index)
        return answer and f'{self.name} {answer["value"]:.0f} degrees'


@evaluate_task.register
def _(task: OrientationTask, images):
    """The mean angle between what is said and what is true, and the share within 10 degrees."""
    predicted, true, matched = gather(task, images)
    error = ((predicted - true + 180) % 360 - 180).abs()
    return dict(error=float(error.mean()), within_10=float((error <= 10).float().mean()), **matched)


@draw_task.register
def _(task: OrientationTask, canvas, fields, scale, order):
    """An arrow through the middle of each object, half as long as its box."""
    colours = object_colours(fields)
    for box, angle, colour in zip(fields['bboxes'], fields[task.name], colours, strict=True):
        if math.isnan(angle):
            continue
        middle, half = (box[:2] + box[2:]) / 2, np.linalg.norm(box[2:] - box[:2]) / 4
        step = half * np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
        start, end = (
            (point * scale).round().astype(int).tolist() for point in (middle - step, middle + step)
        )
        cv2.arrowedLine(canvas, start, end, colour, 3, cv2.LINE_AA, tipLength=0.3)
