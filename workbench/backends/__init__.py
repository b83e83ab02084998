"""The only rooms that speak an engine's language: Polars, SQL, Spark, and Python-only functions."""

from .duckdb_run import run_duckdb
from .outcome import REJECT_COLUMNS, SUM_DIGITS, Applied, Counts, stop_if_fatal, tally_replaced
from .polars_helpers import REQUIREMENTS, helper_source
from .polars_types import logical_type, normalise, schema_of, to_dtype
from .polars_writer import PolarsSource, dtype_source, polars_source, say
from .postgres_run import load_postgres, run_postgres
from .proving import prove, wanted_facts
from .sql_run import select_source
from .sql_script import quoted
from .to_polars import Program, compile_polars
from .to_spark import local_session, run_spark, run_spark_files
from .to_sql import DIALECTS, Fact, SqlScript, compile_sql, to_sql
from .udfs import FUNCTIONS, function

__all__ = [
    "DIALECTS",
    "FUNCTIONS",
    "REJECT_COLUMNS",
    "REQUIREMENTS",
    "SUM_DIGITS",
    "Applied",
    "Counts",
    "Fact",
    "PolarsSource",
    "Program",
    "SqlScript",
    "compile_polars",
    "compile_sql",
    "dtype_source",
    "function",
    "helper_source",
    "load_postgres",
    "local_session",
    "logical_type",
    "normalise",
    "polars_source",
    "prove",
    "quoted",
    "run_duckdb",
    "run_postgres",
    "run_spark",
    "run_spark_files",
    "say",
    "schema_of",
    "select_source",
    "stop_if_fatal",
    "tally_replaced",
    "to_dtype",
    "to_sql",
    "wanted_facts",
]
