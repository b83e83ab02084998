"""For each target column the likeliest rule, tried from the plain to the odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import polars as pl

from workbench.mapping.learner import learn
from workbench.mapping.learning.clock import clock

from .candidates import ENOUGH, Column, Explanation, Workbench
from .cases import by_code
from .columns import number_column
from .moments import first_or_last
from .numbers import number_rules, said, threshold_rules
from .pairs import arithmetic
from .parts import translated_parts
from .values import depends, presence_rules, table_rules, value_rules

__all__ = ["explain"]

SAMPLE = 20_000
PAIRS = 1_500
_DAY = r"^[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}"
LEAST_ROWS = 3  # fewer show moves only: nearly any other rule makes one value of another
UNRELATED = 0.06


def explain(bench: Workbench, texts: pl.Series, seconds: float) -> list[Explanation]:
    """Rules for one target column, the least surprising first.

    Args:
        bench: What may be read.
        texts: The target column, in the order of the bench's rows.
        seconds: How long to look for a chain of steps.
    """
    found = list(_plain(bench, texts))
    if texts.len() < LEAST_ROWS:
        return [f for f in found if f.kind == "move"]
    if not found:
        found += _of_two_numbers(bench, texts)
    if not found or min(f.cost for f in found) > 1.9:
        codes = texts.n_unique() <= 30 and any(f.kind in ("translation", "conditional", "lookup") for f in found)
        found += _learned(bench, texts, min(seconds, 0.7) if codes else seconds, found)
    if not found and bench.enough >= ENOUGH:  # where pairs may be wrong, so many rules would fit by chance
        found += by_code(bench, texts, _plain)
    if not found and bench.enough >= ENOUGH:
        found += translated_parts(bench, texts)
    if not found:
        found += _two_columns(bench, texts, seconds)
    return sorted(found, key=lambda f: f.cost + 20 * (1 - f.share))


def _plain(bench: Workbench, texts: pl.Series) -> Iterator[Explanation]:
    if texts.n_unique() == 1 and texts.len() >= LEAST_ROWS:
        value = texts[0]
        if value is not None:
            yield Explanation("constant", (), {"value": value}, 0.1, 1.0, f"always {value}")
        return
    yield from first_or_last(bench, texts)
    values = [c for c in bench.columns if c.how == "value"]
    moved = [r for c in values for r in value_rules(c, bench.data[c.name], texts, bench.enough)]
    yield from moved
    if any(r.kind == "move" and r.share == 1 for r in moved):
        return  # nothing is plainer
    for column in values:
        yield from presence_rules(column, bench.data[column.name], texts, bench.enough)
    for column in values:
        yield from table_rules(column, bench.data[column.name], texts, bench.tables, bench.enough)
    read = number_column(texts)
    for column, steps, xs in bench.numbers:
        if read is not None:
            yield from number_rules(column, steps, xs, texts, read[1], bench.enough)
        if not _is_code(column, bench.data[column.name]):
            yield from threshold_rules(column, steps, xs, texts)


def _is_code(column: Column, values: pl.Series) -> bool:
    """Digits that are no amount: with zeros before them, or all equally long, as ids and days written together."""
    if column.how != "value":
        return False
    there = values.drop_nulls()
    lengths = there.str.len_chars()
    long_ = lengths.n_unique() == 1 and int(lengths[0]) >= 8 and there.str.contains("^[0-9]+$").all()
    return bool(long_ or there.str.contains("^0[0-9]").any())


def _learned(bench: Workbench, texts: pl.Series, seconds: float, known: Sequence[Explanation]) -> Iterator[Explanation]:
    """Chains of steps over one column that the texts depend on."""
    sample = _sampled(texts.len())
    few = texts.gather(sample)
    ranked = []
    for column in bench.columns:
        if column.how != "value":
            continue
        xs = bench.data[column.name].gather(sample)
        if xs.n_unique() > 1 and depends(xs, few) >= bench.enough:
            # Characters in common speak first; then, a column that repeats as the text does.
            affinity = _affinity(xs, few)
            if affinity < UNRELATED and bench.enough < ENOUGH:
                continue
            ranked.append((-round(affinity, 2), abs(xs.n_unique() - few.n_unique()), column))
    ranked.sort(key=lambda r: r[:2])
    best = min((k.cost for k in known), default=99.0)
    told = {c.name for k in known for c in k.columns}
    if texts.n_unique() <= 30 and told:
        ranked = [r for r in ranked if r[2].name in told]
    related = [r for r in ranked if -r[0] >= UNRELATED]
    # A text may follow from another without a character in common, as a weekday does from a day: one try is enough.
    dated = [r for r in ranked if bench.data[r[2].name].head(50).str.contains(_DAY).any()]
    stop = clock() + 1.5 * seconds
    for _, _, column in (related or dated[:1] or ranked[:1])[:6]:
        if clock() > stop:
            return
        pairs = _pairs([bench.data[column.name]], texts, bench.enough < ENOUGH)
        if len(pairs) < 3:
            continue
        for proposal in learn(pairs, names=[column.name], max_seconds=seconds, top=2):
            cost = 1.0 + 0.5 * proposal.cost
            if proposal.coverage >= bench.enough and cost < best + 1 and "translate" not in repr(proposal.field):
                yield _explanation((column,), proposal.field, cost, proposal.coverage)
                best = min(best, cost)
                break
        if best < 4.5:
            return


def _of_two_numbers(bench: Workbench, texts: pl.Series) -> Iterator[Explanation]:
    read = number_column(texts)
    if read is None:
        return
    for left in bench.numbers:
        for right in bench.numbers:
            if left[0] is not right[0]:
                yield from arithmetic(left, right, texts, read[1], bench.enough)


def _two_columns(bench: Workbench, texts: pl.Series, seconds: float) -> Iterator[Explanation]:
    """Chains of steps over two columns that both have something in common with the texts."""
    sample = _sampled(texts.len())
    few = texts.gather(sample)
    values = [c for c in bench.columns if c.how == "value"]
    close = {c.name: _affinity(bench.data[c.name].gather(sample), few) for c in values}
    likely = sorted((c for c in values if close[c.name] >= UNRELATED / 2), key=lambda c: -close[c.name])[:8]
    shares = {}
    for a, b in combinations(likely, 2):
        both = bench.data.select(
            pl.concat_str([pl.col(a.name).fill_null(""), pl.col(b.name).fill_null("")], separator="\x1f").alias("k")
        )["k"]
        xs = both.gather(sample)
        if xs.n_unique() * 2 > xs.len() and few.n_unique() * 20 < few.len():
            continue  # nearly every row has its own pair: that says nothing of a text of few values
        if depends(xs, few) >= bench.enough:
            shares[(a, b)] = close[a.name] + close[b.name]
    for a, b in sorted(shares, key=lambda k: -shares[k])[:3]:
        pairs = _pairs([bench.data[a.name], bench.data[b.name]], texts, bench.enough < ENOUGH)
        for proposal in learn(pairs, names=[a.name, b.name], max_seconds=seconds, top=1):
            if proposal.coverage >= bench.enough and "translate" not in repr(proposal.field):
                yield _explanation((a, b), proposal.field, 2.0 + 0.5 * proposal.cost, proposal.coverage)
                return


def _affinity(xs: pl.Series, texts: pl.Series) -> float:
    """How much more the characters of a value are those of its text than those of the next row's text."""
    rows = [
        (x.lower(), t.lower())
        for x, t in zip(xs.head(400).to_list(), texts.head(400).to_list(), strict=True)
        if x and t
    ]
    rows = rows[:: max(1, len(rows) // 80)]
    if not rows:
        return 0.0
    bags = [(_bag(x), _bag(t)) for x, t in rows]
    same = sum(_alike(x, t) for x, t in bags)
    next_ = sum(_alike(x, t) for (x, _), (_, t) in zip(bags, bags[1:] + bags[:1], strict=True))
    return (same - next_) / len(bags)


def _bag(text: str) -> Counter[str]:
    """Its letters and digits, and the pairs of them."""
    kept = "".join(c for c in text if c.isalnum())
    return Counter([*kept, *(kept[i : i + 2] for i in range(len(kept) - 1))])


def _alike(a: Counter[str], b: Counter[str]) -> float:
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def _explanation(columns: tuple[Column, ...], learned: Mapping[str, Any], cost: float, share: float) -> Explanation:
    field_ = {k: v for k, v in learned.items() if k != "id"}
    kind = "conditional" if "case" in field_ else "format"
    steps = field_.get("steps", [])
    names = [said(c) for c in columns]
    words = " and ".join(names) + ": " + (" → ".join(_step_words(s, names) for s in steps) or kind)
    return Explanation(kind, columns, field_, cost, share, words)


def _step_words(step: Any, names: Sequence[str]) -> str:
    if isinstance(step, str):
        return step
    name, args = next(iter(step.items()))
    if name == "build":
        return " + ".join(_part_words(part, names) for part in args["parts"])
    if isinstance(args, Mapping):
        return f"{name} " + " ".join(str(v) for v in args.values() if not isinstance(v, list | dict))
    return f"{name} {args}"


def _part_words(part: Mapping[str, Any], names: Sequence[str]) -> str:
    if "text" in part:
        return f"'{part['text']}'"
    of = names[part["from"]]
    return f"{of} ({' → '.join(_step_words(s, names) for s in part['steps'])})" if part.get("steps") else of


def _sampled(height: int) -> pl.Series:
    step = max(1, height // SAMPLE)
    return pl.int_range(0, height, step, eager=True)


def _pairs(
    columns: Sequence[pl.Series], texts: pl.Series, noisy: bool
) -> list[tuple[tuple[str | None, ...], str | None]]:
    """Distinct pairs, spread over all of them."""
    frame = (
        pl.DataFrame({f"c{i}": c for i, c in enumerate(columns)})
        .with_columns(texts.alias("t"))
        .unique(maintain_order=True)
    )
    if noisy:  # what stands beside a missing value says nothing where pairs may be wrong
        frame = frame.drop_nulls()
    step = max(1, frame.height // PAIRS)
    return [(tuple(r[:-1]), r[-1]) for r in frame.gather_every(step).rows()]
