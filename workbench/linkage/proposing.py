"""Proposing a link model from the data's facts, when nobody has written one: no truth is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

from workbench.errors import UsageError
from workbench.model import Contract

from .aligning import SAMPLE, aligned
from .facts import ColumnFacts, column_facts, composites, snake
from .model import BlockingRule, Comparison, FieldRule, Level, LinkModel, Survivor, SystemRule
from .patterns import MOST
from .records import Frames, Records, id_column, read_records
from .rules import clean_systems, propose_rules

__all__ = ["propose_model"]

LEAST_FILLED = 0.05


def propose_model(
    frames: Frames,
    contract: Contract | None = None,
    *,
    entity: str = "Record",
    scope: Literal["within", "across", "all"] | None = None,
    ignore: Sequence[str] = (),
) -> LinkModel:
    """Propose a link model: fields, comparisons, blocking rules; weights come from `train`.

    Args:
        frames: System → its records. Columns that they share under one name are compared, and those whose values say
            that they hold the same.
        contract: The entity; its semantic types decide how fields are compared, its synonyms how columns are found.
        entity: The entity's name, where there is no contract.
        scope: Pairs within systems, across, or all; where left out: all, or across when every system looks clean.
        ignore: Columns to leave out.

    Raises:
        UsageError: No column is fit for comparing.
    """
    lazies = {name: frame.lazy() for name, frame in sorted(frames.items())}
    ids = {name: id_column(lazy, SystemRule()) for name, lazy in lazies.items()}
    columns = _shared_columns(lazies, contract, {*ignore, *(c for c in ids.values() if c)})
    if not columns:
        raise UsageError(
            "the systems share no column to compare", cure="rename columns alike, or write systems: … columns: …"
        )
    sample = pl.concat(
        [lazy.select(pl.col(by[s]).cast(pl.String).alias(f) for f, by in columns.items()) for s, lazy in lazies.items()]
    ).collect()
    semantic = {f.name: f.semantic_type for f in contract.fields} if contract else {}
    facts = [column_facts(sample[c], name=c, semantic=semantic.get(c)) for c in columns]
    facts = [f for f in facts if f.kind != "none" and f.filled >= LEAST_FILLED and not _counter(f, sample[f.name])]
    repeated = composites(sample, facts)
    written = [f for f in facts if f.role in ("changed", "written")]
    facts = [f for f in facts if f.name not in repeated and f not in written]
    if not facts:
        raise UsageError("no column is fit for comparing", cure="write a link model by hand")
    changed = next((f for f in written if f.role == "changed"), None)
    systems = {
        name: SystemRule(
            id=ids[name],
            columns=_renamed(columns, [*facts, *written], name),
            changed_at=columns[changed.name][name] if changed else None,
        )
        for name in lazies
    }
    model = LinkModel(
        entity=contract.name if contract else entity,
        scope=scope or "all",
        systems=systems,
        fields={snake(f.name): _field(f) for f in facts} | {snake(f.name): FieldRule(personal=False) for f in written},
        blocking=(BlockingRule(same=(snake(facts[0].name),)),),
        comparisons=_most_telling(_comparisons(facts), facts),
        survivorship={snake(changed.name): Survivor(take="most_recent")} if changed else {},
    )
    return _with_rules(model, read_records(frames, model), facts, scope)


def _with_rules(model: LinkModel, records: Records, facts: Sequence[ColumnFacts], scope: str | None) -> LinkModel:
    """The model with its blocking rules, and one to one across systems that are clean."""
    # one system that only seems clean would lose its true duplicates: either all of them are, or none is taken to be
    systems = model.systems
    if len(systems) > 1 and scope in (None, "across") and clean_systems(records, facts) == set(systems):
        clean = {name: about.model_copy(update={"clean": True}) for name, about in systems.items()}
        model = model.model_copy(update={"systems": clean, "scope": "across"})
    return model.model_copy(update={"blocking": propose_rules(records, facts, model.scope)})


def _renamed(columns: dict[str, dict[str, str]], facts: Sequence[ColumnFacts], system: str) -> dict[str, str]:
    """Field → a system's column, where the names differ."""
    return {snake(f.name): columns[f.name][system] for f in facts if columns[f.name][system] != snake(f.name)}


def _shared_columns(
    lazies: dict[str, pl.LazyFrame], contract: Contract | None, ignore: set[str]
) -> dict[str, dict[str, str]]:
    """Field → system → column, for fields that every system has: by name, and what is left by its values."""
    wanted: dict[str, dict[str, str]] = {}
    aliases = {snake(a): f.name for f in (contract.fields if contract else ()) for a in (f.name, *f.synonyms)}
    for system, lazy in lazies.items():
        for column in lazy.collect_schema().names():
            key = aliases.get(snake(column), snake(column))
            if column not in ignore and column.strip():
                wanted.setdefault(key, {}).setdefault(system, column)
    shared = {f: by for f, by in wanted.items() if len(by) == len(lazies)}
    if len(lazies) == 1:
        return shared
    taken = {s: {by[s] for by in shared.values()} for s in lazies}
    rest = {s: [c for c in lazies[s].collect_schema().names() if c not in ignore and c not in taken[s] and c.strip()]
            for s in lazies}  # fmt: skip
    if not all(rest.values()):
        return shared
    alike = aligned({s: lazies[s].select(names).head(SAMPLE).collect() for s, names in rest.items()})
    return shared | {snake(f): by for f, by in alike.items() if snake(f) not in shared}


