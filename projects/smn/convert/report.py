"""What a conversion did to its source, collected for the summary."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from projects.smn.reading.text import is_broken, repair


@dataclass
class Report:
    """What was done to the file ``source``; the keys of the last three are short sentences.

    ``read`` counts what was found; ``names`` says what the source calls an object, by the id of its
    annotation, where it has no such ids itself.
    """

    source: Path
    read: Counter[str] = field(default_factory=Counter)
    names: dict[int, str] = field(default_factory=dict)
    repaired: dict[str, str] = field(default_factory=dict)
    not_repairable: list[str] = field(default_factory=list)
    corrected: Counter[str] = field(default_factory=Counter)
    skipped: dict[str, list] = field(default_factory=lambda: defaultdict(list))
    noticed: dict[str, list] = field(default_factory=lambda: defaultdict(list))

    def text(self, raw: str) -> str:
        """``raw`` repaired, with a line in the report if that changed it or could not help."""
        fixed = repair(raw)
        if fixed != raw:
            self.repaired[raw] = fixed
        if is_broken(fixed) and raw not in self.not_repairable:
            self.not_repairable.append(raw)
        return fixed

    def skip(self, what: str, items: Iterable) -> None:
        """List what was left out, unless nothing was."""
        if items := list(items):
            self.skipped[what] += items

    def notice(self, what: str, items: Iterable) -> None:
        """List what a user may want to look at, unless there is nothing."""
        if items := list(items):
            self.noticed[what] += items

    def name(self, number: int) -> int | str:
        """What a user finds the object with this annotation id by, in the source."""
        return self.names.get(number, number)
