"""Parts that every generated script has: imports it needs, headings, functions copied from the runtimes."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from types import ModuleType

__all__ = ["heading", "import_lines", "runtime_source"]


def import_lines(imports: str, body: str, *modules: ModuleType) -> str:
    """The import lines that the body needs, standard library first."""
    wanted = {*imports.splitlines(), *(line for m in modules for line in _imported(m))}
    if "date(" in body:
        wanted.add("from datetime import date")
    used = {
        line
        for line in wanted
        if line and _binds(line) & {n.id for n in ast.walk(ast.parse(body)) if isinstance(n, ast.Name)}
    }
    merged: dict[str, set[str]] = {}
    for line in used:
        if line.startswith("from "):
            module, names = line[5:].split(" import ")
            merged.setdefault(module, set()).add(names)
    plain = sorted(line for line in used if line.startswith("import ") and "polars" not in line)
    froms = [f"from {m} import {', '.join(sorted(names))}" for m, names in sorted(merged.items())]
    return "\n".join([*plain, *froms, "", "import polars as pl"])


def _binds(line: str) -> set[str]:
    node = ast.parse(line).body[0]
    assert isinstance(node, ast.Import | ast.ImportFrom)
    return {a.asname or a.name.split(".")[0] for a in node.names}


def heading(words: str, text: str) -> str:
    """A text under a line that says what it is; nothing for no text."""
    return f"# --- {words} {'-' * (100 - len(words))}\n\n\n{text}" if text else ""


@cache
def _pieces(module: ModuleType) -> dict[str, tuple[str, frozenset[str]]]:
    """Functions and classes of a runtime by name: their text and the names they use."""
    text = inspect.getsource(module)
    out = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
            body = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
            out[node.name] = (body, frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name)))
    return out


def runtime_source(names: set[str], *modules: ModuleType) -> str:
    """Functions of the runtimes as source text, with those that they call."""
    pieces = {name: piece for m in modules for name, piece in _pieces(m).items()}
    needed = set(names)
    while more := {used for n in needed for used in pieces[n][1] if used in pieces} - needed:
        needed |= more
    return "\n\n\n".join(text for name, (text, _) in pieces.items() if name in needed)


def _imported(module: ModuleType) -> list[str]:
    out = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__" and not node.level:
            out += [f"from {node.module} import {a.name}" for a in node.names]
        elif isinstance(node, ast.Import):
            out += [f"import {a.name}" for a in node.names if a.name != "polars"]
    return out
