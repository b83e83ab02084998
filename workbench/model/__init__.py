"""Pure nouns: types, contracts, specs, plans, landscapes. No engine, no I/O but documents."""

from __future__ import annotations

from .contract import CANONICAL, Contract, Field, Rule, Sla
from .contract_diff import Change, diff_contracts, grade_of, next_version
from .contract_odcs import load_contract, parse_contract
from .contract_write import contract_to_odcs, dump_contract
from .criteria import MEASURES, Criterion, parse_duration
from .document import Document, dump_yaml, parse_document, read_document, validate, write_text
from .landscape import Dataset, Flow, Landscape, Owner, System, path_inside
from .landscape_load import load_landscape
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
    "MEASURES",
    "NULL",
    "TEXT",
    "TIME",
    "TIMESTAMP",
    "Change",
    "Contract",
    "Criterion",
    "DataType",
    "Dataset",
    "Document",
    "Field",
    "Flow",
    "Kind",
    "Landscape",
    "Owner",
    "Rule",
    "Sla",
    "System",
    "contract_to_odcs",
    "decimal",
    "diff_contracts",
    "dump_contract",
    "dump_yaml",
    "grade_of",
    "list_of",
    "load_contract",
    "load_landscape",
    "next_version",
    "parse_contract",
    "parse_document",
    "parse_duration",
    "path_inside",
    "read_document",
    "struct_of",
    "validate",
    "write_text",
]
