"""The primitives as Polars source text: the same graph, the same helpers, in words that people read and keep."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workbench.model import DataType, Expr, columns_of, walk

from .patterns import always_holds

__all__ = ["PolarsSource", "dtype_source", "polars_source", "say"]

# A node whose text is longer gets a name, so that no line needs to be studied.
LONGEST = 150

_DTYPES = {
    "null": "pl.Null()", "text": "pl.String()", "integer": "pl.Int64()", "float": "pl.Float64()",
    "boolean": "pl.Boolean()", "date": "pl.Date()", "time": "pl.Time()",
}  # fmt: skip
# What a named node is called, after the column it works on.
_WORDS = {
    "blank_to_null": "there", "trim": "trimmed", "squeeze": "squeezed", "concat": "joined", "length": "length",
    "substring": "cut", "replace": "replaced", "regex_match": "matches", "regex_extract": "part",
    "regex_replace": "replaced", "split_part": "part", "pad": "padded", "translate": "translated",
    "parse_number": "number", "format_number": "written", "parse_time": "time", "format_time": "written",
    "shift_zone": "shifted", "arith": "result", "divide": "quotient", "round_to": "rounded", "json_path": "json",
    "coalesce": "first", "when": "chosen", "all_of": "all", "any_of": "any", "none_of": "none", "compare": "test",
    "is_in": "listed", "is_null": "missing", "cast": "cast", "member": "member", "item": "item",
}  # fmt: skip


def say(value: Any) -> str:
    """A value as source text, with double quotes.

    >>> print(say(["it's", 1, None, "a\\tb"]))
    ["it's", 1, None, "a\\tb"]
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=not value.isprintable())
    if isinstance(value, list):
        return f"[{', '.join(map(say, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{say(k)}: {say(v)}" for k, v in value.items()) + "}"
    return f"date({value.year}, {value.month}, {value.day})" if type(value) is date else repr(value)


@dataclass(frozen=True)
class PolarsSource:
    """Expressions as source text.

    Attributes:
        layers: Named columns by depth, each a pair of name and text; each layer is one ``with_columns``.
        outputs: The text of each expression asked for.
        helpers: Names of the helper functions that the text calls.
        functions: Names of the Python-only functions that it calls.
    """

    layers: tuple[tuple[tuple[str, str], ...], ...]
    outputs: tuple[str, ...]
    helpers: frozenset[str]
    functions: frozenset[str]


def dtype_source(type_: DataType) -> str:
    """The Polars type of a logical type, as source text.

    >>> from workbench.model import decimal, list_of
    >>> dtype_source(list_of(decimal(2)))
    'pl.List(pl.Decimal(38, 2))'
    """
    if type_.kind == "decimal":
        return f"pl.Decimal(38, {type_.scale or 0})"
    if type_.kind == "timestamp":
        return f"pl.Datetime({say('us')}, {say(None if type_.local else 'UTC')})"
    if type_.kind == "list" and type_.item is not None:
        return f"pl.List({dtype_source(type_.item)})"
    if type_.kind == "struct":
        fields = ", ".join(f"pl.Field({say(n)}, {dtype_source(t)})" for n, t in type_.fields)
        return f"pl.Struct([{fields}])"
    return _DTYPES[type_.kind]


def polars_source(roots: Sequence[tuple[str, Expr]], taken: Iterable[str] = ()) -> PolarsSource:
    """Write expressions as source text; shared and long nodes get names.

    Args:
        roots: Pairs of a word to name parts after, and the expression.
        taken: Names of columns that exist already.
    """
    return _Writer(set(taken)).write(roots)


