"""The primitives in Polars: a graph of nodes becomes layers of columns, each shared node named once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.model import Expr, walk

from . import polars_numbers as numbers
from . import polars_time as times
from .patterns import always_holds
from .polars_casts import cast_expr
from .polars_text import change_case, pad_expr, split_expr, substring_expr
from .polars_types import to_dtype
from .udfs import run_on_distinct

__all__ = ["Program", "compile_polars"]

_LOOKS_TWICE = frozenset({"blank_to_null", "parse_time", "cast", "regex_extract"})
Build = Callable[[Expr, Sequence[pl.Expr]], pl.Expr]


@dataclass(frozen=True)
class Program:
    """What a set of expressions becomes.

    Attributes:
        layers: Named shared nodes by depth; each layer is one ``with_columns``.
        outputs: The expressions asked for, over the columns and the named nodes.
    """

    layers: tuple[tuple[pl.Expr, ...], ...]
    outputs: tuple[pl.Expr, ...]

    def run(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Add the layers to a frame."""
        for layer in self.layers:
            frame = frame.with_columns(layer)
        return frame


def compile_polars(roots: Sequence[Expr]) -> Program:
    """Compile expressions: a node used twice or more is computed once, in a column of its own."""
    uses = Counter(arg for node in walk(roots) for arg in node.args)
    uses.update(roots)
    # These mention their argument twice: once to look at it, once to take it.
    lookers = [node for node in walk(roots) if node.op in _LOOKS_TWICE]
    uses.update(arg for node in lookers for arg in node.args if arg.op != "blank_to_null")
    built: dict[Expr, pl.Expr] = {}
    depth: dict[Expr, int] = {}
    layers: dict[int, list[pl.Expr]] = {}
    for number, node in enumerate(walk(roots)):
        below = max((depth[a] for a in node.args), default=0)
        expr = _build(node, [built[a] for a in node.args])
        if uses[node] > 1 and node.op not in ("col", "lit", "is_null"):
            name = f"__{number}"
            layers.setdefault(below, []).append(expr.alias(name))
            expr, below = pl.col(name), below + 1
        built[node], depth[node] = expr, below
    ordered = tuple(tuple(layers[level]) for level in sorted(layers))
    return Program(ordered, tuple(built[root] for root in roots))


