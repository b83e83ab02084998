"""What is wrong with a column, in words, with how many rows it concerns and what cures it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from .counted import Counted
from .dataset import Problem
from .dates import is_clock
from .facts import ColumnProfile, DateFormat
from .masking import mask
from .meaning_problems import meaning_problems
from .number import EXACT_ZERO, Number
from .wording import agreed, graded, listed, percent, readable

__all__ = ["column_problems", "worst_first"]

MOSTLY_EMPTY = 0.9
VARIANTS = 10_000  # different values among which spellings are compared
MOJIBAKE = "Ã[\u0080-\u00bf©¼¶¤±¨ª«³º§¡­]|â€|Â[\u0080-\u00bf]|ï»¿|\ufffd"
DOUBTFUL = "[?&\nÃâÂï\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\ufeff]"  # one of these is in all of them
ENTITIES = r"&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]{2,8});"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\ufeff]"

ODDITIES = {  # what some values do, how bad it is, what cures it
    "mojibake": ("were decoded wrongly ('Ã¼' for 'ü')", 0.65, "read the source with its true encoding"),
    "lost_characters": ("hold a question mark where a letter was lost ('K?hn')", 0.6, "read the source again"),
    "html_entities": ("hold HTML entities ('&#252;' for 'ü')", 0.5, "replace"),
    "line_breaks": ("run over several lines", 0.25, "collapse_space"),
    "control_characters": ("hold invisible control characters", 0.5, "replace"),
}


def column_problems(facts: ColumnProfile, counted: Counted | None) -> tuple[Problem, ...]:
    """Everything that is wrong with a column, worst first.

    Args:
        facts: Its facts.
        counted: Its values; None where there are none to look at.
    """
    found = [*_emptiness(facts), *_formats(facts)]
    if counted is not None:
        found += [*_writing(facts), *_numbers(facts), *_values(facts, counted), *meaning_problems(facts, counted)]
    return worst_first(found)


def worst_first(problems: list[Problem]) -> tuple[Problem, ...]:
    """Problems in the order to show them."""
    said = [replace(problem, what=agreed(problem.what)) for problem in problems]
    return tuple(sorted(said, key=lambda p: (-p.severity, -p.rows.value, p.column or "", p.kind)))


def _emptiness(facts: ColumnProfile) -> Iterator[Problem]:
    rows = facts.rows.value
    if not rows:
        return
    name = facts.name
    empty = Number(facts.nulls.value + facts.blanks.value + facts.nan.value)
    if not facts.filled:
        yield Problem("empty", name, "holds nothing at all", facts.rows, 0.3, "leave it unmapped")
        return
    if empty.value / rows >= MOSTLY_EMPTY:
        share = percent(empty.value / rows)
        yield Problem("mostly_empty", name, f"{share} of the rows are empty", empty, 0.15, "map it only if it matters")
    if facts.distinct.value == 1 and rows > 10:
        what = "every filled row holds the same value"
        yield Problem("constant", name, what, facts.rows, 0.25, "a constant says nothing: leave it unmapped")
    if facts.nulls and facts.blanks:
        what = f"nothing is written in two ways: null ({facts.nulls}) and blank ({facts.blanks})"
        yield Problem("null_and_blank", name, what, empty, 0.15, "blank_to_null")
    if facts.nan:
        yield Problem("nan", name, f"{facts.nan} rows are not a number (NaN)", facts.nan, 0.3, "blank_to_null")


def _formats(facts: ColumnProfile) -> Iterator[Problem]:
    name = facts.name
    if facts.likely_dates:
        yield from _dates(facts)
    if not facts.numbers or not (facts.type.is_numeric and facts.physical == "String"):
        return
    best = facts.numbers[0]
    if best.status == "conflicting":
        other = facts.numbers[1]
        what = (
            f"numbers are written with a decimal point and with a decimal comma: {best.proven} rows prove the one, "
            f"{other.proven} the other"
        )
        yield Problem(
            "mixed_numbers", name, what, best.ambiguous or other.proven, 0.85, "split the source, or parse_number"
        )
    elif best.status == "assumed" and best.ambiguous:
        what = f"{best.ambiguous} numbers like '1{best.group or best.decimal}234' may have thousands or decimals"
        yield Problem("ambiguous_numbers", name, what, best.ambiguous, 0.7, "ask the owner; then parse_number")
    yield from _misfits(facts, best.matched.value, "a number")


def _misfits(facts: ColumnProfile, matched: float, what: str) -> Iterator[Problem]:
    hollow = sum(mark.count.value for mark in facts.placeholders)
    rest = round(facts.filled - matched - hollow)
    if rest > 0 and rest / facts.filled > 1e-6:
        told = Number(rest) if facts.bounds == "exact" else Number(rest, "sampled", float(rest))
        sentence = f"{told} values are not {what}" if rest > 1 else f"one value is not {what}"
        yield Problem("misfits", facts.name, sentence, told, graded(0.6, rest / facts.filled), "see what they are")


def _dates(facts: ColumnProfile) -> Iterator[Problem]:
    sure, name = facts.likely_dates, facts.name
    clashing = [date for date in sure if date.status == "conflicting"]
    if len(clashing) > 1:
        one, two = clashing[:2]
        share = percent(facts.share(one.ambiguous))
        what = (
            f"{_say(one)} and {_say(two)} are mixed ({one.proven} rows can only be the one, {two.proven} only the "
            f"other): {share} of the dates cannot be told"
        )
        yield Problem("mixed_dates", name, what, one.ambiguous, 0.9, "split the source, or reject what is ambiguous")
    for date in sure:
        if date.status == "assumed" and date.ambiguous:
            share = percent(facts.share(date.ambiguous))
            what = f"{share} of the dates cannot be told {_say(date)} from {readable(date.rivals[0])}"
            yield Problem("ambiguous_dates", name, what, date.ambiguous, 0.7, "ask the owner; then parse_date")
    families = {date.format for date in sure} - {date.format for date in clashing[1:]}
    if len(families) > 1:
        shown = listed(
            [f"{_say(date)} ({percent(facts.share(date.matched))})" for date in sure if date.format in families]
        )
        rare = Number(round(facts.filled - max(date.matched.value for date in sure)))
        yield Problem(
            "mixed_formats", name, f"dates are written in {len(families)} ways: {shown}", rare, 0.5, "parse_date"
        )
    matched = sum(date.matched.value for date in sure if date not in clashing[1:])
    yield from _misfits(
        facts, matched, "a time of day" if all(is_clock(d.format) for d in sure) else "a date that exists"
    )


def _say(date: DateFormat) -> str:
    return readable(date.format)


def _writing(facts: ColumnProfile) -> Iterator[Problem]:
    name = facts.name
    if facts.padded:
        what = f"{facts.padded} values have blanks before or after"
        yield Problem("padded", name, what, facts.padded, graded(0.35, facts.share(facts.padded)), "trim")
    if facts.placeholders:
        rows = Number(sum(m.count.value for m in facts.placeholders), facts.placeholders[0].count.how)
        shown = listed([f"'{m.value}' ({m.count})" for m in facts.placeholders], 4)
        what = f"{rows} rows hold a placeholder for 'nothing': {shown}"
        yield Problem(
            "placeholders", name, what, rows, graded(0.5, facts.share(rows)), "missing_values in the contract"
        )
    told = facts.semantic is None or facts.semantic.type in ("id", "postcode")
    if facts.physical == "String" and told and facts.type.kind == "text" and len(facts.patterns) > 1:
        usual = facts.patterns[0]
        rest = Number(round(facts.filled - usual.count.value), usual.count.how, usual.count.error)
        if usual.level == "runs" and facts.share(usual.count) >= 0.95 and rest.value >= 1 and "9" in usual.text:
            what = f"{rest} values do not look like the others ('{usual.text}')"
            yield Problem("odd_shapes", name, what, rest, graded(0.35, facts.share(rest)), "see what they are")


def _numbers(facts: ColumnProfile) -> Iterator[Problem]:
    meaning = facts.semantic.type if facts.semantic else ""
    if facts.outliers and meaning not in ("id", "postcode", "phone") and facts.share(facts.outliers) < 0.02:
        low, high = (next(q.value for q in facts.quantiles if q.at == at) for at in (0.01, 0.99))
        if (low, high) == (facts.minimum, facts.maximum):
            return  # far from the middle half, but not rare
        what = f"{facts.outliers} values lie far outside the rest (98 % are between {low} and {high})"
        if not facts.personal:
            what += f"; the range is {facts.minimum} to {facts.maximum}"
        yield Problem("outliers", facts.name, what, facts.outliers, 0.2, "see whether they are errors")
    matched = facts.numbers[0].matched if facts.numbers else EXACT_ZERO
    if facts.type.kind == "text" and facts.physical == "String" and 0.5 <= facts.share(matched) < 0.95 and not meaning:
        rest = Number(round(facts.filled - matched.value))
        what = f"{percent(facts.share(matched))} of the values are numbers, the rest is text"
        yield Problem("mixed_types", facts.name, what, rest, 0.4, "see what the rest means")


def _values(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    if not isinstance(counted.values.dtype, pl.String):
        return
    some = counted.some(VARIANTS)
    yield from _oddities(facts, some)
    yield from _variants(facts, some)


def _oddities(facts: ColumnProfile, some: Counted) -> Iterator[Problem]:
    """Traces of wrong decoding and of markup, and what cannot be seen."""
    text = pl.col("t")
    if not some.values.str.contains(DOUBTFUL).any():
        return
    hits = some.values.alias("t").to_frame().select(
        mojibake=text.str.contains(MOJIBAKE),
        lost_characters=text.str.contains(r"\p{L}\?\p{L}") & ~text.str.contains(r"[/=]"),
        html_entities=text.str.contains(ENTITIES),
        line_breaks=text.str.strip_chars().str.contains("\n", literal=True),
        control_characters=text.str.contains(CONTROL),
    )  # fmt: skip
    for kind, (words, base, cure) in ODDITIES.items():
        if hits.get_column(kind).any():
            rows = some.where(hits.get_column(kind))
            yield Problem(kind, facts.name, f"{rows} values {words}", rows, graded(base, facts.share(rows)), cure)


def _variants(facts: ColumnProfile, some: Counted) -> Iterator[Problem]:
    """The same word written in several ways, in columns whose values repeat."""
    meaning = facts.semantic.type if facts.semantic else ""
    if facts.distinct.value > 0.5 * facts.filled or meaning in ("text", "uuid", "url"):
        return
    plain = some.values.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars(" .")
    frame = pl.DataFrame([some.values.alias("value"), some.counts.alias("count"), plain.alias("plain")])
    groups = (
        frame.filter(frame.get_column("plain").is_duplicated() & (plain != ""))
        .sort("count", "value", descending=[True, False])
        .group_by("plain", maintain_order=True)
        .agg("value", rows=pl.col("count").sum() - pl.col("count").max())
        .sort("rows", "plain", descending=[True, False])
    )
    if not groups.height:
        return
    shown = [mask(v) if facts.personal else v for v in groups["value"][0].to_list()[:3]]
    rows = some.number(int(groups["rows"].sum()))
    words = "one value is" if groups.height == 1 else f"{groups.height:,} values are"
    what = f"{words} written in several ways, as {listed([f'{v!r}' for v in shown])}"
    yield Problem("variants", facts.name, what, rows, graded(0.4, facts.share(rows)), "trim, case or translate")
