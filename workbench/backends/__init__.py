"""The only rooms that speak an engine's language: Polars, SQL, Spark, and Python-only functions."""

from .outcome import REJECT_COLUMNS, SUM_DIGITS, Applied, Counts
from .polars_helpers import REQUIREMENTS, helper_source
from .polars_types import logical_type, normalise, schema_of, to_dtype
from .polars_writer import PolarsSource, dtype_source, polars_source, say
from .to_polars import Program, compile_polars
from .to_sql import DIALECTS, SqlScript, compile_sql
from .udfs import FUNCTIONS, function

__all__ = [
    "DIALECTS",
    "FUNCTIONS",
    "REJECT_COLUMNS",
    "REQUIREMENTS",
    "SUM_DIGITS",
    "Applied",
    "Counts",
    "PolarsSource",
    "Program",
    "SqlScript",
    "compile_polars",
    "compile_sql",
    "dtype_source",
    "function",
    "helper_source",
    "logical_type",
    "normalise",
    "polars_source",
    "say",
    "schema_of",
    "to_dtype",
]
