"""Which steps bring a source column into the form of a target field, from the facts about both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.model import Field
from workbench.profiling import ColumnProfile

__all__ = ["Draftee", "steps_for"]

NAME_FORMS = ("Last, First", "First Last", "Last First")


@dataclass(frozen=True)
class Draftee:
    """A target field and what is known of the source columns it is drafted from.

    Attributes:
        target: The target field.
        sources: The source columns chosen for it.
        columns: All source columns by path.
        paths: How the spec writes each path.
        translate: The proposed translation of values.
        system: The source's system, for the prefix of keys.
        separator: What joins several sources.
        stated: What the source's contract says of each source column.
    """

    target: Field
    sources: Sequence[ColumnProfile]
    columns: Mapping[str, ColumnProfile]
    paths: Mapping[str, str]
    translate: Mapping[str, str]
    system: str
    separator: str | None = None
    stated: Sequence[Field | None] = ()

    @property
    def format(self) -> str:
        """The format that the source's contract states for the first source column, '' without one."""
        first = self.stated[0] if self.stated else None
        return (first.format or "") if first else ""

    @property
    def source(self) -> ColumnProfile:
        """The first source column."""
        return self.sources[0]

    def nearest(self, semantic: str) -> str | None:
        """The path of another column with this meaning, the nearest in the record; None without one."""
        home = self.source.name.rpartition(".")[0]
        found = [
            c for c in self.columns.values()
            if c.semantic and c.semantic.type.startswith(semantic) and c.name != self.source.name
            and ("[]" not in c.name or c.name.split("[]")[0] == self.source.name.split("[]")[0])
        ]  # fmt: skip
        found.sort(key=lambda c: (c.name.rpartition(".")[0] != home, c.name.count(".")))
        return self.paths[found[0].name] if found else None


def steps_for(d: Draftee) -> list[Any]:
    """The steps for a field, as a spec writes them."""
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


def assumptions(d: Draftee) -> list[str]:
    """What the draft took for granted and a person should look at."""
    notes = []
    kind = d.target.type.kind
    if d.source.physical != "String" or d.format:
        return []
    for date in d.source.dates[:1] if kind in ("date", "timestamp") else ():
        if date.status in ("assumed", "conflicting") and date.rivals:
            rivals = ", ".join(date.rivals)
            notes.append(f"{d.source.name}: {date.format} is assumed, no row tells it from {rivals}")
    for number in d.source.numbers[:1] if kind in ("decimal", "integer", "float") else ():
        if number.status in ("assumed", "conflicting"):
            read = f"decimal '{number.decimal}', group '{number.group}'"
            notes.append(f"{d.source.name}: {read} is assumed, {number.ambiguous} values read differently otherwise")
    if (d.target.semantic_type or "") == "phone" and not _dials_anywhere(d) and not d.nearest("country"):
        notes.append(f"{d.source.name}: no country is known; add the step {{phone: {{region: XX}}}}")
    if kind == "timestamp" and not d.target.type.local and not any("%z" in f.format for f in d.source.dates[:1]):
        notes.append(f"{d.source.name}: the zone UTC is assumed")
    return notes


def _is_address(target: Field) -> bool:
    return (target.semantic_type or "") in ("address", "street")


def _typed(d: Draftee) -> list[Any]:
    kind, source = d.target.type.kind, d.source
    if source.physical != "String":
        return _from_typed(d)
    if kind in ("date", "timestamp"):
        return _times(d)
    if kind in ("decimal", "integer", "float"):
        return _numbers(d)
    if kind == "boolean":
        yes = [v for v, t in d.translate.items() if t == "true"]
        no = [v for v, t in d.translate.items() if t == "false"]
        return [{"boolean": {"yes": yes, "no": no}}] if yes and no else ["boolean"]
    return []


def _from_typed(d: Draftee) -> list[Any]:
    have, want = d.source.type, d.target.type
    if have.kind == want.kind == "timestamp" and have.local != want.local:
        return [{"timezone": "UTC"}]
    if have.kind == "decimal" and want.kind == "decimal" and (have.scale or 0) > (want.scale or 0):
        return [{"round": want.scale}]
    if have == want or (have.kind == "integer" and want.kind == "decimal"):
        return []
    pairs = {("timestamp", "date"), ("float", "integer"), ("float", "decimal"), ("boolean", "integer")}
    if (have.kind, want.kind) in pairs or want.kind == "float" or (have.kind, want.kind) == ("date", "timestamp"):
        step: dict[str, Any] = {"to": want.kind}
        if want.kind == "decimal":
            step["digits"] = want.scale
        return [{"cast": step}]
    return []


