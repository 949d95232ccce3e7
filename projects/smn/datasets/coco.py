"""COCO annotations with any number of tasks."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from mmdet.datasets import CocoDataset
from mmdet.registry import DATASETS
from mmengine.fileio import load

from projects.smn.errors import UserError, listing
from projects.smn.files import inside
from projects.smn.tasks import Completeness, Task, build_tasks, plain, tasks_per

from .label_counts import LabelCounts, count_labels, labelled_tasks, labels_of
from .pipeline_check import check_pipeline

# The keys that every entry of these lists must have.
REQUIRED = dict(
    images={'id', 'file_name', 'height', 'width'},
    annotations={'image_id', 'category_id'},
    categories={'id', 'name'},
)


@DATASETS.register_module()
class CocoTaskDataset(CocoDataset):
    """A COCO data set whose annotations also hold the labels of the config's tasks.

    ``metainfo`` has ``classes`` and ``tasks``; ``TaskRunner`` puts them there. Labels are checked
    when the file is read. A key that is absent means not labelled; see ``docs/data.md``.

    Raises:
        UserError: If the file is missing or not COCO, lacks a class, has no object of any class,
            names an image that is not there or lies outside its folder, or has a label that its
            task does not accept. Also if the pipeline has a transform that cannot move the labels.
    """

    METAINFO = dict(classes=(), tasks={}, palette=None)

    def __init__(self, *args: Any, pipeline: list | tuple = (), **kwargs: Any) -> None:
        # Plain containers, because a checkpoint keeps them and must load with weights_only.
        metainfo = plain({**self.METAINFO, **(kwargs.pop('metainfo', None) or {})})
        self.tasks = build_tasks(metainfo['tasks'], metainfo['classes'])
        self.classes = metainfo['classes']  # `metainfo` is copied as a whole when it is asked for
        self.tasks_of_class = {name: [] for name in self.classes}
        for task in tasks_per('object', self.tasks).values():
            for name in task.of:
                self.tasks_of_class[name].append(task)
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
            ``instances``, ``image_labels`` (task name to parsed label, of tasks of the whole
            image).
        """
        content = self._read()
        self._map_categories(content['categories'])
        annotations: dict[Any, list[dict]] = {}
        for image in content['images']:
            if image['id'] in annotations:
                raise UserError(f'{self.ann_file} has two images of id {image["id"]!r}')
            annotations[image['id']] = []
        for annotation in content['annotations']:
            image_id = annotation['image_id']
            if image_id not in annotations:
                raise self._error(annotation, f'its image_id {image_id!r} is not in `images`')
            annotations[image_id].append(annotation)
        data_list = [
            self.parse_data_info(dict(raw_img_info=image, raw_ann_info=annotations[image['id']]))
            for image in content['images']
        ]
        self._check_labelled(content, data_list)
        self._check_files_exist(data_list)
        return data_list

    def parse_data_info(self, raw_data_info: dict) -> dict:
        """One image's entry, with its objects and their parsed labels."""
        image = raw_data_info['raw_img_info']
        instances = [
            self._parse_instance(annotation, image) for annotation in raw_data_info['raw_ann_info']
        ]
        return dict(
            img_path=self._path_inside(
                'img', image['file_name'], f'image {image["id"]!r}: file_name'
            ),
            img_id=image['id'],
            seg_map_path=None,
            image_labels=self._parse_image_labels(image),
            height=image['height'],
            width=image['width'],
            complete=self._parse_complete(image),
            instances=[instance for instance in instances if instance is not None],
        )

    def _parse_complete(self, image: Mapping[str, Any]) -> Completeness:
        """Names of classes become their indices; those of all classes, or of none, a flag."""
        complete, where = image.get('complete', True), f'{self.ann_file}: image {image["id"]!r}'
        if isinstance(complete, bool):
            return complete
        if not isinstance(complete, list):
            raise UserError(
                f'{where}: `complete` must be true, false, or a list of the classes of which '
                f'every object is boxed, not {complete!r:.40}'
            )
        for name in complete:
            if not (isinstance(name, str) and name in self.category_names):
                raise UserError(
                    f'{where}: `complete` names the class {name!r:.40}, and the file has '
                    f'{listing(self.category_names)}{_meant(str(name), self.category_names)}'
                )
        listed = set(complete)
        found = tuple(label for label, name in enumerate(self.classes) if name in listed)
        if len(found) == len(self.classes):
            return True
        return found or False

    def _parse_instance(self, annotation: dict, image: dict) -> dict | None:
        """One object; ``None`` if it is of another class or lies outside the image."""
        label = self.cat2label.get(annotation.get('category_id'))
        if label is None or annotation.get('ignore', False):
            return None
        try:
            x, y, width, height = map(float, annotation['bbox'])
            area = float(annotation.get('area') or width * height)
        except (KeyError, TypeError, ValueError):
            raise self._error(
                annotation, 'it has no `bbox` of four numbers, or an `area` that is no number'
            ) from None
        if not math.isfinite(x + y + width + height + area):
            raise self._error(annotation, 'its `bbox` or `area` is not finite')
        inside_width = min(x + width, image['width']) - max(x, 0)
        inside_height = min(y + height, image['height']) - max(y, 0)
        if min(inside_width, inside_height) <= 0 or width < 1 or height < 1:
            return None
        return dict(
            bbox=[x, y, x + width, y + height],
            bbox_label=label,
            ignore_flag=int(bool(annotation.get('iscrowd', False))),
            area=area,
            task_labels=self._parse_labels(annotation, image, self.classes[label]),
        )

    def _parse_image_labels(self, image: dict) -> dict[str, Any]:
        labels = {}
        for task in tasks_per('image', self.tasks).values():
            try:
                self._parse_label(task, image, image, labels)
            except UserError as error:
                raise UserError(
                    f'{self.ann_file}: image {image["id"]!r}: task {task.name!r}: {error}'
                ) from None
            if task.file_prefix and task.name in labels:
                labels[task.name] = self._label_path(task, labels[task.name], image)
        return labels

    def _label_path(self, task: Task, name: str, image: Mapping[str, Any]) -> str:
        if not self.data_prefix.get(task.file_prefix):
            raise UserError(
                f'task {task.name!r}: the data set needs data_prefix=dict({task.file_prefix}='
                f"'...'), the folder of its files, such as {name}"
            )
        where = f'image {image["id"]!r}: task {task.name!r}'
        return self._path_inside(task.file_prefix, name, where)

    def _path_inside(self, kind: str, name: str, where: str) -> str:
        """The path of a file that the annotation file names; it may have been made by anybody."""
        folder = self.data_prefix.get(kind) or ''
        try:
            inside(folder, name)
        except UserError as error:
            raise UserError(f'{self.ann_file}: {where}: {error}') from None
        return os.path.join(folder, name)  # not as a Path, which is none of a URL

    def _parse_labels(self, annotation: dict, image: dict, class_name: str) -> dict[str, Any]:
        labels = {}
        for task in self.tasks_of_class[class_name]:
            try:
                self._parse_label(task, annotation, image, labels)
            except UserError as error:
                raise self._error(annotation, f'task {task.name!r}: {error}') from None
        return labels

    @staticmethod
    def _parse_label(task: Task, record: dict, image: dict, labels: dict[str, Any]) -> None:
        label = task.find_label(record)
        if label is not None:
            labels[task.name] = task.parse_label(label)
            task.check_size(labels[task.name], image['height'], image['width'])

    def _read(self) -> dict[str, Any]:
        try:
            content = load(self.ann_file, file_format='json', backend_args=self.backend_args)
        except FileNotFoundError:
            raise UserError(f'there is no annotation file {self.ann_file}') from None
        except UserError:
            raise
        except ValueError as error:
            raise UserError(f'{self.ann_file} is not JSON: {error}') from None
        for key in REQUIRED:
            if not isinstance(content, Mapping) or not isinstance(content.get(key), list):
                raise UserError(f'{self.ann_file} is not COCO: it has no list {key!r}')
            for entry in content[key]:
                self._check_entry(key, entry)
        return content

    def _check_entry(self, key: str, entry: Any) -> None:
        if not isinstance(entry, Mapping):
            raise UserError(f'{self.ann_file} is not COCO: {entry!r:.40} in {key!r} is no object')
        missing = sorted(REQUIRED[key] - set(entry))
        if missing:
            raise UserError(
                f'{self.ann_file}: the entry of {key!r} with id {entry.get("id")!r} has no '
                f'{listing(missing)}'
            )
        if key == 'images':
            sizes = (entry['width'], entry['height'])
            if not all(isinstance(size, int) and size > 0 for size in sizes):
                raise UserError(
                    f'{self.ann_file}: image {entry["id"]!r}: width and height must be whole '
                    f'numbers, 1 or more, not {sizes!r:.60}'
                )
            if not isinstance(entry['file_name'], str):
                raise UserError(
                    f'{self.ann_file}: image {entry["id"]!r}: file_name must be text, not '
                    f'{entry["file_name"]!r:.40}'
                )

    def _map_categories(self, categories: list[dict]) -> None:
        """Map category ids by name. (The parent trusts the file to list them in our order.)"""
        names = {category['id']: category['name'] for category in categories}
        if len(names) < len(categories):
            raise UserError(f'{self.ann_file} has two categories of one id')
        known = set(names.values())
        for name in self.classes:
            if name not in known:
                has = listing(names.values())
                raise UserError(
                    f'{self.ann_file} has no category {name!r}; it has {has}'
                    f'{_meant(name, names.values())}'
                )
        # Several ids may have one name, as where two files were joined.
        self.category_names = dict.fromkeys(names.values())
        labels = {name: label for label, name in enumerate(self.classes)}
        self.cat2label = {i: labels[name] for i, name in names.items() if name in labels}
        self.cat_ids = list(self.cat2label)

    def _check_labelled(self, content: Mapping[str, Any], data_list: list[dict]) -> None:
        """Say now that there is nothing to learn from a file, and nothing to measure on it."""
        self._check_masks(data_list)
        counts = count_labels(data_list, self.tasks)
        if not data_list or counts.boxes or any(counts.tasks.values()):
            return
        said = all(i.get('complete') for i in content['images'])
        if not content['annotations'] and said and all(entry['complete'] for entry in data_list):
            return  # pictures of the background, and the file says so
        names = {category['id']: category['name'] for category in content['categories']}
        found = Counter(names.get(a['category_id'], '?') for a in content['annotations'])
        has = ', '.join(f'{count} of {name!r}' for name, count in found.most_common(8))
        raise UserError(
            f'{self.ann_file} labels nothing: none of its {len(data_list)} images has a box of '
            f'{listing(self.classes)} that lies inside it and is no crowd; '
            f'its annotations are: {has or "none"}. If there is nothing to be seen on any of them, '
            'give every image "complete": true'
        )

    def _check_masks(self, data_list: list[dict]) -> None:
        """Tools write ``"segmentation": []`` for objects that have a box alone. It means "none"."""
        for name, task in tasks_per('object', self.tasks).items():
            labels = [
                instance['task_labels'][name]
                for entry in data_list
                for instance in entry['instances']
                if name in instance['task_labels']
            ]
            if task.label_path == ('segmentation',) and labels and not any(labels):
                raise UserError(
                    f'{self.ann_file}: task {name!r}: every `segmentation` is empty, which says '
                    'that no object has a mask; leave the key out where only boxes are labelled'
                )

    def _check_files_exist(self, data_list: list[dict]) -> None:
        """Say now, and not hours into a training, that a file is missing."""
        if self.backend_args is not None:
            return
        files = {'file': [(entry['img_id'], entry['img_path']) for entry in data_list]}
        for name, task in self.tasks.items():
            if task.file_prefix:
                labels = ((entry['img_id'], entry['image_labels'].get(name)) for entry in data_list)
                files[f'map {name!r}'] = [(number, path) for number, path in labels if path]
        for what, pairs in files.items():
            missing = [pair for pair in pairs if not os.path.isfile(pair[1])]
            if missing:
                raise UserError(
                    f'{self.ann_file}: the {what} of image {missing[0][0]!r}, {missing[0][1]}, '
                    f'is not there ({len(missing)} of {len(pairs)} are missing)'
                )

    def filter_data(self) -> list[dict]:
        """Drop images without labels, or smaller than ``min_size``, when ``filter_cfg`` says."""
        options = {} if self.test_mode else self.filter_cfg or {}
        kept = [
            entry
            for entry in self.data_list
            if (
                entry['instances']
                or entry['image_labels']
                or not options.get('filter_empty_gt', False)
            )
            and min(entry['width'], entry['height']) >= options.get('min_size', 0)
        ]
        if not kept:
            raise UserError(
                f'{self.ann_file}: no image is left of {len(self.data_list)}'
                + (f', after filter_cfg={dict(options)!r}' if options else '')
            )
        return kept

    def _error(self, annotation: Mapping[str, Any], what: str) -> UserError:
        return UserError(f'{self.ann_file}: annotation {annotation.get("id")!r}: {what}')


def _meant(name: str, categories: Iterable[str]) -> str:
    """The end of a sentence about a class that no category is called."""
    lower = {category.lower(): category for category in categories if isinstance(category, str)}
    close = get_close_matches(name.lower(), lower, 1)
    return f'; if {lower[close[0]]!r} is meant, name it so in `classes`' if close else ''
