"""Which steps bring a source column into the form of a target field, from the facts about both."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from workbench.model import Field
from workbench.profiling import ColumnProfile

from .draft_field import Draftee, zone_named
from .draft_keys import key_note, key_steps, place_note, place_steps
from .draft_meanings import dials_anywhere, steps_by_meaning
from .draft_units import unit_case, unit_note, unit_steps

__all__ = ["assumptions", "field_for", "reads_as_number"]

_NAMES = ("person_name", "given_name", "family_name", "street", "city")
_STEPS = {"×": "multiply", "+": "add", "−": "subtract"}


def field_for(d: Draftee) -> dict[str, Any]:
    """A field as a spec writes it, but for its id: where it comes from, and the steps or the cases."""
    if d.present:
        filled, empty = d.present
        return {"case": [{"when": {"field": d.paths[d.source.name], "is_blank": True}, "then": empty}], "else": filled}
    steps = _steps(d)
    cases = unit_case(d, steps)
    if cases:
        return {"case": cases}
    if d.operator:  # the other column is read by the last step
        return {"from": [d.paths[d.source.name]], "steps": steps}
    return {"from": [d.paths[s.name] for s in d.sources]} | ({"steps": steps} if steps else {})


def _steps(d: Draftee) -> list[Any]:
    if d.operator:
        return _computed(d)
    if len(d.sources) > 1:
        if d.target.type.kind == "timestamp":
            return _day_and_time(d)
        separator = d.separator or (", " if _is_address(d.target) else " ")
        first: list[Any] = [{"concat": {"separator": separator}}]
        return first if d.target.type.kind == "text" else []
    marks = [p.value for p in d.source.placeholders if p.value.strip()]
    steps: list[Any] = [{"null_if": {"values": marks}}] if marks and d.source.physical == "String" else []
    made = _typed(d) if d.target.type.kind != "text" else _textual(d)
    return steps + made


def _computed(d: Draftee) -> list[Any]:
    """What two numbers make: the first is read as it is written, the second must be a number already."""
    first = replace(d, sources=d.sources[:1], operator=None)
    if d.source.physical == "String":
        read = _numbers(first)
    else:
        read = [{"cast": {"to": "decimal"}}] if d.source.type.kind == "float" else []
    return [*read, {_STEPS[d.operator or ""]: {"field": d.paths[d.sources[1].name]}}]


def reads_as_number(column: ColumnProfile) -> bool:
    """Whether a column is a number, or text that a cast reads as one."""
    if column.physical != "String":
        return True
    plain = (n.decimal in ("", ".") and not (n.group or n.prefix or n.suffix) for n in column.likely_numbers[:1])
    return any(plain)


def assumptions(d: Draftee) -> list[str]:
    """What the draft took for granted and a person should look at."""
    said = (_day_note(d), unit_note(d), place_note(d), _capitals_note(d), key_note(d) if _is_key(d) else None)
    notes = [note for note in said if note]
    kind = d.target.type.kind
    if d.source.physical != "String" or d.format:
        return notes
    for date in d.source.dates if kind in ("date", "timestamp") else ():
        if date.status in ("assumed", "conflicting") and date.rivals:
            rivals = ", ".join(date.rivals)
            notes.append(f"{d.source.name}: {date.format} is assumed, no row tells it from {rivals}")
    for number in d.source.numbers[:1] if kind in ("decimal", "integer", "float") else ():
        if number.status in ("assumed", "conflicting"):
            read = f"decimal '{number.decimal}', group '{number.group}'"
            other = round(d.source.filled - number.matched.value)
            doubt = [f"{number.ambiguous} values could be read otherwise"] if number.ambiguous.value else []
            doubt += [f"about {other:,} values are written otherwise and would be rejected"] if other > 0 else []
            notes.append(f"{d.source.name}: {read} is assumed; {' and '.join(doubt) or 'nothing proves it'}")
    if (d.target.semantic_type or "") == "phone" and not dials_anywhere(d) and not d.nearest("country"):
        notes.append(f"{d.source.name}: no country is known; add the step {{phone: {{region: XX}}}}")
    if kind == "timestamp" and not d.target.type.local and not any("%z" in f.format for f in d.source.dates[:1]):
        notes.append(
            f"{d.source.name}: the zone {d.zone} is {'named in the contract' if d.zone != 'UTC' else 'assumed'}"
        )
    return notes


def _day_note(d: Draftee) -> str | None:
    """A moment has a day only in some zone."""
    moment = d.source.type.kind == "timestamp" and not d.source.type.local
    if d.target.type.kind == "date" and moment:
        return f"{d.source.name}: its day in {zone_named(d.target.description) or 'UTC'} is taken"
    return None


def _capitals_note(d: Draftee) -> str | None:
    """Names and places in capitals are seldom wanted so; nothing here says it, so a person decides."""
    casing = d.source.casing
    named = (d.target.semantic_type or "") in _NAMES and not (d.target.pattern or d.target.enum)
    if named and casing is not None and casing.upper.value >= 0.99 * max(d.source.filled, 1):
        return f"{d.source.name}: all in capitals; add the step title if they are not wanted so"
    return None


def _is_address(target: Field) -> bool:
    return (target.semantic_type or "") in ("address", "street")


def _typed(d: Draftee) -> list[Any]:
    kind, source = d.target.type.kind, d.source
    if source.physical != "String":
        return _from_typed(d)
    if kind in ("date", "timestamp"):
        return _times(d)
    if kind in ("decimal", "integer", "float"):
        return [*_numbers(d), *unit_steps(d), *place_steps(d)]
    if kind == "boolean":
        yes = [v for v, t in d.translate.items() if t == "true"]
        no = [v for v, t in d.translate.items() if t == "false"]
        return [{"boolean": {"yes": yes, "no": no}}] if yes and no else ["boolean"]
    return []


def _from_typed(d: Draftee) -> list[Any]:
    have, want = d.source.type, d.target.type
    converted = unit_steps(d) if want.kind in ("decimal", "integer", "float") else []
    if converted:
        return [*([] if have.kind == "decimal" else [{"cast": {"to": "decimal"}}]), *converted]
    if have.kind == "integer" and want.kind in ("date", "timestamp") and d.source.dates:
        return [{"cast": {"to": "text"}}, *_times(d)]  # 20260309
    if have.kind == want.kind == "timestamp" and have.local != want.local:
        return [{"timezone": d.zone}]
    if (have.kind, want.kind) == ("timestamp", "date"):
        return _day_of(d, moment=not have.local)
    if have.kind == "decimal" and want.kind == "decimal" and (have.scale or 0) > (want.scale or 0):
        return [{"round": want.scale}]
    if have == want or (have.kind == "integer" and want.kind == "decimal"):
        return []
    pairs = {("float", "integer"), ("float", "decimal"), ("boolean", "integer")}
    if (have.kind, want.kind) in pairs or want.kind == "float" or (have.kind, want.kind) == ("date", "timestamp"):
        step: dict[str, Any] = {"to": want.kind}
        if want.kind == "decimal":
            step["digits"] = want.scale
        return [{"cast": step}]
    return []


def _times(d: Draftee) -> list[Any]:
    good = [f for f in d.source.likely_dates if _portable(f.format)]
    formats = [f.format for f in good if f.matched.value >= 0.001 * max(d.source.filled, 1)][:4]
    if "%" in d.format and _portable(d.format):
        formats = [d.format]
    if not formats:
        formats = [d.target.format] if d.target.format and "%" in d.target.format else ["%Y-%m-%d"]
    timed = [f for f in formats if re.search("%[HI]", f)]
    if d.target.type.kind == "date" and not timed:
        return [{"parse_date": formats}]
    if not timed:
        step: dict[str, Any] = {"formats": formats}
        return [{"parse_timestamp": step if d.target.type.local else step | {"zone": d.zone}}]
    zoned = [f for f in timed if "%z" in f]
    step = {"formats": zoned or timed}
    if not zoned and not d.target.type.local and d.target.type.kind == "timestamp":
        step["zone"] = d.zone
    steps: list[Any] = [{"parse_timestamp": step}]
    return [*steps, *_day_of(d, moment=bool(zoned))] if d.target.type.kind == "date" else steps


def _day_of(d: Draftee, *, moment: bool) -> list[Any]:
    """The day of a timestamp; that of a moment in the zone that the target's description names."""
    zone = zone_named(d.target.description)
    return [*([{"timezone": zone}] if moment and zone else []), {"cast": {"to": "date"}}]


