"""The attributes of VIA's regions as labels.

The text of a text field and the id of what is chosen in a dropdown or radio field are labels as
they are. A checkbox field says as much as several yes-no questions: its box ``rot`` in the field
``defect`` becomes the attribute ``defect_rot``. VIA stores the boxes that are ticked only, so a
region that has the field at all says "no" to the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from projects.smn.convert.report import Report
from projects.smn.convert.via.file import Region, ViaFile
from projects.smn.errors import UserError, listing
from projects.smn.reading.outlines import is_number
from projects.smn.reading.values import flag, said

YES_NO = {True: 'yes', False: 'no'}


class RegionLabels:
    """Reads the chosen attributes of the regions of several files.

    Args:
        files: All files that are converted together.
        names: The attributes that become labels.
        class_from: The attribute that names the class, if one does.
        report: Gets what was repaired, and what is not used.

    Raises:
        UserError: An attribute is one that no region has.
    """

    def __init__(
        self, files: list[ViaFile], names: Iterable[str], class_from: str | None, report: Report
    ) -> None:
        self.names, self.class_from, self.report = list(names), class_from, report
        regions = [region for file in files for region in file.regions]
        known = list(dict.fromkeys(name for region in regions for name in region.attributes))
        used = [*self.names, *([class_from] if class_from else [])]
        for name in used:
            if name not in known:
                raise UserError(
                    f'no region has the attribute {name!r}; the regions have {listing(known)}'
                )
        unused = (name for name in known if name not in used)
        report.notice('region attributes that no option names', unused)
        self._notice_file_attributes(files)
        self.options = _union(file.options for file in files)
        ticked = _union(
            {name: value for name, value in region.attributes.items() if isinstance(value, dict)}
            for region in regions
        )
        declared = {name: self.options.get(name, []) for name in ticked}
        self.boxes = _union([declared, ticked])

    @property
    def attributes(self) -> list[str]:
        """The names of the attributes that the labels have."""
        return [key for name in self.names for key in self._keys(name)]

    def labels(self, file: ViaFile, region: Region) -> dict[str, str | float]:
        """Attribute to label; what a region has no value for is absent.

        Raises:
            UserError: A value is none that the attribute can have.
        """
        labels: dict[str, str | float] = {}
        for name in self.names:
            for key, value in self._read(file, region, name).items():
                if key in labels:
                    raise UserError(f'{file.path}: two attributes would both be named {key!r}')
                if value is not None:
                    labels[key] = value
        return labels

    def class_name(self, file: ViaFile, region: Region) -> str | None:
        """What the region is; None if it does not say."""
        if self.class_from in self.boxes:
            raise UserError(f'{file.path}: {self.class_from!r} has checkboxes, and no one class')
        value = self._value(file, region, self.class_from)
        return None if value is None else said(value)

    def _notice_file_attributes(self, files: list[ViaFile]) -> None:
        """Report those that an image has a value of; no task is about a whole image."""
        images = (image for file in files for image in file.images)
        pairs = (pair for image in images for pair in image.attributes.items())
        used = dict.fromkeys(name for name, value in pairs if value not in (None, '', {}))
        self.report.notice('file attributes, which are not read', used)

    def _keys(self, name: str) -> list[str]:
        return [f'{name}_{box}' for box in self.boxes[name]] if name in self.boxes else [name]

    def _value(self, file: ViaFile, region: Region, name: str) -> str | float | None:
        value = region.attributes.get(name)
        if isinstance(value, bool):
            return YES_NO[value]
        if is_number(value):
            return value
        if value is not None and not isinstance(value, str):
            raise UserError(
                f'{file.path}: {name!r} of {region.name} is {value!r:.40}, neither text nor number'
            )
        text = self.report.text(value or '').strip()
        if not text:
            return None
        options = self.options.get(name)
        if options and value not in options:
            raise UserError(
                f'{file.path}: {name!r} of {region.name} is {value!r}, and not {listing(options)}'
            )
        if text != self.report.text(value):
            self.report.corrected['values with spaces around them'] += 1
        return text

    def _read(self, file: ViaFile, region: Region, name: str) -> Mapping[str, str | float | None]:
        """What one attribute of a region says, as one label or as one for each of its boxes."""
        if name not in self.boxes:
            return {name: self._value(file, region, name)}
        value = region.attributes.get(name)
        if value is None or value == '':
            return {}
        if not isinstance(value, dict):
            raise self._wrong_box(file, region, name, value)
        ticks = {}
        for box, ticked in value.items():
            try:
                ticks[box] = flag(ticked)
            except UserError:
                raise self._wrong_box(file, region, name, {box: ticked}) from None
            if box not in (self.options.get(name) or value):
                raise self._wrong_box(file, region, name, {box: ticked})
        return {f'{name}_{box}': YES_NO[ticks.get(box, False)] for box in self.boxes[name]}

    def _wrong_box(self, file: ViaFile, region: Region, name: str, value: Any) -> UserError:
        boxes = listing(self.options.get(name) or self.boxes[name])
        return UserError(
            f'{file.path}: {name!r} of {region.name} is {value!r:.40}, and not true or false for '
            f'each of the checkboxes {boxes}'
        )


def _union(mappings: Iterable[Mapping[str, Iterable[str]]]) -> dict[str, list[str]]:
    """What any of the mappings has under a key, in the order in which it comes."""
    found: dict[str, dict[str, None]] = {}
    for mapping in mappings:
        for key, names in mapping.items():
            found.setdefault(key, {}).update(dict.fromkeys(names))
    return {key: list(names) for key, names in found.items()}