class _Writer:
    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.helpers: set[str] = set()
        self.functions: set[str] = set()

    def write(self, roots: Sequence[tuple[str, Expr]]) -> PolarsSource:
        exprs = [e for _, e in roots]
        uses = Counter(arg for node in walk(exprs) for arg in node.args)
        uses.update(exprs)
        words: dict[Expr, str] = {}
        for word, root in roots:
            for node in walk([root]):
                words.setdefault(node, word)
        text: dict[Expr, str] = {}
        depth: dict[Expr, int] = {}
        layers: dict[int, list[tuple[str, str]]] = {}
        asked = set(exprs)
        for node in walk(exprs):
            below = max((depth[a] for a in node.args), default=0)
            code = self.code(node, [text[a] for a in node.args])
            named = uses[node] > 1 and node.op not in ("col", "lit", "is_null")
            if named or (len(code) > LONGEST and node not in asked):
                name = self.name(node, words[node])
                layers.setdefault(below, []).append((name, code))
                code, below = f"pl.col({say(name)})", below + 1
            text[node], depth[node] = code, below
        ordered = tuple(tuple(layers[level]) for level in sorted(layers))
        return PolarsSource(ordered, tuple(text[e] for e in exprs), frozenset(self.helpers), frozenset(self.functions))

    def name(self, node: Expr, word: str) -> str:
        """A name that says what a node is: the column it works on and what was done to it."""
        read = columns_of(node)
        base = read[0] if len(read) == 1 else word
        what = node["function"] if node.op == "call" else node["to"] if node.op == "change_case" else _WORDS[node.op]
        wanted = "_" + "".join(c if c.isalnum() else "_" for c in f"{base}_{what}")
        name, number = wanted, 1
        while name in self.taken:
            number += 1
            name = f"{wanted}_{number}"
        self.taken.add(name)
        return name

    def call(self, helper: str, *args: object) -> str:
        """A call of a helper function."""
        self.helpers.add(helper)
        return f"{helper}({', '.join(str(a) for a in args)})"

    def code(self, node: Expr, args: Sequence[str]) -> str:
        return _CODES[node.op](self, node, args)


def _type(type_: DataType) -> str:
    """A logical type as the helpers take it."""
    said = [say(type_.kind)]
    if type_.scale is not None:
        said.append(f"scale={type_.scale}")
    if type_.local:
        said.append("local=True")
    return f"DataType({', '.join(said)})"


def _lit(w: _Writer, n: Expr, a: Sequence[str]) -> str:
    value = n["value"]
    if n.type.kind == "text" and value is not None:
        return f"pl.lit({say(value)})"
    return f"pl.lit({say(value)}, dtype={dtype_source(n.type)})"


def _when(w: _Writer, n: Expr, a: Sequence[str]) -> str:
    pairs = "".join(f".when({a[i]}).then({a[i + 1]})" for i in range(0, len(a) - 1, 2))
    return f"pl{pairs}.otherwise({a[-1]})"


_NEVER_NULL = frozenset({"is_null", "all_of", "any_of", "none_of"})


def _sure_of(node: Expr, text: str) -> str:
    """A condition with null as false."""
    return text if node.op in _NEVER_NULL else f"{text}.fill_null(False)"


def _sure(n: Expr, a: Sequence[str]) -> str:
    return ", ".join(map(_sure_of, n.args, a))


def _any(n: Expr, a: Sequence[str]) -> str:
    some = [i for i, arg in enumerate(n.args) if not (arg.op == "lit" and arg["value"] is False)]
    sure = [_sure_of(n.args[i], a[i]) for i in some]
    return sure[0] if len(sure) == 1 else f"pl.any_horizontal({', '.join(sure or a)})"


def _none(n: Expr, a: Sequence[str]) -> str:
    if len(a) == 1 and a[0].endswith(".is_null()"):
        return a[0].removesuffix(".is_null()") + ".is_not_null()"
    return f"(~{_sure(n, a)})" if len(a) == 1 else f"(~pl.any_horizontal({_sure(n, a)}))"


def _trim(w: _Writer, n: Expr, a: Sequence[str]) -> str:
    method = {"both": "strip_chars", "start": "strip_chars_start", "end": "strip_chars_end"}[n["side"]]
    return f"{a[0]}.str.{method}({say(n['characters']) if n['characters'] else ''})"


def _regex_extract(w: _Writer, n: Expr, a: Sequence[str]) -> str:
    pattern, group = n["pattern"], n["group"]
    found = f"{a[0]}.str.extract({say(pattern)}, {group})"
    if group == 0 or always_holds(pattern, group):
        return found
    return f'pl.when({a[0]}.str.contains({say(pattern)})).then({found}.fill_null(""))'


def _distinct(w: _Writer, function: str, args: Sequence[str], options: dict[str, Any], type_: DataType) -> str:
    w.functions.add(function)
    named = ", ".join(f"{a}.alias({say(f'a{i}')})" for i, a in enumerate(args))
    return w.call("run_on_distinct", say(function), f"[{named}]", say(options), dtype_source(type_))


