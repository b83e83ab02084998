"""The only rooms that speak an engine's language: Polars, SQL, Spark, and Python-only functions."""

from .outcome import REJECT_COLUMNS, SUM_DIGITS, Applied, Counts
from .polars_types import logical_type, normalise, schema_of, to_dtype
from .to_polars import Program, compile_polars
from .udfs import FUNCTIONS, function

__all__ = [
    "FUNCTIONS",
    "REJECT_COLUMNS",
    "SUM_DIGITS",
    "Applied",
    "Counts",
    "Program",
    "compile_polars",
    "function",
    "logical_type",
    "normalise",
    "schema_of",
    "to_dtype",
]
