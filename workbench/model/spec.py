"""The mapping spec that people write: its form, its fingerprint, its YAML."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, PrivateAttr, model_validator

from workbench.errors import Fault, SpecError

from .document import Document, dump_yaml, parse_document, read_document, validate
from .plan import SEMANTICS, OnError
from .spec_display import bundle
from .spec_parts import FieldSpec, Names, Part, RowSpec, StepSpec

__all__ = [
    "Check", "SourceRef", "Spec", "TargetRef", "dump_spec", "fingerprint", "load_spec", "parse_spec", "spec_schema",
]  # fmt: skip

Status = Literal["draft", "proposed", "approved", "retired"]


class SourceRef(Part):
    """Where rows come from: a dataset of the landscape or a file, the contract range, the profile seen."""

    dataset: str
    contract: str | None = None
    profile: str | None = None


class TargetRef(Part):
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


class Check(Part):
    """What `verify` measures on full volume beside the contract."""

    id: str
    roundtrip: Names | None = None
    min_equal: float = 1.0
    drift: dict[str, Literal["new_values", "quantiles"]] | None = None
    max_rejected: float | None = None
    unique: Names | None = None


class Spec(Part):
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
    evidence: dict[str, Any] = Field(default_factory=dict)
    _document: Document | None = PrivateAttr(None)

    def __eq__(self, other: object) -> bool:
        # Where a spec was read from is no part of what it says.
        return isinstance(other, Spec) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]  # a spec holds mappings

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

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: plain text and HTML."""
        return bundle(self)


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
            usual = given == info.get_default(call_default_factory=True)
            if given is None or (usual and name not in ("spec", "semantics", "status")):
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
    return value


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
    from .steps import STEPS

    schema = Spec.model_json_schema(by_alias=True)
    arguments = {name: step.params.model_json_schema(by_alias=True) for name, step in STEPS.items()}
    loose: list[Any] = [{"type": ["string", "number", "boolean", "array"]}]
    schema["$defs"]["StepSpec"] = {
        "title": "Step",
        "anyOf": [
            {"type": "string", "enum": list(arguments)},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": {n: {"anyOf": [a, *loose]} for n, a in arguments.items()},
            },
        ],
    }
    schema["properties"]["spec"] = {"enum": [1, "1"], "default": "1", "title": "Format of the spec"}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Mapping spec"
    if path is not None:
        Path(path).write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return schema
