"""Blocking: which pairs of records are worth comparing, counted before anything runs.

A rule's pairs are those of a self-join on its keys. Rows are sorted by key once and every row is paired with
the later rows of its block, so that a pair comes once, in slices of bounded size; a pair that an earlier
rule has made already is dropped on the spot by comparing that rule's keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.errors import UsageError

from .display import counts_html
from .model import BlockingRule, LinkModel
from .records import Records
from .transforms import key_codes

__all__ = ["BlockingCounts", "Blocks", "agree", "block", "candidate_pairs", "count_pairs"]

Rows = NDArray[np.int64]
SLICE = 500_000
Scope = Literal["within", "across", "all"]


@dataclass(frozen=True)
class Blocks:
    """One rule applied to all records.

    Attributes:
        rule: The rule.
        codes: The block of each record; −1 where a key is missing.
        order: Rows that have a block, sorted so that a row's partners follow it without a gap.
        partners: How many rows after each (in that order) it is paired with.
        gap: How many rows after it are passed over first (its own system's, across systems).
    """

    rule: BlockingRule
    codes: NDArray[np.int32]
    order: Rows
    partners: Rows
    gap: Rows

    @property
    def pairs(self) -> int:
        """Pairs of this rule alone."""
        return int(self.partners.sum())


@dataclass(frozen=True, repr=False)
class BlockingCounts:
    """Pairs per rule, known before any is compared.

    Attributes:
        frame: One row per rule: rule, pairs, new_pairs (not made by an earlier rule; null when not asked for),
            records (that have all keys), largest (pairs of its largest block), value (of that block).
    """

    frame: pl.DataFrame

    @property
    def upper_bound(self) -> int:
        """Pairs of all rules, those made by several counted as often."""
        return int(self.frame["pairs"].sum())

    @property
    def pairs(self) -> int | None:
        """Distinct pairs of all rules; None when not asked for."""
        new = self.frame["new_pairs"]
        return None if new.null_count() else int(new.sum())

    def _repr_html_(self) -> str:
        return counts_html(self)

    def __repr__(self) -> str:
        exact = self.pairs
        many = f"at most {self.upper_bound:,}" if exact is None else f"{exact:,}"
        return f"{many} pairs of records to compare, by {self.frame.height} blocking rules"


def block(records: Records, rule: BlockingRule, scope: Scope = "all", new: NDArray[np.bool_] | None = None) -> Blocks:
    """Sort records into the blocks of one rule.

    Args:
        records: The records.
        rule: The rule.
        scope: Pairs within a system, across systems, or all.
        new: Only pairs with at least one of these records; all pairs when left out.
    """
    codes = _rule_codes(records, rule)
    rows = np.flatnonzero(codes >= 0)
    rows = rows[np.bincount(codes[rows])[codes[rows]] > 1] if len(rows) else rows
    system = records.system[rows].astype(np.int64)
    # new rows come first in their block and are paired with all that follow; old rows start no pair
    old = np.zeros(len(rows), np.int64) if new is None else (~new[rows]).astype(np.int64)
    systems = len(records.systems)
    rank = (codes[rows].astype(np.int64) * 2 + old) * systems + system
    sorting = np.argsort(rank, kind="stable")
    order, code, system, old = rows[sorting], codes[rows][sorting], system[sorting], old[sorting]
    at = np.arange(len(order))
    if new is not None or scope == "all":
        partners, gap = _run_ends(code) - at - 1, np.zeros(len(order), np.int64)
        partners[old == 1] = 0
    else:
        own = _run_ends(rank[sorting])
        within = scope == "within"
        partners = own - at - 1 if within else _run_ends(code) - own
        gap = np.zeros(len(order), np.int64) if within else own - at - 1
    return Blocks(rule, codes, order, partners, gap)


def _rule_codes(records: Records, rule: BlockingRule) -> NDArray[np.int32]:
    """One code per combination of the rule's keys; −1 where a key is missing or nobody shares it."""
    found = [key_codes(key, records.column(key.field)) for key in rule.keys]
    if len(found) == 1:
        return found[0][0]
    shared = np.ones(len(records), bool)
    for codes, values in found:
        counts = np.bincount(codes[codes >= 0], minlength=len(values) + 1)
        counts[-1] = 0  # where code −1 looks up
        shared &= counts[codes] > 1
    rows = np.flatnonzero(shared)
    combined = found[0][0][rows].astype(np.int64)
    for codes, values in found[1:]:
        combined = _dense(combined * len(values) + codes[rows])
    out = np.full(len(records), -1, np.int32)
    out[rows] = combined
    return out


def _dense(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes without holes, so that a further key cannot overflow them."""
    order = np.argsort(codes)
    ordered = codes[order]
    steps = np.zeros(len(codes), np.int64)
    np.cumsum(ordered[1:] != ordered[:-1], out=steps[1:])
    out = np.empty_like(codes)
    out[order] = steps
    return out


def _run_ends(codes: NDArray[np.integer[Any]]) -> Rows:
    """For sorted codes, where each one's run ends."""
    if not len(codes):
        return np.zeros(0, np.int64)
    ends = np.append(np.flatnonzero(codes[1:] != codes[:-1]) + 1, len(codes))
    starts = np.append(0, ends[:-1])
    return np.repeat(ends, ends - starts)


def count_pairs(records: Records, model: LinkModel, *, exact: bool = False) -> BlockingCounts:
    """Count each rule's pairs before anything is compared.

    Args:
        records: The records.
        model: The link model.
        exact: Also count the pairs that no earlier rule makes; walks all pairs once.
    """
    blocks = [block(records, rule, model.scope) for rule in model.blocking]
    new: list[int | None] = [0 if exact else None] * len(blocks)
    if exact:
        for rule, left, _, _ in candidate_pairs(blocks, records, model.scope):
            new[rule] = (new[rule] or 0) + len(left)
    rows = []
    for b, fresh in zip(blocks, new, strict=True):
        largest, value = _largest(records, b)
        rows.append((b.rule.name, b.pairs, fresh, len(b.order), largest, value))
    columns = {
        "rule": pl.String,
        "pairs": pl.Int64,
        "new_pairs": pl.Int64,
        "records": pl.Int64,
        "largest": pl.Int64,
        "value": pl.String,
    }
    return BlockingCounts(pl.DataFrame(rows, schema=columns, orient="row"))


def _largest(records: Records, blocks: Blocks) -> tuple[int, str | None]:
    if not len(blocks.order):
        return 0, None
    sizes = np.bincount(blocks.codes[blocks.order], weights=blocks.partners)
    worst = int(sizes.argmax())
    row = int(np.flatnonzero(blocks.codes == worst)[0])
    return int(sizes[worst]), _value(records, blocks, row)


def _value(records: Records, blocks: Blocks, row: int) -> str:
    parts = []
    for key in blocks.rule.keys:
        codes, values = key_codes(key, records.column(key.field))
        parts.append(f"{key} = '{values[int(codes[row])]}'")
    return ", ".join(parts)


def guarded(records: Records, model: LinkModel, blocks: list[Blocks]) -> tuple[list[Blocks], list[str]]:
    """Hold the blocks against the model's limits.

    Returns:
        The blocks to run, and a flag for each that was skipped.

    Raises:
        UsageError: A block, or all together, would explode; the value that causes it is named.
    """
    limits, kept, flags = model.limits, [], []
    for b in blocks:
        sizes = np.bincount(b.codes[b.order], weights=b.partners) if len(b.order) else np.zeros(0)
        over = np.flatnonzero(sizes > limits.block_pairs)
        for code in over[:20]:
            value = _value(records, b, int(np.flatnonzero(b.codes == code)[0]))
            text = f"the block {value} alone makes {int(sizes[code]):,} pairs"
            if limits.oversized == "refuse":
                cure = (
                    "add a key to the rule, list the value under the field's 'missing', or set limits.oversized: skip"
                )
                raise UsageError(text, where=f"blocking rule '{b.rule.name}'", cure=cure)
            flags.append(f"{text}: skipped")
        if len(over):
            hidden = np.isin(b.codes[b.order], over)
            # without a block, so that a later rule may still make these pairs
            codes = np.where(np.isin(b.codes, over), np.int32(-1), b.codes)
            b = Blocks(b.rule, codes, b.order[~hidden], b.partners[~hidden], b.gap[~hidden])
        kept.append(b)
    if (total := sum(b.pairs for b in kept)) > limits.pairs:
        worst = max(kept, key=lambda b: b.pairs)
        culprit = _largest(records, worst)[1]
        raise UsageError(
            f"the rules make {total:,} pairs, more than {limits.pairs:,}",
            where=f"blocking rule '{worst.rule.name}' makes {worst.pairs:,}; its largest block is {culprit}",
            cure="tighten that rule, or raise limits.pairs",
        )
    return kept, flags


def candidate_pairs(
    blocks: list[Blocks], records: Records, scope: Scope = "all", size: int = SLICE
) -> Iterator[tuple[int, NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]]:
    """All candidate pairs, each once, in slices.

    Yields:
        The index of the rule, left rows, right rows (left < right), and a bit per rule that makes the pair.
    """
    for index, b in enumerate(blocks):
        ends = np.cumsum(b.partners)
        start = 0
        while start < len(b.order):
            done = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, done + size, side="right")))
            left, right = _expand(b, start, stop)
            start = stop
            keep = np.ones(len(left), bool)
            if scope != "all":
                same = records.system[left] == records.system[right]
                keep &= same if scope == "within" else ~same
            for earlier in blocks[:index]:
                keep &= ~agree(earlier, left, right)
            if not keep.all():
                left, right = left[keep], right[keep]
            if not len(left):
                continue
            made = np.full(len(left), 1 << index, np.uint32)
            for later in range(index + 1, len(blocks)):
                made |= agree(blocks[later], left, right).astype(np.uint32) << np.uint32(later)
            yield index, np.minimum(left, right), np.maximum(left, right), made


def agree(blocks: Blocks, left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Whether a rule makes each pair."""
    codes = blocks.codes[left]
    found: NDArray[np.bool_] = (codes == blocks.codes[right]) & (codes >= 0)
    return found


def _expand(b: Blocks, start: int, stop: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Pairs of the rows from start to stop, each with the rows that follow it."""
    counts = b.partners[start:stop]
    first = np.repeat(np.arange(start, stop), counts)
    before = np.cumsum(counts) - counts
    nth = np.arange(len(first)) - np.repeat(before, counts)
    second = first + 1 + np.repeat(b.gap[start:stop], counts) + nth
    return b.order[first].astype(np.uint32), b.order[second].astype(np.uint32)
