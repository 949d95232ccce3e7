"""One hook per class."""

from .result_table_hook import ResultTableHook

__all__ = ['ResultTableHook']
