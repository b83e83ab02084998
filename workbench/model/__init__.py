"""Pure nouns: types, contracts, specs, plans, landscapes. No engine, no I/O but documents."""

from __future__ import annotations

from .document import Document, dump_yaml, parse_document, read_document, validate, write_text
from .types import (
    BOOLEAN,
    DATE,
    FLOAT,
    INTEGER,
    NULL,
    TEXT,
    TIME,
    TIMESTAMP,
    DataType,
    Kind,
    decimal,
    list_of,
    struct_of,
)

__all__ = [
    "BOOLEAN",
    "DATE",
    "FLOAT",
    "INTEGER",
    "NULL",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "DataType",
    "Document",
    "Kind",
    "decimal",
    "dump_yaml",
    "list_of",
    "parse_document",
    "read_document",
    "struct_of",
    "validate",
    "write_text",
]
