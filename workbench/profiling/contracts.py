"""A first contract for a dataset from its profile: what is so today, for its owner to correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workbench.model import BOOLEAN, CANONICAL, DATE, TIME, TIMESTAMP, Contract, DataType, Field, list_of, struct_of

from .dataset import Profile
from .facts import ColumnProfile, NumberFormat
from .leaves import ITEMS

__all__ = ["as_entity", "infer_contract"]

ENOUGH = 30  # filled rows from which 'always' and 'one of' are worth promising
WORDS = 20  # different values that a list of allowed values may have
OFTEN = 10  # rows for each such value
EXAMPLES = 3
CODES = frozenset({"id", "postcode", "uuid", "isbn", "ean"})
OPEN = frozenset({"city", "person_name", "given_name", "family_name", "company", "street", "text", "money"})


def infer_contract(
    profile: Profile, *, id: str | None = None, version: str = "1.0.0", owner: str | None = None
) -> Contract:
    """Write down what a dataset keeps to today as a draft contract.

    A field is required when no row lacks it, unique and the key when it tells all rows apart, limited to a
    list of values when there are few that repeat. Formats, missing-value marks, meaning and the flag of
    personal data are taken as found; personal values are never given as examples.

    Args:
        profile: The facts.
        id: The contract's id; the profile's name when not given.
        version: Its version.
        owner: The team that answers for the dataset.

    >>> import polars as pl
    >>> from workbench.profiling import profile
    >>> facts = profile(pl.DataFrame({"cust_no": ["C1", "C2"], "dob": ["25/12/1990", "03/04/1985"]}))
    >>> [(f.name, str(f.type), f.format) for f in infer_contract(facts).fields]
    [('cust_no', 'text', None), ('dob', 'date', '%d/%m/%Y')]
    """
    name = id or profile.name
    keys = [key for key in profile.keys if key.unique and key.score >= 0.5]
    key = profile.key
    alone = {k.columns[0] for k in keys if len(k.columns) == 1}
    root = _Node()
    for column in profile.columns:
        root.put(column.path or (column.name,), column)
    fields = tuple(child.field(part, key, alone) for part, child in root.children.items())
    return Contract(
        id=name, name=name.rsplit(".", 1)[-1], version=version, fields=fields, owner=owner, physical_name=profile.name
    )


def as_entity(contract: Contract, name: str) -> Contract:
    """Make a first canonical entity out of one source's contract.

    Records of other systems come in too, and a key then says the system: how this source's key looks and how long
    it is are no promise of the entity.

    >>> crm = Contract("crm", "crm", "1.0.0", fields=(Field("no", DATE, key=1, max_length=6),))
    >>> made = as_entity(crm, "Customer")
    >>> made.is_entity, made.fields[0].max_length
    (True, None)
    """
    loose = {"pattern": None, "min_length": None, "max_length": None, "examples": ()}
    fields = tuple(replace(f, **loose) if f.key is not None else f for f in contract.fields)  # type: ignore[arg-type]
    return replace(contract, id=name, name=name, tags=(CANONICAL,), physical_name=None, fields=fields)


@dataclass
class _Node:
    """A place in the tree that flattened paths make."""

    facts: ColumnProfile | None = None
    children: dict[str, _Node] = field(default_factory=dict)

    def put(self, path: Sequence[str], facts: ColumnProfile) -> None:
        if not path:
            self.facts = facts
            return
        self.children.setdefault(path[0], _Node()).put(path[1:], facts)

    def type(self) -> DataType:
        if ITEMS in self.children:
            return list_of(self.children[ITEMS].type())
        if self.children:
            return struct_of(**{name: child.type() for name, child in self.children.items()})
        return self.facts.type if self.facts else DataType("null")

    def field(self, name: str, key: Sequence[str], alone: set[str]) -> Field:
        if not self.children and self.facts is not None:
            return _field(name, self.facts, key, alone)
        members = self.children
        while ITEMS in members and members[ITEMS].children:
            members = members[ITEMS].children
        inner = tuple(child.field(part, (), set()) for part, child in members.items() if part != ITEMS)
        always = self.facts is not None and _always(self.facts)
        return Field(name, self.type(), required=always, fields=inner)


def _field(name: str, facts: ColumnProfile, key: Sequence[str], alone: set[str]) -> Field:
    marks = tuple(mark.value for mark in facts.placeholders)
    allowed = _allowed(facts)
    fixed = facts.lengths.maximum if facts.lengths and facts.lengths.minimum == facts.lengths.maximum else None
    coded = facts.type.kind == "text" and facts.semantic is not None and facts.semantic.type in CODES
    low = "0" if facts.type.is_numeric and facts.semantic and facts.semantic.type in ("age", "quantity") else None
    return Field(
        name=name,
        type=facts.type,
        required=name in key or _always(facts),
        unique=name in alone,
        key=key.index(name) + 1 if name in key else None,
        semantic_type=facts.semantic.type if facts.semantic else None,
        enum=allowed,
        pattern=_pattern(facts) if coded and not allowed else None,
        minimum=low if low is not None and float(facts.minimum or -1) >= 0 else None,
        min_length=fixed if coded else None,
        max_length=fixed if coded else None,
        format=_format(facts),
        unit=_unit(facts),
        missing_values=marks,
        personal=facts.personal,
        examples=_examples(facts) if not allowed else (),
        raw={"physicalType": facts.physical},
    )


def _always(facts: ColumnProfile) -> bool:
    empty = facts.nulls.value + facts.blanks.value + facts.nan.value
    return facts.rows.value >= ENOUGH and not empty and not facts.placeholders


def _allowed(facts: ColumnProfile) -> tuple[str, ...]:
    """The values, where they are few, repeat, and are words rather than names or measures."""
    open_ended = facts.personal or (facts.semantic is not None and facts.semantic.type in OPEN)
    if facts.type.kind != "text" or open_ended or not facts.distinct.exact:
        return ()
    few = 1 < facts.distinct.value <= WORDS and len(facts.top) == facts.distinct.value
    if not few or facts.filled < max(ENOUGH, OFTEN * facts.distinct.value):
        return ()
    marks = {mark.value for mark in facts.placeholders}
    return tuple(sorted(v.value for v in facts.top if v.value not in marks))


def _pattern(facts: ColumnProfile) -> str | None:
    """The one shape of fixed length that every value has."""
    only = facts.patterns[0] if len(facts.patterns) == 1 else None
    if only is None or not only.regex or "," in only.regex or facts.filled < ENOUGH:
        return None
    return f"^{only.regex}$" if only.count.exact and only.count.value == facts.filled else None


def _format(facts: ColumnProfile) -> str | None:
    """How the texts of dates and numbers are written; None where they are held as such."""
    if facts.physical != "String":
        return None
    if facts.type in (DATE, TIME, TIMESTAMP) or facts.type.kind == "timestamp":
        return facts.dates[0].format if facts.dates else None
    if facts.type.is_numeric and facts.numbers:
        return _number_format(facts.numbers[0])
    if facts.type == BOOLEAN and facts.semantic is not None:
        return facts.semantic.form or None
    return None


def _number_format(form: NumberFormat) -> str | None:
    parts = [f"decimal:{form.decimal}"] if form.decimal and form.decimal != "." else []
    parts += [f"group:{form.group}"] if form.group else []
    return " ".join(parts) or None


def _unit(facts: ColumnProfile) -> str | None:
    if facts.type.is_numeric and facts.numbers:
        return (facts.numbers[0].suffix or facts.numbers[0].prefix) or None
    return None


def _examples(facts: ColumnProfile) -> tuple[str, ...]:
    if facts.personal or facts.type.kind in ("list", "struct"):
        return ()
    frequent = [value.value for value in facts.top]
    return tuple(dict.fromkeys([*frequent, *facts.sample]))[:EXAMPLES]
