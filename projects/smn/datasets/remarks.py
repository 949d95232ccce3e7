"""What a data set leaves out, mends or takes for granted: each with a count and examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from projects.smn.errors import UserError

EXAMPLES = 3


@dataclass
class Remark:
    """One thing that is to be said of a file.

    Args:
        what: Such as ``'boxes of no size, taken from the outline'``.
        chosen: Whether the user has asked for it, as by the classes of a config.
        count: Of how many.
        examples: The first few of them.
    """

    what: str
    chosen: bool = False
    count: int = 0
    examples: list[str] = field(default_factory=list)
    more: bool = False  # whether there are others than these

    def __str__(self) -> str:
        named = ', '.join(self.examples) + ', ...' * self.more
        return f'{self.what}: {self.count}' + f' ({named})' * bool(named)


class Remarks:
    """All that is to be said of a file, in the order in which it was met."""

    def __init__(self) -> None:
        self._by_text: dict[str, Remark] = {}

    def add(self, what: str, example: object = None, chosen: bool = False) -> None:
        """Count one more.

        Args:
            what: See :class:`Remark`.
            example: Names it, such as ``'annotation 7'``.
            chosen: See :class:`Remark`.
        """
        remark = self._by_text.setdefault(what, Remark(what, chosen))
        remark.count += 1
        if example is None or str(example) in remark.examples:
            return
        if len(remark.examples) < EXAMPLES:
            remark.examples.append(str(example))
        else:
            remark.more = True

    def __iter__(self) -> Iterator[Remark]:
        return iter(self._by_text.values())

    def __len__(self) -> int:
        return len(self._by_text)

    @property
    def unasked(self) -> list[Remark]:
        """Those that nobody has asked for."""
        return [remark for remark in self if not remark.chosen]


def describe_remarks(files: Iterable[tuple[str, Remarks]]) -> str:
    """All that is to be said of several annotation files, a line each; empty if nothing is.

    Args:
        files: With their remarks. A file may be there twice, as for training and for validation.
    """
    lines: dict[str, list[str]] = {}
    for file, remarks in files:
        lines.setdefault(file, []).extend(f'  {remark}' for remark in remarks)
    told = ([file, *dict.fromkeys(of_file)] for file, of_file in lines.items() if of_file)
    return '\n'.join(line for of_file in told for line in of_file)


def refuse_remarks(files: Iterable[tuple[str, Remarks]]) -> None:
    """Refuse files of which something is left out, mended or taken for granted unasked.

    Raises:
        UserError: If there is one; all is named in one line.
    """
    found = [(file, '; '.join(map(str, remarks.unasked))) for file, remarks in files]
    said = dict.fromkeys(f'{file}: {remarks}' for file, remarks in found if remarks)
    if said:
        raise UserError(f'--strict refuses {"; ".join(said)}')
