"""What a user did wrong, said in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable


class UserError(ValueError):
    """A config, a data file or a checkpoint is not what it must be.

    The message is one sentence that names the file and the id or the key, and says what there is
    instead. The command-line tools print it alone, without a traceback, and exit with status 2.
    """


def listing(names: Iterable[object], limit: int = 8) -> str:
    """``'a', 'b' and 3 more``: names for the end of an error message."""
    names = [repr(name) for name in names]
    if not names:
        return 'none'
    shown = ', '.join(names[:limit])
    return shown if len(names) <= limit else f'{shown} and {len(names) - limit} more'


def run_tool(main: Callable[[], object]) -> None:
    """Run the ``main`` of a command-line tool.

    A :class:`UserError` ends the process with status 2 and its one sentence on standard error; an
    interrupt with 130.
    """
    try:
        main()
    except UserError as error:
        # From a worker process it comes with a traceback before it.
        sentence = str(error).strip().splitlines()[-1].rpartition('UserError: ')[2]
        print(f'error: {sentence}', file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        sys.exit(130)