def _divide(w: _Writer, n: Expr, a: Sequence[str]) -> str:
    return w.call("divide_expr", a[0], a[1], max(arg.type.scale or 0 for arg in n.args), n.type.scale or 0)


def _translate(w: _Writer, n: Expr, a: Sequence[str]) -> str:
    old, new = zip(*n["pairs"], strict=True)
    return f"{a[0]}.replace_strict({say(list(old))}, {say(list(new))}, default=None, return_dtype=pl.String())"


def _replace(n: Expr, a: Sequence[str]) -> str:
    return f"{a[0]}.str.replace_all({say(n['pattern'])}, {say(n['new'].replace('$', '$$'))})"


_Code = Callable[[_Writer, Expr, Sequence[str]], str]
_CODES: dict[str, _Code] = {
    "col": lambda w, n, a: f"pl.col({say(n['name'])})",
    "lit": _lit,
    "is_null": lambda w, n, a: f"{a[0]}.is_null()",
    "coalesce": lambda w, n, a: f"pl.coalesce({', '.join(a)})",
    "when": _when,
    "all_of": lambda w, n, a: f"pl.all_horizontal({_sure(n, a)})",
    "any_of": lambda w, n, a: _any(n, a),
    "none_of": lambda w, n, a: _none(n, a),
    "compare": lambda w, n, a: f"({a[0]} {'==' if n['op'] == '=' else n['op']} {a[1]})",
    "is_in": lambda w, n, a: f"{a[0]}.is_in({say(list(n['values']))})",
    "blank_to_null": lambda w, n, a: w.call("there", a[0]),
    "trim": _trim,
    "squeeze": lambda w, n, a: f'{a[0]}.str.replace_all(r"\\s+", " ")',
    "change_case": lambda w, n, a: w.call("change_case", a[0], say(n["to"])),
    "concat": lambda w, n, a: f"pl.concat_str({', '.join(a)})",
    "length": lambda w, n, a: f"{a[0]}.str.len_chars().cast(pl.Int64)",
    "substring": lambda w, n, a: w.call("substring_expr", a[0], n["start"], n["count"]),
    "replace": lambda w, n, a: f"{a[0]}.str.replace_all({say(n['old'])}, {say(n['new'])}, literal=True)",
    "regex_match": lambda w, n, a: f"{a[0]}.str.contains({say(n['pattern'])})",
    "regex_extract": _regex_extract,
    "regex_replace": lambda w, n, a: _replace(n, a),
    "split_part": lambda w, n, a: w.call("split_expr", a[0], say(n["separator"]), n["index"]),
    "pad": lambda w, n, a: w.call("pad_expr", a[0], n["width"], say(n["fill"]), say(n["side"])),
    "translate": _translate,
    "cast": lambda w, n, a: w.call("cast_expr", a[0], _type(n.args[0].type), _type(n.type)),
    "parse_number": lambda w, n, a: w.call(
        "number_expr", a[0], say(n["point"]), say(n["group"]), n.type.scale or 0
    ),
    "format_number": lambda w, n, a: w.call(
        "number_text", a[0], n["digits"], say(n["point"]), say(n["group"]), _type(n.args[0].type)
    ),
    "parse_time": lambda w, n, a: w.call("parse_expr", a[0], say(n["format"]), _type(n.type)),
    "format_time": lambda w, n, a: w.call("format_expr", a[0], say(n["format"])),
    "shift_zone": lambda w, n, a: w.call("zone_expr", a[0], say(n["zone"]), _type(n.args[0].type)),
    "arith": lambda w, n, a: w.call("arith_expr", say(n["op"]), a[0], a[1], _type(n.type)),
    "divide": _divide,
    "round_to": lambda w, n, a: w.call("round_expr", a[0], _type(n.args[0].type), n.type.scale or 0),
    "json_path": lambda w, n, a: _distinct(w, "json_path", a, {"path": n["path"]}, n.type),
    "member": lambda w, n, a: f"{a[0]}.struct.field({say(n['name'])})",
    "item": lambda w, n, a: f"{a[0]}.list.get({n['index']}, null_on_oob=True)",
    "call": lambda w, n, a: _distinct(w, n["function"], a, dict(n["options"]), n.type),
}  # fmt: skip