def _day_and_time(d: Draftee) -> list[Any]:
    """A day in one column and a time of day in another make a timestamp."""
    days = [f.format for f in d.sources[0].likely_dates] or ["%Y-%m-%d"]
    longest = d.sources[1].lengths.maximum if d.sources[1].lengths else 8
    colons = any(":" in v.value for v in d.sources[1].top)
    times = {4: "%H%M", 6: "%H%M%S", 5: "%H:%M"}
    time = times.get(longest, "%H:%M:%S") if longest == 5 or not colons else "%H:%M:%S"
    args: dict[str, Any] = {"formats": [f"{day} {time}" for day in days[:2]]}
    if not d.target.type.local:
        args["zone"] = d.zone
    return [{"concat": {"separator": " "}}, {"parse_timestamp": args}]


def _portable(format_: str) -> bool:
    codes = set(re.findall(r"%(.)", format_))
    return codes <= set("YymdHIMSbBpfz%") and "d" in codes and bool(codes & {"Y", "y"})


def _numbers(d: Draftee) -> list[Any]:
    fits = d.source.likely_numbers
    steps: list[Any] = []
    # 'decimal:, group:.' as contracts write it
    said = dict(re.findall(r"(decimal|group):(\S)", d.format))
    args: dict[str, Any] = {k: v for k, v in said.items() if (k, v) != ("decimal", ".")}
    if fits and not said:
        best = fits[0]
        for name, text in (("strip_prefix", best.prefix), ("strip_suffix", best.suffix)):
            if text:
                steps += [{name: {"text": text, "optional": "true"}}]
        if best.decimal and best.decimal != ".":
            args["decimal"] = best.decimal
        if best.group and best.group != (best.decimal or "."):
            args["group"] = best.group
            if best.group == "." and not best.decimal:
                args["decimal"] = ","
    if d.target.type.kind == "integer" and not args and not steps:
        return [{"cast": {"to": "integer"}}]
    steps.append({"parse_number": args} if args else "parse_number")
    if d.target.type.kind == "float":
        return [*steps, {"cast": {"to": "float"}}]
    scale = d.target.type.scale or 0
    if fits and fits[0].digits > scale and d.target.type.kind == "decimal":
        steps.append({"round": {"digits": scale}})
    return steps


