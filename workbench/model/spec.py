"""The mapping spec that people write: its form, its fingerprint, its YAML."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from workbench.errors import Fault, SpecError

from .document import Document, dump_yaml, parse_document, read_document, validate
from .plan import SEMANTICS, OnError

__all__ = [
    "Branch", "Check", "Condition", "FieldSpec", "RowSpec", "SourceRef", "Spec", "StepSpec", "TargetRef",
    "dump_spec", "fingerprint", "load_spec", "parse_spec", "spec_schema",
]  # fmt: skip

Status = Literal["draft", "proposed", "approved", "retired"]
ROW_KINDS = ("filter", "lookup", "keep_latest", "explode", "group", "unpivot", "union", "split")


class _Part(BaseModel):
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


class StepSpec(_Part):
    """One step as written: its name and its arguments (none, one value, a list, or by name)."""

    name: str
    args: Any = None

    def written(self) -> Any:
        """The short form that people write."""
        return self.name if self.args is None else {self.name: self.args}


Steps = Annotated[tuple[Annotated[StepSpec, BeforeValidator(_step)], ...], BeforeValidator(_listed)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Condition(_Part):
    """A test of one field, or a combination of tests. A test of a null is false, its negation true.

    Exactly one test beside ``field`` (after optional ``steps``), or exactly one of all, any, not.
    """

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


class Branch(_Part):
    """One case of a conditional field: a condition and the value it gives."""

    when: Condition
    then: str | None = None
    from_: Names | None = Field(None, alias="from")
    steps: Steps = ()

    @model_validator(mode="after")
    def _one_value(self) -> Branch:
        if self.then is not None and self.from_:
            raise ValueError("a case gives either 'then' (a constant) or 'from' (a field), not both")
        return self


class FieldSpec(_Part):
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


class LookupSpec(_Part):
    """Columns taken from a reference table by key."""

    table: str
    match: dict[str, str]
    take: dict[str, str]
    steps: Steps = ()
    cardinality: Literal["n:1", "n:n"] = "n:1"
    on_miss: Literal["reject", "null", "drop"] = "reject"


class KeepLatestSpec(_Part):
    """One row per key, the latest."""

    by: Names
    order_by: str
    steps: Steps = ()


class ExplodeSpec(_Part):
    """One row per item of a list."""

    field: str
    into: str
    position: str | None = None


class GroupSpec(_Part):
    """One row per key with aggregates: {total: {sum: amount}}."""

    by: Names
    take: dict[str, dict[Literal["sum", "count", "min", "max", "count_distinct", "any"], str | None]]


class UnpivotSpec(_Part):
    """One row per named column."""

    fields: Names
    name: str
    value: str


class UnionSpec(_Part):
    """Rows of another dataset."""

    table: str


class SplitSpec(_Part):
    """One row becomes several, each with a tag and columns under new names."""

    tag: str
    into: dict[str, dict[str, str]]


class RowSpec(_Part):
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


class SourceRef(_Part):
    """Where rows come from: a dataset of the landscape or a file, the contract range, the profile seen."""

    dataset: str
    contract: str | None = None
    profile: str | None = None


class TargetRef(_Part):
    """Where rows go: a canonical entity, or a dataset (then this is a from-canonical spec)."""

    entity: str | None = None
    dataset: str | None = None
    contract: str | None = None

    @model_validator(mode="after")
    def _one_target(self) -> TargetRef:
        if (self.entity is None) == (self.dataset is None):
            raise ValueError("a target is exactly one of 'entity' and 'dataset'")
        return self

    @property
    def name(self) -> str:
        """The entity or dataset."""
        return self.entity or self.dataset or ""


class Check(_Part):
    """What `verify` measures on full volume beside the contract."""

    id: str
    roundtrip: Names | None = None
    min_equal: float = 1.0
    drift: dict[str, Literal["new_values", "quantiles"]] | None = None
    max_rejected: float | None = None
    unique: Names | None = None


class Spec(_Part):
    """A mapping spec: the reusable artefact; see DESIGN 'The spec' and the published JSON Schema."""

    spec: Literal["1"] = "1"
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    version: str = Field("0.1.0", pattern=r"^\d+\.\d+\.\d+$")
    semantics: str = SEMANTICS
    description: str | None = None
    source: SourceRef
    target: TargetRef
    maintainer: str | None = None
    approver: str | None = None
    status: Status = "draft"
    approved: str | None = Field(None, description="The fingerprint that the approver approved.")
    row_key: Names = ()
    on_error: OnError = "reject"
    rows: tuple[RowSpec, ...] = ()
    fields: dict[str, FieldSpec]
    unmapped: Names = ()
    checks: tuple[Check, ...] = ()
    evidence: dict[str, Any] = {}
    _document: Document | None = PrivateAttr(None)

    def place(self, *where: str | int) -> str:
        """Name a part of the spec as 'file:line (a.b.0)', for messages."""
        if self._document is not None:
            return self._document.place(where)
        return f"spec {self.name} ({'.'.join(str(w) for w in where)})" if where else f"spec {self.name}"

    @model_validator(mode="before")
    @classmethod
    def _empty_lists(cls, data: Any) -> Any:
        if isinstance(data, dict):
            empty: dict[str, Any] = {"rows": [], "checks": [], "unmapped": [], "row_key": [], "evidence": {}}
            return {k: empty[k] if v is None and k in empty else v for k, v in data.items()}
        return data

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Spec:
        ids = [f.id for f in self.fields.values()] + [r.id for r in self.rows] + [c.id for c in self.checks]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"ids stand twice: {', '.join(twice)}")
        return self

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"


def load_spec(path: str | os.PathLike[str]) -> Spec:
    """Read a spec from a YAML file.

    Raises:
        SpecError: With every fault and its line.
    """
    return parse_spec(read_document(path, SpecError))


def parse_spec(document: Document | str) -> Spec:
    """Give a document the form of a spec; see `load_spec`."""
    if isinstance(document, str):
        document = parse_document(document, name="spec", error=SpecError)
    if not isinstance(document.data, dict):
        raise SpecError([Fault("a spec is a mapping of keys to values", document.place(), "see the README")])
    spec = validate(document, Spec, SpecError)
    spec._document = document
    return spec


def _written(value: Any) -> Any:
    """Plain data in the short form: aliases, steps as people write them, single-item lists unwrapped."""
    if isinstance(value, StepSpec):
        return value.written()
    if isinstance(value, BaseModel):
        out = {}
        for name, info in type(value).model_fields.items():
            given = getattr(value, name)
            if given is None or (given == info.default and name not in ("spec", "semantics", "status")):
                continue
            out[info.alias or name] = _short(name, _written(given))
        return out
    if isinstance(value, dict):
        return {k: _written(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_written(v) for v in value]
    return value


def _short(name: str, value: Any) -> Any:
    if name == "from_" and isinstance(value, list) and len(value) == 1:
        return value[0]
    return str(value).lower() if isinstance(value, bool) else value


def dump_spec(spec: Spec) -> str:
    """Write a spec as YAML that reads back equal."""
    return dump_yaml(_written(spec))


def fingerprint(spec: Spec) -> str:
    """Name what a spec does: SHA-256 of its canonical form, without evidence, owners, text and status."""
    said = {"evidence", "status", "approved", "maintainer", "approver", "description", "version", "name"}
    body = spec.model_dump(mode="json", by_alias=True, exclude=said, exclude_none=True)
    for part in body["fields"].values():
        part.pop("description", None)
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def spec_schema(path: str | os.PathLike[str] | None = None) -> dict[str, Any]:
    """The JSON Schema of a spec, for editors; written to a file when a path is given."""
    schema = Spec.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Mapping spec"
    if path is not None:
        Path(path).write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return schema
