"""How a spec shows itself: field by field where each comes from, through which steps, on which evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.markup import bar, block, note, shown_score, table, toned

from .contract import Field
from .document import dump_yaml
from .spec_parts import Condition, FieldSpec, RowSpec, StepSpec

if TYPE_CHECKING:
    from .spec import Spec

__all__ = ["bundle", "linked_evidence", "spec_html", "step_text"]

_LONG = 110


def linked_evidence(said: Mapping[str, Any]) -> tuple[str, ...]:
    """What linked records say of a field, in words, as its evidence in a spec has it; nothing where they say nothing.

    >>> linked_evidence({"match": "0.98", "linked": {"pairs": "4830", "agree": "4812"}})
    ('4,812 of 4,830 linked records agree',)
    """
    ways = {"learned_from": "learned from linked records: {} of {} agree", "linked": "{} of {} linked records agree"}
    found = ((words, said[key]) for key, words in ways.items() if isinstance(said.get(key), Mapping))
    return tuple(words.format(*(_thousands(counts.get(k)) for k in ("agree", "pairs"))) for words, counts in found)


def _thousands(count: object) -> str:
    return f"{int(count):,}" if str(count).isdigit() else str(count)  # type: ignore[call-overload]


def step_text(step: StepSpec) -> str:
    """A step on one line, as a person types it.

    >>> step_text(StepSpec(name="prefix", args="CRM-"))
    'prefix: CRM-'
    >>> step_text(StepSpec(name="phone", args={"region_from": "country", "to": "E164"}))
    'phone: {region_from: country, to: E164}'
    """
    return step.name if step.args is None else f"{step.name}: {flow(step.args)}"


def flow(value: Any) -> str:
    """Plain data on one line, as YAML's flow style has it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    text = dump_yaml([str(value)]).removeprefix("- ").strip()
    plain = text == str(value) and not any(c in text for c in ",[]{}\n")
    if plain:
        return text
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def bundle(spec: Spec) -> dict[str, str]:
    """What a notebook shows of a spec: plain text and HTML."""
    return {"text/plain": _text(spec), "text/html": spec_html(spec)}


def spec_html(spec: Spec, fields: Sequence[Field] = ()) -> str:
    """A spec as HTML.

    Args:
        spec: The spec.
        fields: The target's fields, where known: they give the order, and those without a mapping are named.
    """
    required = {f.name for f in fields if f.required}
    names = list(dict.fromkeys([*(f.name for f in fields), *spec.fields]))
    rows: list[tuple[str, ...]] = [_row(spec, name, name in required) for name in names]
    headings: tuple[str, ...] = ("field", "from", "steps", "score")
    if not any(row[3] for row in rows):  # written by hand: nothing was matched
        headings, rows = headings[:3], [row[:3] for row in rows]
    left = f"Left out on purpose: {', '.join(spec.unmapped)}" if spec.unmapped else ""
    return block(
        table(headings, rows, caption=_headline(spec), numbers=(3,)),
        _record_steps(spec.rows),
        note(left),
    )


def _headline(spec: Spec) -> str:
    return f"{spec.title} ({spec.status}): {spec.source.dataset} → {spec.target.name}, {len(spec.fields)} fields"


def _text(spec: Spec) -> str:
    width = max((len(n) for n in spec.fields), default=0)
    lines = [_headline(spec)]
    for name, field in spec.fields.items():
        steps = " → ".join(s.name for s in field.steps)
        lines.append(f"  {name:{width}} ← {_origin(field)}" + (f"  ({steps})" if steps else ""))
    lines += [f"  {row.id}: {row.kind}" for row in spec.rows]
    lines += [f"  left out: {', '.join(spec.unmapped)}"] if spec.unmapped else []
    return "\n".join(lines)


def _row(spec: Spec, name: str, required: bool) -> tuple[str, ...]:
    field = spec.fields.get(name)
    shown = escape(name) + (" " + toned("required", "soft") if required else "")
    if field is None:
        return (
            shown,
            toned("required, and not mapped" if required else "not mapped", "bad" if required else "soft"),
            "",
            "",
        )
    found = spec.evidence.get(field.id)
    match = str(found.get("match", "")) if isinstance(found, Mapping) else ""
    return (
        shown,
        escape(_origin(field)),
        _steps(field),
        bar(shown_score(float(match))) if _is_number(match) else escape(match),
    )


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _origin(field: FieldSpec) -> str:
    if field.case:
        return "by case"
    return f"constant '{field.value}'" if field.value is not None else " + ".join(field.from_ or ())


def _steps(field: FieldSpec) -> str:
    if not field.case:
        return " → ".join(_code(step_text(s)) for s in field.steps)
    cases = [f"{_code(_condition(b.when))}: {_branch(b.then, b.from_)}" for b in field.case]
    if field.else_ is not None or field.else_from is not None:
        cases.append(f"else: {_branch(field.else_, field.else_from and (field.else_from,))}")
    return "<br>".join(cases)


def _branch(then: str | None, source: Iterable[str] | None) -> str:
    return _code(then) if then is not None else escape(" + ".join(source or ()) or "nothing")


def _condition(condition: Condition) -> str:
    return flow(condition.model_dump(by_alias=True, exclude_defaults=True))


def _code(text: str) -> str:
    return f"<code>{escape(text if len(text) <= _LONG else text[: _LONG - 1] + '…')}</code>"


def _record_steps(rows: Sequence[RowSpec]) -> str:
    if not rows:
        return ""

    def written(row: RowSpec) -> Any:
        return getattr(row, row.kind).model_dump(by_alias=True, exclude_defaults=True)

    shown = [(escape(r.id), escape(r.kind), _code(flow(written(r))), escape(r.book_as or "")) for r in rows]
    return table(("step", "does", "with", "books as"), shown, caption="Before the fields, record by record")