def _build(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    return _BUILDERS[node.op](node, args)


_NEVER_NULL = frozenset({"is_null", "all_of", "any_of", "none_of"})


def _sure(node: Expr, args: Sequence[pl.Expr]) -> list[pl.Expr]:
    """Conditions with null as false."""
    return [a if n.op in _NEVER_NULL else a.fill_null(False) for n, a in zip(node.args, args, strict=True)]


def _joined(args: Sequence[pl.Expr], *, every: bool) -> pl.Expr:
    """Conditions joined two by two: cheaper than the horizontal functions, which look at types and lengths."""
    whole = args[0]
    for a in args[1:]:
        whole = whole & a if every else whole | a
    return whole


def _any_of(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    if len(args) == 2 and node.args[1].op == "lit" and node.args[1]["value"] is False:
        return _sure(node, args)[0]
    return _joined(_sure(node, args), every=False)


def _lit(node: Expr, _: Sequence[pl.Expr]) -> pl.Expr:
    return pl.lit(node["value"], dtype=to_dtype(node.type))


def _when(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    chain = pl.when(args[0]).then(args[1])
    for i in range(2, len(args) - 1, 2):
        chain = chain.when(args[i]).then(args[i + 1])  # type: ignore[assignment]
    return chain.otherwise(args[-1])


def _compare(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    a, b = args
    operators: dict[str, pl.Expr] = {"=": a == b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}
    return operators[node["op"]]


def _blank_to_null(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    inner = node.args[0]
    trimmed = inner.op == "trim" and not inner["characters"] and inner["side"] == "both"
    return pl.when((args[0] if trimmed else args[0].str.strip_chars()) != "").then(args[0])


def _trim(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    characters = node["characters"] or None
    strip = {"both": args[0].str.strip_chars, "start": args[0].str.strip_chars_start}
    return strip.get(node["side"], args[0].str.strip_chars_end)(characters)


def _translate(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    old, new = zip(*node["pairs"], strict=True)
    if len(set(new)) <= 16:  # a chain of is_in streams; replace_strict buffers the whole column
        chain: pl.Expr = pl.lit(None, pl.String)
        for target in dict.fromkeys(new):
            sources = [o for o, n in node["pairs"] if n == target]
            test = args[0] == sources[0] if len(sources) == 1 else args[0].is_in(sources)
            chain = pl.when(test).then(pl.lit(target)).otherwise(chain)
        return chain
    return args[0].replace_strict(list(old), list(new), default=None, return_dtype=pl.String)


def _call(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    named = [a.alias(f"a{i}") for i, a in enumerate(args)]
    return run_on_distinct(node["function"], named, dict(node["options"]), to_dtype(node.type))


def _regex_extract(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    pattern, group = node["pattern"], node["group"]
    found = args[0].str.extract(pattern, group)
    if group == 0 or always_holds(pattern, group):
        return found
    return pl.when(args[0].str.contains(pattern)).then(found.fill_null(""))


def _json_path(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    return run_on_distinct("json_path", [args[0].alias("a0")], {"path": node["path"]}, pl.String())


def _arith(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    return numbers.arith_expr(node["op"], args[0], args[1], node.type)


def _divide(node: Expr, args: Sequence[pl.Expr]) -> pl.Expr:
    scale = max(arg.type.scale or 0 for arg in node.args)
    return numbers.divide_expr(args[0], args[1], scale, node.type.scale or 0)


_BUILDERS: dict[str, Build] = {
    "col": lambda n, a: pl.col(n["name"]),
    "lit": _lit,
    "is_null": lambda n, a: a[0].is_null(),
    "coalesce": lambda n, a: pl.coalesce(*a),
    "when": _when,
    "all_of": lambda n, a: _joined(_sure(n, a), every=True),
    "any_of": _any_of,
    "none_of": lambda n, a: ~_joined(_sure(n, a), every=False),
    "compare": _compare,
    "is_in": lambda n, a: a[0].is_in(list(n["values"])),
    "blank_to_null": _blank_to_null,
    "trim": _trim,
    # Runs that are already one space are passed over, which is most of them.
    "squeeze": lambda n, a: a[0].str.replace_all(r"\s{2,}|[^\S ]", " "),
    "change_case": lambda n, a: change_case(a[0], n["to"]),
    "concat": lambda n, a: pl.concat_str(a),
    "length": lambda n, a: a[0].str.len_chars().cast(pl.Int64),
    "substring": lambda n, a: substring_expr(a[0], n["start"], n["count"]),
    "replace": lambda n, a: a[0].str.replace_all(n["old"], n["new"], literal=True),
    "regex_match": lambda n, a: a[0].str.contains(n["pattern"]),
    "regex_extract": _regex_extract,
    "regex_replace": lambda n, a: a[0].str.replace_all(n["pattern"], n["new"].replace("$", "$$")),
    "split_part": lambda n, a: split_expr(a[0], n["separator"], n["index"]),
    "pad": lambda n, a: pad_expr(a[0], n["width"], n["fill"], n["side"]),
    "translate": _translate,
    "cast": lambda n, a: cast_expr(a[0], n.args[0].type, n.type),
    "parse_number": lambda n, a: numbers.number_expr(a[0], n["point"], n["group"], n.type.scale or 0),
    "format_number": lambda n, a: numbers.number_text(a[0], n["digits"], n["point"], n["group"], n.args[0].type),
    "parse_time": lambda n, a: times.parse_expr(a[0], n["format"], n.type),
    "format_time": lambda n, a: times.format_expr(a[0], n["format"]),
    "shift_zone": lambda n, a: times.zone_expr(a[0], n["zone"], n.args[0].type),
    "arith": _arith,
    "divide": _divide,
    "round_to": lambda n, a: numbers.round_expr(a[0], n.args[0].type, n.type.scale or 0),
    "json_path": _json_path,
    "member": lambda n, a: a[0].struct.field(n["name"]),
    "item": lambda n, a: a[0].list.get(n["index"], null_on_oob=True),
    "call": _call,
}
