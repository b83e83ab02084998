"""A graph of nodes as layers of named columns: each shared node is computed once, one layer per depth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from workbench.model import Expr, columns_of, walk

from .sql_emit import Emitter
from .sql_tree import Sql, column

__all__ = ["CallColumn", "Layer", "Layered", "lay_out"]

_PLAIN = frozenset({"col", "lit", "is_null", "all_of", "any_of", "none_of"})
_SAID_TWICE = frozenset({
    "arith", "divide", "cast", "round_to", "format_number", "regex_extract", "parse_number", "parse_time", "substring",
    "blank_to_null", "trim", "split_part", "pad", "shift_zone", "change_case", "empty_to_null",
})  # fmt: skip
# Words of columns, the most telling first.
_TELLING = (
    "called", "time", "number", "translated", "chosen", "first", "part", "joined", "replaced", "result", "quotient",
    "rounded", "written", "zoned", "cast", "cut", "group", "cased", "squeezed", "unspaced", "trimmed", "given",
)  # fmt: skip
_WORDS = {
    "blank_to_null": "given", "trim": "trimmed", "squeeze": "squeezed", "change_case": "cased", "concat": "joined",
    "regex_extract": "part", "regex_replace": "replaced", "replace": "replaced", "split_part": "part",
    "translate": "translated", "cast": "cast", "parse_number": "number", "parse_time": "time", "round_to": "rounded",
    "arith": "result", "divide": "quotient", "coalesce": "first", "when": "chosen", "call": "called",
    "substring": "cut", "format_number": "written", "format_time": "written", "shift_zone": "zoned",
    "compare": "compared", "is_in": "listed", "regex_match": "matched",
    "bare_trim": "unspaced", "bare_group": "group", "empty_to_null": "part",
}  # fmt: skip


@dataclass(frozen=True)
class CallColumn:
    """A Python-only function whose answers are joined from a table of distinct arguments."""

    name: str
    node: Expr
    args: tuple[Sql, ...]
    columns: tuple[str, ...]


@dataclass
class Layer:
    """Columns that are added together: computed ones, and answers that are joined.

    Attributes:
        columns: Names and what they are.
        calls: Answers of Python-only functions.
        nodes: What the columns stand for.
        used_by: What they are for.
    """

    columns: list[tuple[str, Sql]] = field(default_factory=list)
    calls: list[CallColumn] = field(default_factory=list)
    nodes: list[Expr] = field(default_factory=list)
    used_by: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it computes: 'given', 'called_and_trimmed', or of one column 'dob_time'."""
        words = Counter(_WORDS.get(n.op, n.op) for n in self.nodes)
        # What a word tells: of two that come as often the one that is said of fewer things stands first.
        ranked = sorted(words, key=lambda w: (-words[w], _TELLING.index(w) if w in _TELLING else 0))
        if words[ranked[0]] * 2 > len(self.nodes):
            ranked = ranked[:1]
        title = "_and_".join(ranked[:2])
        sources = dict.fromkeys(name for n in self.nodes for name in columns_of(n))
        one = next(iter(sources)) if len(sources) == 1 else ""
        return f"{one}_{title}" if one and len(one) < 30 else title


@dataclass(frozen=True)
class Layered:
    """What expressions become.

    Attributes:
        layers: Named shared nodes by depth.
        outputs: The expressions asked for, over the columns and the named nodes.
        inline: A further expression over the same names, its unnamed nodes written out.
    """

    layers: tuple[Layer, ...]
    outputs: tuple[Sql, ...]
    inline: Callable[[Expr], Sql]


def lay_out(
    roots: Sequence[Expr], emitter: Emitter, taken: Iterable[str], *, join_calls: bool = False, told: Sequence[str] = ()
) -> Layered:
    """Lay expressions out; a node used twice or more gets a column of its own, and so does every call.

    Args:
        roots: The expressions.
        emitter: The dialect.
        taken: Names that are there.
        join_calls: Answers of Python-only functions are joined from tables.
        told: What each root is for.
    """
    rewritten: dict[Expr, Expr] = {}
    roots = [_rewritten(root, emitter, rewritten) for root in roots]
    uses = Counter(arg for node in walk(roots) for arg in node.args)
    uses.update(roots)
    # An argument that is written out twice, and its own argument twice in that, would grow without end.
    uses.update(a for n in walk(roots) if n.op in _SAID_TWICE and not _simple(n) for a in n.args)
    names = set(taken)
    built: dict[Expr, Sql] = {}
    depth: dict[Expr, int] = {}
    layers: dict[int, Layer] = {}
    for node in walk(roots):
        below = max((depth[a] for a in node.args), default=0)
        args = [built[a] for a in node.args]
        asked = emitter.asked(node) if join_calls else None
        if asked is not None:
            name = _name(node, names)
            layer = layers.setdefault(below, Layer())
            layer.calls.append(CallColumn(name, asked, tuple(a.copy() for a in args), columns_of(node)))
            layer.nodes.append(node)
            built[node], depth[node] = column(name), below + 1
            continue
        made = emitter.emit(node, args)
        shared = uses[node] > 1 and node.op not in _PLAIN and not isinstance(made, exp.Column)
        if node.op == "call" or shared:
            name = _name(node, names)
            layer = layers.setdefault(below, Layer())
            layer.columns.append((name, made))
            layer.nodes.append(node)
            made, below = column(name), below + 1
        built[node], depth[node] = made, below

    def inline(root: Expr) -> Sql:
        root = _rewritten(root, emitter, rewritten)
        for node in walk([root]):
            if node not in built:
                built[node] = emitter.emit(node, [built[a] for a in node.args])
        return built[root].copy()

    wanted: dict[str, list[Expr]] = {}
    for root, name in zip(roots, told, strict=False):
        wanted.setdefault(name, []).append(root)
    reached = {name: set(walk(of_it)) for name, of_it in wanted.items()}
    ordered = tuple(layers[level] for level in sorted(layers))
    for layer in ordered:
        layer.used_by = tuple(name for name, nodes in reached.items() if not nodes.isdisjoint(layer.nodes))
    return Layered(ordered, tuple(built[r].copy() for r in roots), inline)


def _rewritten(root: Expr, emitter: Emitter, known: dict[Expr, Expr]) -> Expr:
    """The graph below a node in the forms that the dialect computes best."""
    for node in walk([root]):
        if node not in known:
            args = [known[a] for a in node.args]
            changed = any(a is not b for a, b in zip(args, node.args, strict=True))
            known[node] = emitter.rewritten(Expr(node.op, args, node.type, node.params) if changed else node)
            for new in walk([known[node]]):
                known.setdefault(new, new)
    return known[root]


def _simple(node: Expr) -> bool:
    """Whether an operation mentions its argument once after all."""
    return node.op == "substring" and int(node["start"]) >= 0


def _name(node: Expr, names: set[str]) -> str:
    """A name that says what the column is: '_dob_time', '_name_part'."""
    sources = columns_of(node)
    base = sources[0].strip("_") if sources else "constant"
    word = _WORDS.get(node.op, node.op)
    name, number = f"_{base}_{word}", 1
    while name in names:
        number += 1
        name = f"_{base}_{word}_{number}"
    names.add(name)
    return name
