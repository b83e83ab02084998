"""Sources and sinks: any file or database as one lazy frame, and back, nothing lost on the way."""

from .db_postgres import connect_postgresql
from .locations import locate, names_file
from .postgres_errors import postgres_error
from .reading import READERS, scan, tables
from .results import ReadProblem, Scan
from .writing import WRITERS, takes_table, write

__all__ = [
    "READERS", "WRITERS", "ReadProblem", "Scan", "connect_postgresql", "locate", "names_file", "postgres_error",
    "scan", "tables", "takes_table", "write",
]  # fmt: skip
