"""One hook per class."""

from .label_summary_hook import LabelSummaryHook
from .result_table_hook import ResultTableHook
from .visualization_hook import TaskVisualizationHook, picture_name

__all__ = ['LabelSummaryHook', 'ResultTableHook', 'TaskVisualizationHook', 'picture_name']
