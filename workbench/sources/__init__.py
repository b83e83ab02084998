"""Sources and sinks: any file or database as one lazy frame, and back, nothing lost on the way."""

from .db_postgres import connect_postgresql
from .locations import locate
from .reading import READERS, scan, tables
from .results import ReadProblem, Scan
from .writing import WRITERS, write

__all__ = ["READERS", "WRITERS", "ReadProblem", "Scan", "connect_postgresql", "locate", "scan", "tables", "write"]
