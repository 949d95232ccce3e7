"""COCO annotations with any number of tasks."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from mmdet.datasets import CocoDataset
from mmdet.registry import DATASETS

from projects.smn.errors import UserError, listing
from projects.smn.reading.box_forms import hear
from projects.smn.reading.coco import read_frame
from projects.smn.reading.file_names import meant
from projects.smn.tasks import (
    Completeness,
    SemanticTask,
    Task,
    build_tasks,
    incomplete_classes,
    plain,
    tasks_per,
)

from .categories import Categories
from .image_files import OTHER_SPELLING, Orientations, find_file, path_inside
from .instances import InstanceParser, parse_label
from .label_counts import LabelCounts, count_labels, labelled_tasks, labels_of
from .pipeline_check import check_pipeline
from .remarks import Remarks

FILTERED = 'images that filter_cfg leaves out'
SHARED = 'images of one file that differ in their objects, which are not complete'
MASKS = (
    'maps of 0 and 255 alone, where 255 means not labelled, of {} looked at; are they masks? Then '
    'the second class must be 1'
)
LOOKED_AT = 20  # maps


@DATASETS.register_module()
class CocoTaskDataset(CocoDataset):
    """A COCO data set whose annotations also hold the labels of the config's tasks.

    ``metainfo`` has ``classes`` and ``tasks``; ``TaskRunner`` puts them there. Labels are checked
    when the file is read. A key that is absent means not labelled; see ``docs/data.md``.

    Args:
        drawn: ``'upright'`` or ``'stored'``: on which picture labels lie of photographs that EXIF
            turns. Default: as sizes in the file tell; where they cannot, upright.

    Attributes:
        remarks: What was left out, mended or taken for granted.

    Raises:
        UserError: If the file is missing or not COCO, lacks a class, has no object of any class,
            names an image that is not there or lies outside its folder, or has a label that its
            task does not accept. Also if the pipeline has a transform that cannot move the labels.
    """

    METAINFO = dict(classes=(), tasks={}, palette=None)

    def __init__(
        self, *args: Any, pipeline: list | tuple = (), drawn: str | None = None, **kwargs: Any
    ) -> None:
        # Plain containers, because a checkpoint keeps them and must load with weights_only.
        metainfo = plain({**self.METAINFO, **(kwargs.pop('metainfo', None) or {})})
        self.tasks = build_tasks(metainfo['tasks'], metainfo['classes'])
        self.classes = metainfo['classes']  # `metainfo` is copied as a whole when it is asked for
        self.drawn = drawn
        self.remarks = Remarks()
        if kwargs.get('proposal_file'):
            raise UserError('proposal_file is a pickle, which may run anything: it is not read')
        super().__init__(*args, metainfo=metainfo, pipeline=pipeline, **kwargs)
        check_pipeline(self.pipeline.transforms, self.tasks)

    def get_data_info(self, idx: int) -> dict:
        """The raw data of one image; the tasks go along for the transform that loads labels."""
        return dict(super().get_data_info(idx), tasks=self.tasks)

    def labelled_tasks(self, index: int) -> set[str]:
        """What an image is labelled for.

        Returns:
            The names of the tasks for which it, or one of its objects or more, has a label; and
            ``'detection'`` if the image has a box, or is complete: then its background is a label.
        """
        return labelled_tasks(self.get_data_info(index), self.tasks)

    def label_counts(self) -> LabelCounts:
        """How many images, boxes, and labels of each task the data set has."""
        return count_labels(map(self.get_data_info, range(len(self))), self.tasks)

    def labels_of(self, task: Task) -> list[tuple[Any, list[float]]]:
        """All labels of a task, each with the box (x1, y1, x2, y2) that it is about."""
        entries = map(self.get_data_info, range(len(self)))
        return [pair for entry in entries for pair in labels_of(task, entry)]

    def load_data_list(self) -> list[dict]:
        """Read and check the annotation file.

        Returns:
            One dict per image: ``img_path``, ``img_id``, ``height``, ``width``, ``complete``
            (whether all its objects are boxed, or the indices of the classes of which they are),
            ``drawn`` (``'stored'`` where labels lie on the picture before EXIF turns it),
            ``instances``, ``image_labels`` (task name to parsed label, of tasks of the whole
            image).
        """
        content = read_frame(self.ann_file, self.backend_args, self.remarks.add)
        annotations: dict[Any, list[dict]] = {image['id']: [] for image in content['images']}
        for annotation in content['annotations']:
            image_id = annotation['image_id']
            if image_id not in annotations:
                raise UserError(
                    f'{self.ann_file}: annotation {annotation.get("id")!r}: its image_id '
                    f'{image_id!r} is not in `images`'
                )
            annotations[image_id].append(annotation)
        self._take_names(content)
        self.orientations = Orientations(self.ann_file, self.drawn, self.remarks, self.backend_args)
        data_list = [
            self.parse_data_info(dict(raw_img_info=image, raw_ann_info=annotations[image['id']]))
            for image in content['images']
        ]
        self._check_labelled(content, data_list)
        self._check_files_exist(data_list)
        self._doubt_files(data_list)
        return data_list

    def _take_names(self, content: Mapping[str, Any]) -> None:
        """Learn what the file calls its categories, and what lies in its labels by position."""
        self.categories = Categories(self.ann_file, content['categories'], self.classes)
        self.cat2label = self.categories.labels
        self.cat_ids = list(self.cat2label)
        for task in self.tasks.values():
            try:
                for assumed in task.take_names(content):
                    self.remarks.add(assumed)
            except UserError as error:
                raise UserError(f'{self.ann_file}: task {task.name!r}: {error}') from None
        of_objects = tasks_per('object', self.tasks).values()
        sizes = {image['id']: (image['height'], image['width']) for image in content['images']}
        witnesses = hear(content['annotations'], sizes)
        tasks_of_label = [[t for t in of_objects if name in t.of] for name in self.classes]
        self.instances = InstanceParser(
            self.ann_file, self.categories, tasks_of_label, self.remarks, witnesses
        )

    def parse_data_info(self, raw_data_info: dict) -> dict:
        """One image's entry, with its objects and their parsed labels."""
        image = raw_data_info['raw_img_info']
        path = self._find('img', image['file_name'], f'image {image["id"]!r}: file_name')
        drawn = self.orientations.settle(image, path)
        instances, lost = self.instances.parse_all(raw_data_info['raw_ann_info'], image)
        return dict(
            img_path=path,
            img_id=image['id'],
            seg_map_path=None,
            image_labels=self._parse_image_labels(image),
            height=image['height'],
            width=image['width'],
            complete=self._without(
                self.categories.complete_of(image, raw_data_info['raw_ann_info']), lost
            ),
            drawn=drawn,
            instances=instances,
        )

    def _without(self, complete: Completeness, lost: set[int]) -> Completeness:
        """What is still complete where an object of some classes was lost."""
        if not lost:
            return complete
        count = len(self.classes)
        missing = {*incomplete_classes(complete, count), *lost}
        return tuple(label for label in range(count) if label not in missing) or False

    def _parse_image_labels(self, image: dict) -> dict[str, Any]:
        labels = {}
        for task in tasks_per('image', self.tasks).values():
            try:
                wrong = parse_label(task, image, image, labels)
            except UserError as error:
                raise UserError(
                    f'{self.ann_file}: image {image["id"]!r}: task {task.name!r}: {error}'
                ) from None
            for what in wrong:
                self.remarks.add(what, f'image {image["id"]!r}')
            if task.file_prefix and task.name in labels:
                labels[task.name] = self._label_path(task, labels[task.name], image)
        return labels

    def _label_path(self, task: Task, name: str, image: Mapping[str, Any]) -> str:
        if not self.data_prefix.get(task.file_prefix):
            raise UserError(
                f'task {task.name!r}: the data set needs data_prefix=dict({task.file_prefix}='
                f"'...'), the folder of its files, such as {name}"
            )
        return self._find(task.file_prefix, name, f'image {image["id"]!r}: task {task.name!r}')

    def _find(self, kind: str, name: str, where: str) -> str:
        """The path of a file that the annotation file names."""
        folder, where = self.data_prefix.get(kind) or '', f'{self.ann_file}: {where}'
        if self.backend_args is not None:
            return path_inside(folder, name, where)
        path = find_file(folder, name, where)
        if path != os.path.join(folder, name):
            self.remarks.add(OTHER_SPELLING, name)
        return path

    def _check_labelled(self, content: Mapping[str, Any], data_list: list[dict]) -> None:
        """Say now that there is nothing to learn from a file, and nothing to measure on it."""
        counts = count_labels(data_list, self.tasks)
        if not data_list or counts.boxes or any(counts.tasks.values()):
            return
        said = all(i.get('complete') for i in content['images'])
        if not content['annotations'] and said and all(entry['complete'] for entry in data_list):
            return  # pictures of the background, and the file says so
        names = {category['id']: category['name'] for category in content['categories']}
        found = Counter(names[a['category_id']] for a in content['annotations'])
        has = ', '.join(f'{count} of {name!r}' for name, count in found.most_common(8))
        raise UserError(
            f'{self.ann_file} labels nothing: none of its {len(data_list)} images has a box of '
            f'{listing(self.classes)} that lies inside it and is no crowd; '
            f'its annotations are: {has or "none"}. If there is nothing to be seen on any of them, '
            'give every image "complete": true'
        )

    def _check_files_exist(self, data_list: list[dict]) -> None:
        """Say now, and not hours into a training, that a file is missing."""
        if self.backend_args is not None:
            return
        files = {'file': [(entry['img_id'], entry['img_path']) for entry in data_list]}
        folders = {'file': self.data_prefix.get('img')}
        for name, task in self.tasks.items():
            if task.file_prefix:
                labels = ((entry['img_id'], entry['image_labels'].get(name)) for entry in data_list)
                files[f'map {name!r}'] = [(number, path) for number, path in labels if path]
                folders[f'map {name!r}'] = self.data_prefix.get(task.file_prefix)
        for what, pairs in files.items():
            missing = [pair for pair in pairs if not os.path.isfile(pair[1])]
            if missing:
                number, path = missing[0]
                folder = folders[what]
                hint = meant(folder, os.path.relpath(path, folder)) if folder else ''
                raise UserError(
                    f'{self.ann_file}: the {what} of image {number!r}, {path}, '
                    f'is not there ({len(missing)} of {len(pairs)} are missing){hint}'
                )

    def _doubt_files(self, data_list: list[dict]) -> None:
        """Say of files that they may not be what they are taken for."""
        by_path = defaultdict(list)
        for entry in data_list:
            by_path[os.path.normpath(entry['img_path'])].append(entry)
        for path, entries in by_path.items():
            if len(entries) == 1:
                continue
            boxes = [sorted((i['bbox_label'], i['bbox']) for i in e['instances']) for e in entries]
            if any(of_entry != boxes[0] for of_entry in boxes):
                for entry in entries:  # to each, objects of the others would be background
                    entry['complete'] = False
                    self.remarks.add(SHARED, path)
        if self.backend_args is not None:
            return
        for name, task in self.tasks.items():
            if isinstance(task, SemanticTask):
                paths = [e['image_labels'][name] for e in data_list if name in e['image_labels']]
                paths = paths[:: -(-len(paths) // LOOKED_AT) or 1]
                if paths and all(map(task.seems_a_mask, paths)):
                    for path in paths:
                        self.remarks.add(MASKS.format(len(paths)), path)

    def filter_data(self) -> list[dict]:
        """Drop images without labels, or smaller than ``min_size``, when ``filter_cfg`` says."""
        options = {} if self.test_mode else self.filter_cfg or {}
        kept = []
        for entry in self.data_list:
            labelled = entry['instances'] or entry['image_labels']
            empty = options.get('filter_empty_gt', False) and not labelled
            if empty or min(entry['width'], entry['height']) < options.get('min_size', 0):
                self.remarks.add(FILTERED, entry['img_path'], chosen=True)
            else:
                kept.append(entry)
        if not kept:
            raise UserError(
                f'{self.ann_file}: no image is left of {len(self.data_list)}'
                + (f', after filter_cfg={dict(options)!r}' if options else '')
            )
        return kept
