"""The parts of a mapping spec: steps, conditions, fields and row steps, as people write them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from .plan import OnError

__all__ = [
    "Branch", "Condition", "ExplodeSpec", "FieldSpec", "GroupSpec", "KeepLatestSpec", "LookupSpec", "Names", "Part",
    "RowSpec", "SplitSpec", "StepSpec", "Steps", "UnionSpec", "UnpivotSpec",
]  # fmt: skip

ROW_KINDS = ("filter", "lookup", "keep_latest", "explode", "group", "unpivot", "union", "split")


class Part(BaseModel):
    """A part of a spec: unknown keys are faults, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) or value is None else [value]


def _step(value: Any) -> Any:
    """`trim`, `{prefix: "X"}`, `{parse_date: [..]}` and `{pad: {width: 5}}` all become name and arguments."""
    if isinstance(value, str):
        return {"name": value, "args": None}
    if isinstance(value, dict) and len(value) == 1:
        name, args = next(iter(value.items()))
        return {"name": name, "args": args}
    if isinstance(value, dict) and set(value) == {"name", "args"}:
        return value
    raise ValueError("a step is a name, or one name with its arguments: 'trim' or {prefix: 'CRM-'}")


class StepSpec(Part):
    """One step as written: its name and its arguments (none, one value, a list, or by name)."""

    name: str
    args: Any = None

    def written(self) -> Any:
        """The short form that people write."""
        return self.name if self.args is None else {self.name: self.args}


Steps = Annotated[tuple[Annotated[StepSpec, BeforeValidator(_step)], ...], BeforeValidator(_listed)]
_NAMES = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
Names = Annotated[tuple[str, ...], BeforeValidator(_listed), WithJsonSchema(_NAMES)]


class Condition(Part):
    """A test of one field, or a combination of tests. A test of a null is false, its negation true.

    Exactly one test beside ``field`` (after optional ``steps``), or exactly one of all, any, not. As a row
    operation, `filter` keeps the rows for which it is true.

    >>> try_rows({"filter": {"field": "kind", "not_in": ["test"]}}, {"id": ["1", "2"], "kind": ["test", "new"]}, "id")
    [{'id': '2'}]
    """

    null: ClassVar[str] = "a null meets no test but is_null and is_blank, and so meets not_in and not_equals"
    rejects: ClassVar[str] = ""
    books: ClassVar[str] = "the rows taken away, as 'filtered'"

    field: str | None = None
    steps: Steps = ()
    equals: str | None = None
    not_equals: str | None = None
    in_: Names | None = Field(None, alias="in")
    not_in: Names | None = None
    is_null: bool | None = None
    is_blank: bool | None = None
    matches: str | None = None
    starts_with: str | None = None
    contains: str | None = None
    less: str | None = None
    at_most: str | None = None
    greater: str | None = None
    at_least: str | None = None
    equals_field: str | None = None
    all: tuple[Condition, ...] | None = None
    any: tuple[Condition, ...] | None = None
    not_: Condition | None = Field(None, alias="not")

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        given = set(self.model_dump(exclude_none=True, exclude_defaults=True))
        combos, tests = given & {"all", "any", "not_"}, given - {"field", "steps", "all", "any", "not_"}
        if self.field is None and (len(combos) != 1 or tests or self.steps):
            raise ValueError("a condition tests a field ({field: x, equals: y}) or is one of all, any, not")
        if self.field is not None and (combos or len(tests) != 1):
            raise ValueError(f"a condition on field '{self.field}' has exactly one test, not {len(tests)}")
        return self

    @property
    def test(self) -> tuple[str, Any]:
        """Name and argument of the one test or combination."""
        given = self.model_dump(exclude_none=True, exclude_defaults=True)
        name = next(k for k in given if k not in ("field", "steps"))
        return name.rstrip("_"), getattr(self, name)


class Branch(Part):
    """One case of a conditional field: a condition and the value it gives. The first that is true counts.

    >>> try_field({"case": [{"when": {"field": "closed", "is_null": True}, "then": "active"}], "else": "closed"},
    ...           closed=None)
    'active'
    """

    null: ClassVar[str] = "a condition on a null is false; without 'else' and a true condition the field is null"
    rejects: ClassVar[str] = "what the steps of the case that counts reject"

    when: Condition
    then: str | None = None
    from_: Names | None = Field(None, alias="from")
    steps: Steps = ()

    @model_validator(mode="after")
    def _one_value(self) -> Branch:
        if self.then is not None and self.from_:
            raise ValueError("a case gives either 'then' (a constant) or 'from' (a field), not both")
        return self


class FieldSpec(Part):
    """How one target field gets its value: from source fields and steps, a constant, or by cases."""

    id: str
    from_: Names | None = Field(None, alias="from")
    value: str | None = None
    case: tuple[Branch, ...] | None = None
    else_: str | None = Field(None, alias="else")
    else_from: str | None = None
    steps: Steps = ()
    on_error: OnError | None = None
    default: str | None = None
    inverse: Literal["auto", "none"] | Steps = "auto"
    description: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> FieldSpec:
        origins = [n for n, v in (("from", self.from_), ("value", self.value), ("case", self.case)) if v]
        if len(origins) != 1:
            found = " and ".join(origins) or "none of them"
            raise ValueError(f"a field has exactly one of 'from', 'value', 'case'; here: {found}")
        if self.on_error == "default" and self.default is None:
            raise ValueError("on_error: default needs a 'default'")
        return self


