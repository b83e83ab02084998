"""Vocabularies as SSSOM: each translation table of a spec as a mapping set in TSV with its metadata above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from workbench.errors import UsageError
from workbench.model import FieldSpec, dump_yaml

from .material import EXPORTERS, Material

__all__ = ["to_sssom"]

_COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification",
    "mapping_cardinality", "subject_source", "object_source", "comment",
)  # fmt: skip


@dataclass(frozen=True)
class _Term:
    """A value of a source field and the value of a target field that it means."""

    source: str
    target: str
    value: str
    means: str


@EXPORTERS.register("sssom")
def to_sssom(material: Material) -> Mapping[str, str]:
    """The translations of a spec as SSSOM (TSV with metadata): values of a source field and what they mean.

    The codes of source and target have no addresses of their own, so they are given URNs under the names of
    dataset and field. Several values with one meaning are 'narrow' matches of it.

    Raises:
        UsageError: The spec translates nothing.
    """
    terms = [t for name, field in material.spec.fields.items() for t in _terms(name, field)]
    if not terms:
        raise UsageError(
            "the spec has no translation, so there is no vocabulary to export",
            where=material.spec.title,
            cure="SSSOM is for specs with a translate step",
        )
    spec = material.spec
    head = {
        "sssom_version": "1.1",
        "curie_map": {
            "source": f"urn:workbench:{quote(spec.source.dataset)}:",
            "target": f"urn:workbench:{quote(spec.target.name)}:",
        },
        "mapping_set_id": f"urn:workbench:mapping:{quote(spec.name)}",
        "mapping_set_version": spec.version,
        "mapping_set_title": f"Vocabularies of {spec.title}",
        "license": "https://w3id.org/sssom/license/unspecified",
        "mapping_tool": "Mapping Workbench",
        "comment": f"spec {material.resolved.plan.fingerprint}",
    }
    lines = [f"#{line}" for line in dump_yaml(head).splitlines()]
    lines.append("\t".join(_COLUMNS))
    lines += ["\t".join(_clean(cell) for cell in row) for row in _rows(material, terms)]
    return {f"{spec.name}.sssom.tsv": "\n".join(lines) + "\n"}


def _terms(name: str, field: FieldSpec) -> Iterator[_Term]:
    """Each pair of a translation; the value is that which reaches the step, not always the source's own."""
    origin = ",".join(field.from_ or ()) or name
    for step in field.steps:
        if step.name == "translate" and isinstance(step.args, Mapping):
            table = step.args.get("values", step.args)
            for value, means in table.items() if isinstance(table, Mapping) else ():
                yield _Term(origin, name, str(value), str(means))


def _rows(material: Material, terms: list[_Term]) -> Iterator[tuple[str, ...]]:
    for term in sorted(terms, key=lambda t: (t.target, t.value)):
        alike = sum((t.target, t.means) == (term.target, term.means) for t in terms)
        field = material.source_field(term.source)
        target = material.target.field(term.target) if term.target in material.target else None
        yield (
            f"source:{_local(term.source)}.{_local(term.value)}",
            field.labels.get(term.value, term.value) if field else term.value,
            "skos:exactMatch" if alike == 1 else "skos:broadMatch",
            f"target:{_local(term.target)}.{_local(term.means)}",
            target.labels.get(term.means, term.means) if target else term.means,
            "semapv:ManualMappingCuration",
            "1:1" if alike == 1 else "n:1",
            f"source:{_local(term.source)}",
            f"target:{_local(term.target)}",
            f"field {term.target}",
        )


def _local(text: str) -> str:
    """A text as the local part of a CURIE."""
    return quote(text, safe="") or "_"


def _clean(cell: str) -> str:
    return " ".join(cell.split())