def _textual(d: Draftee) -> list[Any]:
    if d.source.physical != "String":
        return [{"cast": {"to": "text"}}, *_worded(d)] if d.source.type.kind != "text" else []
    return _worded(d)


def _worded(d: Draftee) -> list[Any]:
    source, target = d.source, d.target
    if target.enum or d.translate:
        if d.translate and any(k != v for k, v in d.translate.items()):
            return [*_trimmed(source), {"translate": {"values": dict(d.translate)}}]
        if not (target.semantic_type or "").startswith(("country", "currency")):
            return _trimmed(source)
    steps = steps_by_meaning(d)
    if steps is not None:
        return steps
    return [*_trimmed(source), *key_steps(d)] if _is_key(d) else _tidy(source)


def _is_key(d: Draftee) -> bool:
    return d.target.key is not None or bool((d.target.references or "").count("."))


def _trimmed(source: ColumnProfile) -> list[Any]:
    return ["trim"] if source.padded.value > 0 else []


def _tidy(source: ColumnProfile) -> list[Any]:
    """Blanks at the ends go; between words as well, where some are doubled or where ends show careless typing.

    Not of codes and keys: there two blanks may be meant.
    """
    values = [v.strip() for v in (*(t.value for t in source.top), *source.sample)]
    if any("  " in v for v in values) or (source.padded.value > 0 and any(" " in v for v in values)):
        return ["collapse_space"]
    return _trimmed(source)