class LookupSpec(Part):
    """Take columns from a reference table by key.

    >>> try_rows({"lookup": {"table": "ref", "match": {"land": "code"}, "take": {"dial": "dial"}}},
    ...          {"land": ["DE", "XX"]}, "land dial", ref={"code": ["DE"], "dial": ["+49"]})
    [{'land': 'DE', 'dial': '+49'}, Rejected('is not in ref')]
    """

    null: ClassVar[str] = "a null key finds nothing"
    rejects: ClassVar[str] = "a key that is not in the table, unless 'on_miss' is null or drop"
    books: ClassVar[str] = "with 'on_miss: drop' the rows without a find, as 'not_found'; more finds as added"

    table: str
    match: dict[str, str]
    take: dict[str, str]
    steps: Steps = ()
    cardinality: Literal["n:1", "n:n"] = "n:1"
    on_miss: Literal["reject", "null", "drop"] = "reject"


class KeepLatestSpec(Part):
    """Keep one row per key, the latest.

    >>> try_rows({"keep_latest": {"by": "id", "order_by": "at"}}, {"id": ["7", "7"], "at": ["1", "2"]}, "id at")
    [{'id': '7', 'at': '2'}]
    """

    null: ClassVar[str] = "rows with a null in the key all stay; a null 'order_by' is the oldest"
    rejects: ClassVar[str] = ""
    books: ClassVar[str] = "the older rows, as 'merged'"

    by: Names
    order_by: str
    steps: Steps = ()


class ExplodeSpec(Part):
    """Make one row per item of a list; positions count from 1.

    >>> try_rows({"explode": {"field": "lines", "into": "line", "position": "no"}},
    ...          {"lines": [["a", "b"], []]}, "line no")
    [{'line': 'a', 'no': 1}, {'line': 'b', 'no': 2}]
    """

    null: ClassVar[str] = "a null list has no items; an item that is null is a row"
    rejects: ClassVar[str] = ""
    books: ClassVar[str] = "rows without items, as 'no_items'; further items as added"

    field: str
    into: str
    position: str | None = None


class GroupSpec(Part):
    """Make one row per key with aggregates: sum, count, min, max, count_distinct, any; steps come before.

    >>> try_rows({"group": {"by": "id", "steps": {"paid": ["parse_number", {"round": 2}]},
    ...                     "take": {"total": {"sum": "paid"}}}},
    ...          {"id": ["7", "7"], "paid": ["1.25", "2"]}, "id total")
    [{'id': '7', 'total': Decimal('3.25')}]
    """

    null: ClassVar[str] = "nulls in a key are one group; aggregates pass nulls over"
    rejects: ClassVar[str] = ""
    books: ClassVar[str] = "all rows of a group but one, as 'merged'"

    by: Names
    steps: dict[str, Steps] = {}
    take: dict[str, dict[Literal["sum", "count", "min", "max", "count_distinct", "any"], str | None]]


class UnpivotSpec(Part):
    """Make one row per named column.

    >>> try_rows({"unpivot": {"fields": ["home", "work"], "name": "kind", "value": "phone"}},
    ...          {"id": ["7"], "home": ["1"], "work": ["2"]}, "id kind phone")
    [{'id': '7', 'kind': 'home', 'phone': '1'}, {'id': '7', 'kind': 'work', 'phone': '2'}]
    """

    null: ClassVar[str] = "nulls are kept"
    rejects: ClassVar[str] = ""
    books: ClassVar[str] = "the further rows, as added"

    fields: Names
    name: str
    value: str


class UnionSpec(Part):
    """Add the rows of another dataset, columns by name.

    >>> try_rows({"union": {"table": "more"}}, {"id": ["1"]}, "id", more={"id": ["2"]})
    [{'id': '1'}, {'id': '2'}]
    """

    null: ClassVar[str] = "nulls are kept; every column must be in the other too"
    rejects: ClassVar[str] = ""
    books: ClassVar[str] = "the other's rows, as added"

    table: str


class SplitSpec(Part):
    """Make several rows of one, each with a tag and columns under new names.

    >>> try_rows({"split": {"tag": "kind", "into": {"bill": {"city": "bill_city"}, "ship": {"city": "ship_city"}}}},
    ...          {"bill_city": ["Leeds"], "ship_city": ["York"]}, "kind city")
    [{'kind': 'bill', 'city': 'Leeds'}, {'kind': 'ship', 'city': 'York'}]
    """

    null: ClassVar[str] = "nulls are kept"
    rejects: ClassVar[str] = ""
    books: ClassVar[str] = "the further rows, as added"

    tag: str
    into: dict[str, dict[str, str]]


class RowSpec(Part):
    """One record-level step, and how the rows it takes away are booked."""

    id: str
    filter: Condition | None = None
    lookup: LookupSpec | None = None
    keep_latest: KeepLatestSpec | None = None
    explode: ExplodeSpec | None = None
    group: GroupSpec | None = None
    unpivot: UnpivotSpec | None = None
    union: UnionSpec | None = None
    split: SplitSpec | None = None
    book_as: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> RowSpec:
        kinds = [k for k in ROW_KINDS if getattr(self, k) is not None]
        if len(kinds) != 1:
            raise ValueError(f"a row step is exactly one of {', '.join(ROW_KINDS)}; here: {kinds or 'none'}")
        return self

    @property
    def kind(self) -> str:
        """Which step it is."""
        return next(k for k in ROW_KINDS if getattr(self, k) is not None)
