"""Typed parameters of a notebook: read from the cell tagged 'parameters', never guessed at run time."""

from __future__ import annotations

import ast
import json
import os
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from workbench.errors import Fault, SourceError, UsageError, did_you_mean

__all__ = ["Parameter", "check_parameters", "read_parameters"]

_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a notebook.

    Attributes:
        name: Its name.
        type: 'str', 'int', 'float', 'bool', or one of them '| None'.
        default: What it is when not given.
        comment: What it is for.
    """

    name: str
    type: str
    default: Any
    comment: str


def read_parameters(notebook: str | os.PathLike[str]) -> tuple[Parameter, ...]:
    """Read the parameters of a notebook.

    Raises:
        SourceError: The file is missing or no notebook, or its parameters cell is not plain assignments.
    """
    path = Path(notebook)
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except FileNotFoundError:
        near = [p.name for p in path.parent.glob("*.ipynb")] if path.parent.is_dir() else []
        raise SourceError("there is no such notebook", where=str(path), cure=did_you_mean(path.name, near)) from None
    except (ValueError, KeyError, TypeError):
        raise SourceError("this is not a notebook", where=str(path), cure="name an .ipynb file") from None
    tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        what = f"{len(tagged)} cells are tagged 'parameters', not one"
        raise SourceError(what, where=str(path), cure="tag one cell")
    return _parse("".join(tagged[0]["source"]), str(path))


def _parse(source: str, where: str) -> tuple[Parameter, ...]:
    comments = {
        t.start[0]: t.string.lstrip("# ")
        for t in tokenize.generate_tokens(StringIO(source).readline)
        if t.type == tokenize.COMMENT
    }
    out = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr | ast.Import | ast.ImportFrom):
            continue
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None):
            cure = "write name: type = value  # what it is for"
            raise SourceError(f"line {node.lineno} of the parameters is not typed", where=where, cure=cure)
        default = ast.literal_eval(node.value)
        comment = comments.get(node.end_lineno or node.lineno, "")
        out.append(Parameter(node.target.id, ast.unparse(node.annotation), default, comment))
    return tuple(out)


def check_parameters(
    known: tuple[Parameter, ...], given: Mapping[str, Any], *, where: str = "notebook"
) -> dict[str, Any]:
    """Give parameters their types; text is converted only where it says the value exactly.

    Raises:
        UsageError: Some are unknown or of the wrong type; all are named.
    """
    by_name = {p.name: p for p in known}
    faults: list[Fault] = []
    out: dict[str, Any] = {}
    for name, value in given.items():
        if name not in by_name:
            faults.append(Fault(f"there is no parameter '{name}'", where, did_you_mean(name, by_name)))
            continue
        try:
            out[name] = _typed(value, by_name[name].type)
        except ValueError:
            faults.append(Fault(f"parameter '{name}' is a {by_name[name].type}, not {value!r}", where))
    if faults:
        raise UsageError("; ".join(f.what for f in faults), where=where, cure=faults[0].cure)
    return out


def _typed(value: Any, type_: str) -> Any:
    base, _, optional = type_.partition(" | ")
    if optional and value in (None, "None"):
        return None
    if base == "bool":
        if isinstance(value, bool):
            return value
        return (
            {"true": True, "false": False}.get(str(value).lower()) if str(value).lower() in ("true", "false") else _no()
        )
    if base == "str":
        return value if isinstance(value, str) else _no()
    if isinstance(value, bool) or base not in _TYPES:
        return _no()
    return _TYPES[base](value)


def _no() -> Any:
    raise ValueError