def _counter(facts: ColumnFacts, values: pl.Series) -> bool:
    """A technical key: whole numbers, hardly repeated, in no gap: nothing about the thing itself."""
    if facts.distinct < 0.999 or facts.filled < 0.999 or facts.kind not in ("code", "number", "phone"):
        return False
    numbers = values.cast(pl.Int64, strict=False)
    if numbers.null_count():
        return False
    low, high = numbers.min(), numbers.max()
    return isinstance(low, int) and isinstance(high, int) and high - low < 3 * len(values)


def _field(facts: ColumnFacts) -> FieldRule:
    if facts.kind == "date":
        return FieldRule(type="date", formats=facts.formats)
    if facts.kind == "email":
        return FieldRule(standardise=("fold", "trim"))
    if facts.kind == "phone":
        return FieldRule(standardise=("digits",))
    if facts.kind == "code":
        return FieldRule(standardise=("fold", "compact"))
    if facts.kind in ("number", "coordinate"):
        return FieldRule(type="number")
    return FieldRule()


def _levels(*tests: Level) -> tuple[Level, ...]:
    return (*tests, Level(test="else"))


def _level(test: str, at: float | None = None, fields: tuple[str, ...] = ()) -> Level:
    return Level.model_validate({"test": test, "at": at, "fields": fields})


def _comparisons(facts: Sequence[ColumnFacts]) -> tuple[Comparison, ...]:
    """One comparison a field; the parts of a name and of a place are looked at together."""
    made = []
    given = next((f for f in facts if f.role == "given"), None)
    family = next((f for f in facts if f.role == "family"), None)
    lat, lon = (next((f for f in facts if f.role == r), None) for r in ("latitude", "longitude"))
    places = sorted((f for f in facts if f.role == "place"), key=lambda f: f.chance)
    if not (given or family or len(places) > 2):
        places = []  # no people: an address may well be what identifies the thing
    for f in facts:
        name = snake(f.name)
        if len(places) > 1 and f.role == "place":
            if f is places[0]:
                made.append(_place(places))
            continue
        if f.kind == "coordinate":
            if lat and lon and f is lat:
                both = (snake(lat.name), snake(lon.name))
                tests = [_level("within_km", km) for km in (0.1, 1, 10)]
                made.append(Comparison(id="place", fields=both, levels=_levels(*tests)))
            continue
        swap = f is given and family is not None
        made.append(
            Comparison(
                id=name,
                fields=(name, snake(family.name)) if swap and family else (name,),
                levels=_levels(*_tests(f, snake(family.name) if swap and family else None)),
                term_frequency=f.kind not in ("number", "text") or f.tokens < 4,
            )
        )
    return tuple(made)


def _most_telling(comparisons: tuple[Comparison, ...], facts: Sequence[ColumnFacts]) -> tuple[Comparison, ...]:
    """As many comparisons as one model can tell apart: of a wide table those on full, rarely shared values."""
    worth = {snake(f.name): f.filled**2 * (1 - f.chance) for f in facts}
    ranked = sorted(comparisons, key=lambda c: -max(worth.get(name, 0.0) for name in c.fields))
    room, kept = MOST, set()
    for comparison in ranked:
        if room // (len(comparison.levels) + 1) > 1:
            room //= len(comparison.levels) + 1
            kept.add(comparison.id)
    return tuple(c for c in comparisons if c.id in kept)


def _place(parts: Sequence[ColumnFacts]) -> Comparison:
    """The parts of an address as one comparison, the most telling part first.

    Two people of one household agree on all of them at once: counted one by one they would outvote all else.
    """
    names = [snake(p.name) for p in parts]
    tests = [_level("exact", None, (names[0], names[1])), _level("exact", None, (names[0],))]
    tests += [t for t in _tests(parts[0], None, names[0]) if t.test != "exact"]
    tests += [_level("exact", None, (n,)) for n in names[1:]]
    return Comparison(id="address", fields=tuple(names), levels=_levels(*tests))


def _tests(f: ColumnFacts, family: str | None, inside: str | None = None) -> list[Level]:
    own = (inside,) if inside else (snake(f.name),) if family else ()
    if f.kind == "email":
        return [_level("exact"), _level("damerau_levenshtein", 2), _level("jaro_winkler", 0.88)]
    if f.kind == "phone":
        return [_level("exact"), _level("suffix", 7), _level("damerau_levenshtein", 1)]
    if f.kind == "date":
        return [
            _level("exact"),
            _level("swapped_day_month"),
            _level("damerau_levenshtein", 1),
            _level("date_parts", 2),
            _level("within_days", 365),
        ]
    if f.kind == "number":
        return [_level("within_ratio", r) for r in (0.0001, 0.01, 0.1)]
    if f.kind == "category":
        return [_level("exact")]
    if f.kind == "code":
        edits = [_level("damerau_levenshtein", n, own) for n in ((1, 2) if f.length >= 5 else (1,))]
        return [_level("exact", None, own), *edits]
    if f.kind == "text":
        alike = (("token_cosine", 0.85), ("jaro_winkler", 0.92), ("token_cosine", 0.6), ("token_cosine", 0.35))
        return [_level("exact", None, own), *(_level(test, at, own) for test, at in alike)]
    swapped = [_level("swapped", None, (*own, family))] if family else []
    nick = [_level("nickname", None, own)] if f.role == "given" else []
    return [
        _level("exact", None, own),
        *swapped,
        *nick,
        _level("jaro_winkler", 0.92, own),
        _level("jaro_winkler", 0.8, own),
    ]
