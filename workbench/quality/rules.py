"""The rules of a contract, each as one boolean column that is true where a row breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from workbench.backends import compile_polars, logical_type, to_dtype
from workbench.errors import ContractError, Fault
from workbench.model import (
    Contract,
    DataType,
    Expr,
    Field,
    StepFault,
    TypeClash,
    blank_to_null,
    cast,
    col,
    constant,
    is_in,
    lit,
    member,
    when,
)

from .odcs_rules import quality_rules
from .reading import conforms, kind_in_words, read
from .row_rule import RowRule, is_personal, matches

__all__ = ["RuleSet", "build_rules"]


@dataclass(frozen=True)
class RuleSet:
    """All rules of a contract for one shape of data.

    Attributes:
        prepare: Layers of columns that the rules read: cleaned and typed values.
        rules: The rules, field by field.
    """

    prepare: tuple[tuple[pl.Expr, ...], ...]
    rules: tuple[RowRule, ...]


@dataclass(frozen=True)
class _Leaf:
    """A field of the contract and the expression that finds it in the row."""

    path: str
    field: Field
    value: Expr
    clean: str
    typed: str


def build_rules(
    contract: Contract, schema: Mapping[str, pl.DataType], references: Mapping[str, pl.LazyFrame] | None = None
) -> RuleSet:
    """Translate a contract into rules over columns.

    Args:
        contract: The promises.
        schema: Columns of the data with their Polars types.
        references: Rows of other datasets or entities by name, for fields that point to them.

    Raises:
        ContractError: A limit of the contract is not of its field's type.
    """
    builder = _Builder(dict(schema), dict(references or {}))
    for field in contract.fields:
        builder.field(field, field.name, None)
    builder.dataset(contract)
    if builder.faults:
        raise ContractError([replace(f, where=f"{contract.id}, {f.where}") for f in builder.faults])
    program = compile_polars(list(builder.columns.values()))
    named = tuple(e.alias(n) for e, n in zip(program.outputs, builder.columns, strict=True))
    return RuleSet((*program.layers, named), tuple(builder.rules))


class _Builder:
    def __init__(self, schema: dict[str, pl.DataType], references: dict[str, pl.LazyFrame]) -> None:
        self.schema, self.references = schema, references
        self.columns: dict[str, Expr] = {}
        self.rules: list[RowRule] = []
        self.faults: list[Fault] = []
        self.leaves: dict[str, _Leaf] = {}

    def add(self, leaf: _Leaf, kind: str, rule: str, reason: str, bad: pl.Expr, **more: object) -> None:
        """Add a rule over the values of one field that are there."""
        self.rules.append(
            RowRule(
                f"{leaf.path}.{kind}",
                leaf.path,
                kind,
                rule,
                reason,
                bad,
                pl.col(leaf.clean),
                personal=is_personal(leaf.field),
                **more,  # type: ignore[arg-type]
            )
        )

    def blocked(self, path: str, kind: str, rule: str, why: str, *, warning: bool = False) -> None:
        self.rules.append(RowRule(f"{path}.{kind}", path, kind, rule, blocked=why, warning=warning))

    def field(self, field: Field, path: str, parent: Expr | None) -> None:
        if parent is None and field.name not in self.schema:
            return self.missing(field, path)
        try:
            value = member(parent, field.name) if parent else col(path, logical_type(self.schema[path]))
        except TypeClash:
            return self.missing(field, path)
        leaf = self.prepare(field, path, value)
        self.leaves[path] = leaf
        needed = field.required or field.key is not None
        if needed:
            empty = pl.col(leaf.clean).is_null()
            self.add(leaf, "required", "is always there", "is required but empty", empty)
        self.type(leaf)
        if value.type.kind == "struct" and field.type.kind == "struct":
            for inner in field.fields or tuple(Field(n, t) for n, t in field.type.fields):
                self.field(inner, f"{path}.{inner.name}", value)
        elif field.type.kind == "list":
            self.list(leaf)
        else:
            self.values(leaf)
        return None

    def missing(self, field: Field, path: str) -> None:
        rule = "is a column of the data"
        if field.required or field.key is not None:
            reason = "is promised, but there is no such column"
            none = pl.lit(None, pl.String)
            self.rules.append(RowRule(f"{path}.schema", path, "schema", rule, reason, pl.lit(True), none))
        else:
            self.blocked(path, "schema", rule, "there is no such column", warning=True)

    def prepare(self, field: Field, path: str, value: Expr) -> _Leaf:
        number = len(self.leaves)
        leaf = _Leaf(path, field, value, f"__clean{number}", f"__typed{number}")
        clean = value
        if value.type.kind == "text":
            clean = blank_to_null(value)
            if field.missing_values:
                clean = when([(is_in(clean, field.missing_values), lit(None, value.type))], clean)
        self.columns[leaf.clean] = clean
        typed, why = self.typed(clean, field)
        self.columns[leaf.typed] = typed if typed is not None else clean
        if why:
            self.blocked(path, "type", f"is {kind_in_words(field.type)}", why)
        return leaf

    def typed(self, clean: Expr, field: Field) -> tuple[Expr | None, str]:
        """The value in the contract's type, read as the contract says it is written."""
        have, want = clean.type, field.type
        if have.kind != "text" or want.kind in ("text", "null"):
            same = have == want or have.is_nested or "null" in (have.kind, want.kind)
            return (clean, "") if same or not (have.is_numeric and want.is_numeric) else (cast(clean, want), "")
        try:
            return read(clean, field), ""
        except (StepFault, TypeClash) as e:
            return None, str(e)

    def type(self, leaf: _Leaf) -> None:
        have, want = leaf.value.type, leaf.field.type
        rule = f"is {kind_in_words(want)}"
        there = pl.col(leaf.clean).is_not_null()
        if have.kind == "text" and want.kind not in ("text", "null"):
            if self.columns[leaf.typed].type.kind == "text":
                return  # said why it cannot be read
            if leaf.field.format:
                rule += f" written as {leaf.field.format}"
            self.add(leaf, "type", rule, f"is not {kind_in_words(want)}", there & pl.col(leaf.typed).is_null())
        elif have.kind == want.kind == "decimal" and (have.scale or 0) > (want.scale or 0):
            more = pl.col(leaf.typed).cast(to_dtype(have)) != pl.col(leaf.clean)
            self.add(leaf, "type", rule, f"has more than {want.scale} digits after the point", more)
        elif not conforms(have, want):
            self.add(leaf, "type", rule, f"is {kind_in_words(have)}, not {kind_in_words(want)}", there)
        else:
            self.add(leaf, "type", rule, f"is not {kind_in_words(want)}", pl.lit(False))

    def list(self, leaf: _Leaf) -> None:
        if any(f.required or f.enum or f.pattern or f.minimum or f.maximum for f in leaf.field.fields):
            self.blocked(
                leaf.path, "items", "has items that keep their rules", "items of lists are checked by type only"
            )

    def values(self, leaf: _Leaf) -> None:
        """Rules over single values that are there and readable."""
        field, x = leaf.field, pl.col(leaf.typed)
        type_ = self.columns[leaf.typed].type
        if field.enum:
            shown = ", ".join(field.enum[:5]) + (" …" if len(field.enum) > 5 else "")
            allowed = [v for v in (self.literal(v, type_, leaf, "enum") for v in field.enum) if v is not None]
            stray = ~pl.any_horizontal([x == v for v in allowed]) if type_.kind != "text" else ~x.is_in(field.enum)
            self.add(leaf, "enum", f"is one of {shown}", f"is not one of {shown}", stray)
        if field.pattern and type_.kind == "text":
            self.add(leaf, "pattern", f"matches {field.pattern}", f"does not match {field.pattern}",
                     ~matches(x, field.pattern, leaf.path))  # fmt: skip
        for kind, text, words in (("minimum", field.minimum, "at least"), ("maximum", field.maximum, "at most")):
            limit = self.literal(text, type_, leaf, kind) if text is not None else None
            if limit is not None:
                bad = x < limit if kind == "minimum" else x > limit
                self.add(leaf, kind, f"is {words} {text}", f"is not {words} {text}", bad)
        if type_.kind == "text":
            size = x.str.len_chars()
            for name, most, words in (
                ("min_length", field.min_length, "at least"),
                ("max_length", field.max_length, "at most"),
            ):
                if most is not None:
                    bad = size < most if name == "min_length" else size > most
                    text = f"has {words} {most} characters"
                    self.add(leaf, name, text, f"does not have {words} {most} characters", bad)
        if field.unique:
            self.unique((leaf,), f"{leaf.path}.unique", "unique", "is unique")
        if field.references:
            self.reference(leaf, field.references)

    def literal(self, text: str, type_: DataType, leaf: _Leaf, kind: str) -> pl.Expr | None:
        try:
            value = constant(text, type_)
            return compile_polars([value]).outputs[0]
        except TypeClash as e:
            self.faults.append(Fault(f"{kind}: {e}", f"field '{leaf.path}'", f"write {kind_in_words(type_)}"))
            return None

    def unique(self, leaves: tuple[_Leaf, ...], code: str, kind: str, rule: str, **more: object) -> None:
        shown = pl.concat_str([pl.col(f.clean).cast(pl.String) for f in leaves], separator=" · ", ignore_nulls=True)
        self.rules.append(
            RowRule(
                code,
                ", ".join(f.path for f in leaves),
                kind,
                rule,
                "repeats an earlier row",
                None,
                shown,
                tuple(f.typed for f in leaves),
                any(is_personal(f.field) for f in leaves),
                **more,  # type: ignore[arg-type]
            )
        )

    def reference(self, leaf: _Leaf, to: str) -> None:
        name, _, column = to.rpartition(".")
        rule = f"is found in {to}"
        if name not in self.references:
            return self.blocked(leaf.path, "reference", rule, f"needs the rows of {name}")
        there = self.references[name]
        if column not in there.collect_schema().names():
            return self.blocked(leaf.path, "reference", rule, f"{name} has no column '{column}'")
        known = there.select(pl.col(column).cast(pl.String)).drop_nulls().unique().collect().to_series()
        bad = ~pl.col(leaf.typed).cast(pl.String).is_in(known.implode())
        self.add(leaf, "reference", rule, f"is not found in {to}", bad)
        return None

    def dataset(self, contract: Contract) -> None:
        """The key over several columns, columns nobody promised, and the ODCS quality rules."""
        key = [self.leaves[n] for n in contract.key if n in self.leaves]
        if key and len(key) == len(contract.key):
            self.unique(tuple(key), "key", "key", "is the key: no two rows share it")
        stray = [n for n in self.schema if n not in contract]
        if stray and contract.fields:
            self.blocked(", ".join(stray), "schema", "is promised by the contract", "it is not", warning=True)
        prepared = {path: (leaf.clean, is_personal(leaf.field)) for path, leaf in self.leaves.items()}
        self.rules += quality_rules(contract, prepared)