def _times(d: Draftee) -> list[Any]:
    good = [f for f in d.source.dates if f.status != "rival" and _portable(f.format)]
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
        return [{"parse_timestamp": step if d.target.type.local else step | {"zone": "UTC"}}]
    zoned = [f for f in timed if "%z" in f]
    chosen = zoned or timed
    step = {"formats": chosen}
    if not zoned and not d.target.type.local and d.target.type.kind == "timestamp":
        step["zone"] = "UTC"
    steps: list[Any] = [{"parse_timestamp": step}]
    return [*steps, {"cast": {"to": "date"}}] if d.target.type.kind == "date" else steps


def _day_and_time(d: Draftee) -> list[Any]:
    """A day in one column and a time of day in another make a timestamp."""
    days = [f.format for f in d.sources[0].dates if f.status != "rival"] or ["%Y-%m-%d"]
    longest = d.sources[1].lengths.maximum if d.sources[1].lengths else 8
    colons = any(":" in v.value for v in d.sources[1].top)
    times = {4: "%H%M", 6: "%H%M%S", 5: "%H:%M"}
    time = times.get(longest, "%H:%M:%S") if longest == 5 or not colons else "%H:%M:%S"
    args: dict[str, Any] = {"formats": [f"{day} {time}" for day in days[:2]]}
    if not d.target.type.local:
        args["zone"] = "UTC"
    return [{"concat": {"separator": " "}}, {"parse_timestamp": args}]


def _portable(format_: str) -> bool:
    codes = set(re.findall(r"%(.)", format_))
    return codes <= set("YymdHIMSbBpfz%") and "d" in codes and bool(codes & {"Y", "y"})


def _numbers(d: Draftee) -> list[Any]:
    fits = [n for n in d.source.numbers if n.status != "rival"]
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
    source, target = d.source, d.target
    if source.physical != "String":
        return [{"cast": {"to": "text"}}] if source.type.kind != "text" else []
    meaning, found = target.semantic_type or "", source.semantic.type if source.semantic else ""
    if target.enum or d.translate:
        if d.translate and any(k != v for k, v in d.translate.items()):
            return [*_tidy(source), {"translate": {"values": dict(d.translate)}}]
        if not meaning.startswith(("country", "currency")):
            return _tidy(source)
    for prefix, make in _BY_MEANING.items():
        if meaning.startswith(prefix):
            steps: list[Any] | None = make(d, found)
            if steps is not None:
                return steps
    if target.key is not None or (target.references or "").count("."):
        return [*_tidy(source), *([{"prefix": f"{d.system.upper()}-"}] if d.system else [])]
    return _tidy(source)


def _tidy(source: ColumnProfile) -> list[Any]:
    return ["trim"] if source.padded.value > 0 else []


def _person(d: Draftee, found: str) -> list[Any] | None:
    form = d.source.semantic.form if d.source.semantic and found == "person_name" else ""
    wanted = next((f for f in (d.target.format or "",) if f in NAME_FORMS), "First Last")
    if form in NAME_FORMS and form != wanted:
        return [{"reorder_name": {"from": form, "to": wanted}}]
    return None


def _part(d: Draftee, found: str) -> list[Any] | None:
    form = d.source.semantic.form if d.source.semantic and found == "person_name" else ""
    if found != "person_name" or form not in NAME_FORMS:
        return None
    part = "first" if (d.target.semantic_type or "").startswith("given") else "last"
    return [{"split_name": {"from": form, "part": part}}]


def _dials_anywhere(d: Draftee) -> bool:
    return d.source.semantic is not None and d.source.semantic.form in ("E164", "international")


def _phone(d: Draftee, found: str) -> list[Any] | None:
    if found and found != "phone":
        return None
    form = d.source.semantic.form if d.source.semantic else ""
    country = d.nearest("country")
    if re.fullmatch("[A-Z]{2}", form):
        return [{"phone": {"region": form, "to": "E164"}}]
    if country:
        return [{"phone": {"region_from": country, "to": "E164"}}]
    # Without a country a local number cannot be read: the draft keeps it, and says so.
    return [{"phone": {"to": "E164"}}] if _dials_anywhere(d) else None


def _postcode(d: Draftee, found: str) -> list[Any] | None:
    country = d.nearest("country")
    return [{"postcode": {"country_from": country}}] if country else None


def _country(d: Draftee, found: str) -> list[Any] | None:
    if found and not found.startswith("country"):
        return None
    form = (d.target.format or "").replace("-", "").lower()
    to = form if form in ("alpha2", "alpha3", "numeric", "name") else ""
    if not to:
        to = "alpha3" if d.target.max_length == 3 or d.target.pattern == "^[A-Z]{3}$" else "alpha2"
    return [{"country": {"to": to}}]


_BY_MEANING: dict[str, Any] = {
    "person_name": _person,
    "given_name": _part,
    "family_name": _part,
    "phone": _phone,
    "email": lambda d, found: ["email"] if found in ("", "email") else None,
    "country": _country,
    "currency": lambda d, found: ["currency"] if not found or found.startswith("currency") else None,
    "postcode": _postcode,
}
