"""Facts as pages: one HTML file each, nothing loaded from a network, light and dark, personal data masked."""

from .charts import threshold_chart, weight_chart
from .fragments import counts_table, linked_table, masked_preview, null_chart, problem_table, spec_table
from .pages import index_page, page, profile_page, verdict_page

__all__ = [
    "counts_table",
    "index_page",
    "linked_table",
    "masked_preview",
    "null_chart",
    "page",
    "problem_table",
    "profile_page",
    "spec_table",
    "threshold_chart",
    "verdict_page",
    "weight_chart",
]
