"""Sources and sinks: any file or database as one lazy frame, and back, nothing lost on the way."""

from .reading import READERS, scan, tables
from .results import ReadProblem, Scan
from .writing import WRITERS, write

__all__ = ["READERS", "WRITERS", "ReadProblem", "Scan", "scan", "tables", "write"]
