"""What changed between two versions of a contract, graded, for those who write and those who read.

A change *tightens* when data that kept the old contract may break the new one: whoever produces the data
must act. It *loosens* when data that keeps the new contract may break the old one: whoever consumes it
may meet what was excluded before.

=======  ==================================================================================
grade    when
=======  ==================================================================================
major    anything tightens; a field goes, is renamed or means something else; a guarantee goes
minor    a new optional field; more values allowed; confidentiality, rules, promises
patch    words only: descriptions, synonyms, examples, tags, owner, status
=======  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from workbench.errors import UsageError

from .contract import Contract, Field

__all__ = ["Change", "Grade", "diff_contracts", "grade_of", "in_range", "next_version"]

Grade = Literal["major", "minor", "patch"]
Effect = Literal["tightens", "loosens", "both", "none"]
_ORDER: dict[Grade, int] = {"major": 0, "minor": 1, "patch": 2}


@dataclass(frozen=True)
class Change:
    """One difference between two versions of a contract.

    Attributes:
        grade: How much it matters.
        effect: Whether it tightens (producers must act), loosens (consumers must look), both or neither.
        field: The field changed; none for the contract as a whole.
        aspect: What of it changed, as in 'type' or 'enum'.
        what: The change in words.
        old: The old value.
        new: The new value.
    """

    grade: Grade
    effect: Effect
    field: str | None
    aspect: str
    what: str
    old: Any = None
    new: Any = None

    def __str__(self) -> str:
        place = f"{self.field}: " if self.field else ""
        return f"{self.grade}: {place}{self.what}"


def diff_contracts(old: Contract, new: Contract) -> list[Change]:
    """List every change from one version to the next, the gravest first.

    >>> from workbench.model.types import TEXT
    >>> a = Contract("x", "x", "1.0.0", fields=(Field("sex", TEXT, enum=("M", "F")),))
    >>> b = Contract("x", "x", "1.1.0", fields=(Field("sex", TEXT, enum=("M", "F", "X")), Field("age", TEXT)))
    >>> for change in diff_contracts(a, b):
    ...     print(change, "|", change.effect)
    minor: sex: 'X' is allowed now | loosens
    minor: age: new, optional | none
    """
    changes = [*_fields(old, new), *_contract(old, new)]
    return sorted(changes, key=lambda c: _ORDER[c.grade])


def grade_of(changes: list[Change]) -> Grade | None:
    """The gravest grade; none when nothing changed."""
    return min((c.grade for c in changes), key=_ORDER.__getitem__, default=None)


def in_range(version: str, wanted: str) -> bool:
    """Whether a version lies in a range: '1.4.0' exactly, '^1.4' the same major and not older.

    >>> in_range("1.5.2", "^1.4"), in_range("2.0.0", "^1.4"), in_range("1.3.9", "^1.4")
    (True, False, False)
    """
    have = [int(p) for p in version.split(".")[:3] if p.isdigit()]
    want = [int(p) for p in wanted.lstrip("^").split(".") if p.isdigit()]
    if not wanted.startswith("^"):
        return have[: len(want)] == want
    return have[:1] == want[:1] and have >= want


def next_version(version: str, grade: Grade | None) -> str:
    """The version that a change of this grade asks for.

    >>> next_version("1.4.2", "minor"), next_version("1.4.2", None)
    ('1.5.0', '1.4.2')

    Raises:
        UsageError: The version is not three numbers.
    """
    parts = version.split(".")
    if len(parts) != 3 or not all(p.isdecimal() for p in parts):
        raise UsageError(f"'{version}' is not a version of three numbers", cure="write it as 1.4.0")
    major, minor, patch = map(int, parts)
    if grade == "major":
        return f"{major + 1}.0.0"
    if grade == "minor":
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}" if grade == "patch" else version


def _fields(old: Contract, new: Contract) -> Iterator[Change]:
    gone = [f for f in old.fields if f.name not in new]
    added = [f for f in new.fields if f.name not in old]
    renamed = {a.name: g.name for a in added for g in gone if g.name in a.synonyms}
    for f in gone:
        if f.name not in renamed.values():
            yield Change("major", "loosens", f.name, "field", "gone", f.name, None)
    for f in new.fields:
        if f.name in old:
            yield from _field(old.field(f.name), f)
        elif f.name in renamed:
            was = renamed[f.name]
            yield Change("major", "both", f.name, "name", f"renamed from '{was}'", was, f.name)
            yield from _field(old.field(was), f)
        elif f.required:
            yield Change("major", "tightens", f.name, "field", "new, and required", None, f.name)
        else:
            yield Change("minor", "none", f.name, "field", "new, optional", None, f.name)
    kept_old = [f.name for f in old.fields if f.name in new]
    kept_new = [f.name for f in new.fields if f.name in old]
    if kept_old != kept_new:
        yield Change("patch", "none", None, "order", "the fields stand in another order", kept_old, kept_new)


def _field(old: Field, new: Field) -> Iterator[Change]:
    if old.type != new.type:
        what = f"was {old.type}, is {new.type}"
        yield Change("major", "both", new.name, "type", what, str(old.type), str(new.type))
    yield from _flag(old, new, "required", "a value is required now", "a value may be missing now")
    yield from _flag(old, new, "unique", "values are unique now", "values may repeat now")
    for aspect, words in (("key", "place in the key"), ("format", "format"), ("unit", "unit")):
        before, after = getattr(old, aspect), getattr(new, aspect)
        if before != after:
            yield Change("major", "both", new.name, aspect, _was(words, before, after), before, after)
    yield from _enum(old, new)
    yield from _optional(old, new, "pattern", "pattern")
    yield from _optional(old, new, "references", "reference")
    for aspect, upper in (("minimum", False), ("maximum", True), ("min_length", False), ("max_length", True)):
        yield from _limit(old, new, aspect, upper)
    marks_gone = set(old.missing_values) - set(new.missing_values)
    if set(old.missing_values) != set(new.missing_values):
        effect: Effect = "tightens" if marks_gone else "loosens"
        what = _was("missing value", old.missing_values, new.missing_values)
        grade: Grade = "major" if marks_gone else "minor"
        yield Change(grade, effect, new.name, "missing_values", what, old.missing_values, new.missing_values)
    for grade, aspects in (
        ("minor", ("personal", "classification", "semantic_type", "labels")),
        ("patch", ("description", "synonyms", "examples", "raw")),
    ):
        yield from _words(old, new, grade, aspects, new.name)
    if old.fields != new.fields and old.type == new.type:
        members_old = Contract("", "", "", fields=old.fields)
        members_new = Contract("", "", "", fields=new.fields)
        for c in _fields(members_old, members_new):
            name = f"{new.name}.{c.field}" if c.field else new.name
            yield Change(c.grade, c.effect, name, c.aspect, c.what, c.old, c.new)


def _was(words: str, before: Any, after: Any) -> str:
    def show(value: Any) -> str:
        if isinstance(value, tuple):
            return ", ".join(f"'{v}'" for v in value) or "none"
        return "none" if value is None else f"'{value}'"

    return f"{words} was {show(before)}, is {show(after)}"


def _flag(old: Field, new: Field, aspect: str, gained: str, lost: str) -> Iterator[Change]:
    before, after = getattr(old, aspect), getattr(new, aspect)
    if before != after:
        effect: Effect = "tightens" if after else "loosens"
        yield Change("major", effect, new.name, aspect, gained if after else lost, before, after)


def _enum(old: Field, new: Field) -> Iterator[Change]:
    if bool(old.enum) != bool(new.enum):
        yield from _optional(old, new, "enum", "list of values", empty=())
        return
    for value in (v for v in old.enum if v not in new.enum):
        yield Change("major", "tightens", new.name, "enum", f"'{value}' is not allowed any more", value, None)
    for value in (v for v in new.enum if v not in old.enum):
        yield Change("minor", "loosens", new.name, "enum", f"'{value}' is allowed now", None, value)


def _optional(old: Field, new: Field, aspect: str, words: str, empty: Any = None) -> Iterator[Change]:
    """A constraint that is there or is not, and cannot be compared when it changes."""
    before, after = getattr(old, aspect), getattr(new, aspect)
    if before == after:
        return
    effect: Effect = "tightens" if before == empty else "loosens" if after == empty else "both"
    grade: Grade = "minor" if effect == "loosens" else "major"
    yield Change(grade, effect, new.name, aspect, _was(words, before or None, after or None), before, after)


def _limit(old: Field, new: Field, aspect: str, upper: bool) -> Iterator[Change]:
    before, after = getattr(old, aspect), getattr(new, aspect)
    if before == after:
        return
    larger = _larger(after, before)
    tightens = before is None or (after is not None and larger != upper)
    grade: Grade = "major" if tightens else "minor"
    effect: Effect = "tightens" if tightens else "loosens"
    yield Change(grade, effect, new.name, aspect, _was(aspect.replace("_", " "), before, after), before, after)


def _larger(a: Any, b: Any) -> bool:
    """Whether a > b: as numbers where both are, else as text, which orders ISO dates rightly."""
    try:
        return Decimal(str(a)) > Decimal(str(b))
    except InvalidOperation:
        return str(a) > str(b)


def _contract(old: Contract, new: Contract) -> Iterator[Change]:
    for aspect, key in _COLLECTIONS:
        before, after = {key(x): x for x in getattr(old, aspect)}, {key(x): x for x in getattr(new, aspect)}
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) == after.get(name):
                continue
            what = "gone" if name not in after else "new" if name not in before else "changed"
            effect: Effect = "loosens" if what == "gone" else "tightens" if what == "new" else "both"
            words = f"{'rule' if aspect == 'rules' else 'promise'} {name[1]} is {what}"
            yield Change("minor", effect, name[0], aspect, words, before.get(name), after.get(name))
    yield from _words(old, new, "minor", ("id", "physical_name"), None)
    yield from _words(old, new, "patch", ("name", "status", "description", "tags", "owner", "raw"), None)


def _rule_key(rule: Any) -> tuple[str | None, str]:
    return rule.field, f"'{rule.name or rule.metric or rule.query or rule.description}'"


_COLLECTIONS: tuple[tuple[str, Callable[[Any], tuple[str | None, str]]], ...] = (
    ("rules", _rule_key),
    ("sla", lambda s: (s.element, f"'{s.property}'")),
)


def _words(old: Any, new: Any, grade: Grade, aspects: tuple[str, ...], field: str | None) -> Iterator[Change]:
    for aspect in aspects:
        before, after = getattr(old, aspect), getattr(new, aspect)
        if before != after:
            what = f"{aspect.replace('_', ' ')} changed"
            yield Change(grade, "none", field, aspect, what, before, after)
