"""One hook per class."""

from .label_summary_hook import LabelSummaryHook
from .result_table_hook import ResultTableHook

__all__ = ['LabelSummaryHook', 'ResultTableHook']
