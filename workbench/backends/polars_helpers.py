"""The helper functions of the Polars backend as source text, with all that they need and nothing else."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from . import patterns, places, polars_casts, polars_numbers, polars_text, polars_time, polars_types, time_forms, udfs

__all__ = ["REQUIREMENTS", "helper_source"]

_MODULES: tuple[ModuleType, ...] = (
    time_forms, patterns, places, polars_types, polars_numbers, polars_casts, polars_text, polars_time, udfs,
)  # fmt: skip
# What a function of the registry needs from outside.
REQUIREMENTS = {
    "phone": ("phonenumbers", "pycountry"), "email": ("email-validator",), "country": ("pycountry",),
    "currency": ("pycountry",), "postcode": ("pycountry",),
}  # fmt: skip
_OWN = {
    "DataType": '''class DataType(NamedTuple):
    """A logical type: text, integer, decimal (with its scale), date, timestamp …"""

    kind: str
    scale: int | None = None
    local: bool = False
    item: DataType | None = None
    fields: tuple[tuple[str, DataType], ...] = ()''',
    "MAX_DIGITS": "MAX_DIGITS = 38",
    "there": '''def there(x: pl.Expr) -> pl.Expr:
    """The text, or null when nothing but blanks is there."""
    return pl.when(x.str.strip_chars() != "").then(x)''',
    "UsageError": '''class UsageError(Exception):
    """Something outside the script is missing."""

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(f"{what}: {cure}")''',
}


@dataclass(frozen=True)
class _Piece:
    """A definition at the top of a module: its text, the names it uses, the functions it asks for by name."""

    text: str
    uses: frozenset[str]
    functions: frozenset[str]
    registered: str = ""


def helper_source(helpers: Iterable[str], functions: Iterable[str]) -> tuple[str, str]:
    """Imports and definitions that helpers and Python-only functions need.

    Args:
        helpers: Names of helper functions of the Polars backend.
        functions: Names of functions of the registry.

    Returns:
        The import lines, and the definitions in the order in which they can be read.
    """
    pieces, imports = _library()
    helpers = set(helpers)
    by_function = {p.registered: name for name, p in pieces.items() if p.registered}
    needed, called = _closure(pieces, [*helpers, *(by_function[f] for f in functions)], by_function)
    used = set(helpers).union(*(pieces[n].uses for n in needed))
    lines = sorted({imports[n] for n in used if n in imports})
    lines += ["from typing import NamedTuple"] if "DataType" in used else []
    out = [_OWN[n] for n in _OWN if n in used]
    out += [p.text for n, p in pieces.items() if n in needed]
    if "function" in needed:
        table = ", ".join(f'"{f}": {by_function[f]}' for f in sorted({*functions, *called}))
        out.append(f"FUNCTIONS = {{{table}}}")
    return "\n".join(lines), "\n\n\n".join(out)


def _closure(pieces: dict[str, _Piece], start: list[str], by_function: dict[str, str]) -> tuple[set[str], set[str]]:
    needed: set[str] = set()
    called: set[str] = set()
    stack = list(start)
    while stack:
        name = stack.pop()
        if name in needed or name not in pieces:
            continue
        needed.add(name)
        called |= pieces[name].functions
        stack += [*pieces[name].uses, *(by_function[f] for f in pieces[name].functions)]
    return needed, called


@cache
def _library() -> tuple[dict[str, _Piece], dict[str, str]]:
    """Every definition of the helper modules by name, and every import from outside by the name it binds."""
    pieces: dict[str, _Piece] = {}
    imports: dict[str, str] = {}
    for module in _MODULES:
        text = inspect.getsource(module)
        for node in ast.parse(text).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.update(_bound(node))
                continue
            for name in _defines(node):
                if name in pieces and name != "__all__":
                    raise AssertionError(f"two helper modules define '{name}'")  # a script has one namespace
                pieces[name] = _piece(node, text)
    for name in ("__all__", "FUNCTIONS", "Function"):
        pieces.pop(name, None)
    return pieces, imports


def _bound(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    if isinstance(node, ast.Import):
        return {a.asname or a.name: f"import {a.name}" + (f" as {a.asname}" if a.asname else "") for a in node.names}
    outside = not node.level and not (node.module or "").startswith(("workbench", "__future__"))
    return {a.name: f"from {node.module} import {a.name}" for a in node.names} if outside else {}


def _defines(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        targets = [e for t in node.targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]
        return [t.id for t in targets if isinstance(t, ast.Name)]
    return [node.target.id] if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else []


def _piece(node: ast.stmt, text: str) -> _Piece:
    registered = ""
    first = node.lineno
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        first = node.decorator_list[0].lineno
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "FUNCTIONS.register":
                registered = str(ast.literal_eval(decorator.args[0]))
                first = node.lineno
    lines = text.splitlines()[first - 1 : node.end_lineno]
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    asked = {
        str(n.args[0].value)
        for n in ast.walk(node)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "function"
        if n.args and isinstance(n.args[0], ast.Constant)
    }
    body = "\n".join(lines).replace(" -> Function:", " -> Callable[..., str | None]:")
    body = body.replace("  # type: ignore[arg-type]", "").replace("  # type: ignore[assignment]", "")
    return _Piece(
        body, frozenset(names | ({"Callable"} if "Callable[" in body else set())), frozenset(asked), registered
    )
