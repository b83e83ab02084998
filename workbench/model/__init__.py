"""Pure nouns: types, contracts, specs, plans, landscapes. No engine, no I/O but documents."""

from __future__ import annotations

from .contract import CANONICAL, Contract, Field, Rule, Sla
from .contract_diff import Change, diff_contracts, grade_of, next_version
from .contract_odcs import load_contract, parse_contract
from .contract_write import contract_to_odcs, dump_contract
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
    "CANONICAL",
    "DATE",
    "FLOAT",
    "INTEGER",
    "NULL",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "Change",
    "Contract",
    "DataType",
    "Document",
    "Field",
    "Kind",
    "Rule",
    "Sla",
    "contract_to_odcs",
    "decimal",
    "diff_contracts",
    "dump_contract",
    "dump_yaml",
    "grade_of",
    "list_of",
    "load_contract",
    "next_version",
    "parse_contract",
    "parse_document",
    "read_document",
    "struct_of",
    "validate",
    "write_text",
]
