"""Of which classes an image says that every object is boxed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from projects.smn.errors import UserError, listing

from .values import flag, identity, same_text

# Of LVIS (Gupta et al. 2019): categories that were looked for and are not there, and those that
# are there and not all boxed.
OF_LVIS = ('neg_category_ids', 'not_exhaustive_category_ids')


def known_by_lvis(image: Mapping[str, Any], seen: Collection, where: str) -> set:
    """The ids of categories of which an image of LVIS has every object boxed.

    Of a category that is in neither list and has no object, nothing is known.

    Args:
        image: Its record.
        seen: Ids of the categories of its objects.
        where: What is spoken of, for messages.

    Raises:
        UserError: If a list is none of ids.
    """
    absent, not_all = (_ids(image.get(key) or (), f'{where}: `{key}`') for key in OF_LVIS)
    return ({*seen} | absent) - not_all


def _ids(value: Any, where: str) -> set:
    if not isinstance(value, (list, tuple)):
        raise UserError(f'{where} is {value!r:.40}, and no list of ids')
    try:
        return {*map(identity, value)}
    except UserError as error:
        raise UserError(f'{where}: {error}') from None


def read_complete(value: Any, known: Collection[str], where: str) -> bool | list[str]:
    """What ``complete`` of an image says: true of all classes, false of none, or of some.

    Args:
        value: From the file.
        known: Names of its categories.
        where: What is spoken of, for messages.

    Raises:
        UserError: If it is no flag and no list of these names.
    """
    if not isinstance(value, list):
        try:
            if value is None or value == '':
                raise UserError('it is empty')
            return flag(value)
        except UserError:
            raise UserError(
                f'{where}: `complete` must be true, false, or a list of the classes of which '
                f'every object is boxed, not {value!r:.40}'
            ) from None
    for name in value:
        if not (isinstance(name, str) and same_text(name) in known):
            close = get_close_matches(str(name).lower(), [str(one).lower() for one in known], 1)
            meant = [one for one in known if one.lower() in close]
            question = f'; is {meant[0]!r} meant?' if meant else ''
            raise UserError(
                f'{where}: `complete` names the class {name!r:.40}, and the file has '
                f'{listing(known)}{question}'
            )
    return [same_text(name) for name in value]
