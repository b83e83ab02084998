"""What a standalone script does around its fields: reading, row steps, books, rejects, writing, command line.

The functions here are copied into the scripts that `to_python` writes, each only where it is needed; so they
use Polars and the standard library alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import polars as pl

__all__: list[str] = []


class Guard(NamedTuple):
    """A reason to reject a row: where it is found, and what is wrong in the user's terms."""

    code: str
    field: str
    step: str
    reason: str
    fatal: bool = False


@dataclass
class Counts:
    """The books: every row that comes in is written, rejected or taken away under a name; values replaced."""

    rows_in: int = 0
    added: int = 0
    rows_out: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    booked: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)

    def check(self) -> None:
        """Stop when a row was lost or invented."""
        came, went = self.rows_in + self.added, self.rows_out + self.rejected.total() + self.booked.total()
        if came != went:
            sys.exit(f"{came} rows came in, but {went} are accounted for")


def tally_replaced(rows: pl.DataFrame, mark: str, counts: Counts, guards: list[Guard]) -> pl.DataFrame:
    """Count the codes in the columns whose names begin with a mark; the rows without these columns."""
    told = [name for name in rows.columns if name.startswith(mark)]
    for name in told:
        counts.replaced.update(dict(rows[name].drop_nulls().value_counts().iter_rows()))
    for guard in guards:
        if guard.fatal and counts.replaced[guard.code]:
            sys.exit(f"{guard.field} {guard.reason} in {counts.replaced[guard.code]} rows, and the spec says: fail")
    return rows.drop(told)


def read_rows(path: str, separator: str = ",", encoding: str = "utf-8") -> pl.LazyFrame:
    """Rows of a CSV (all text), Parquet or NDJSON file."""
    kind = Path(path).suffix.lower()
    if not Path(path).is_file():
        sys.exit(f"there is no file {path}")
    if kind == ".parquet":
        return pl.scan_parquet(path)
    if kind in (".ndjson", ".jsonl"):
        return pl.scan_ndjson(path, infer_schema_length=None)
    if encoding.lower() in ("utf-8", "utf8"):
        return pl.scan_csv(path, separator=separator, infer_schema=False)
    text = Path(path).read_bytes().decode(encoding)
    return pl.read_csv(text.encode(), separator=separator, infer_schema=False).lazy()


def write_rows(rows: pl.DataFrame, path: str) -> None:
    """Write a CSV, Parquet or NDJSON file: whole or not at all."""
    half = f"{path}.part"
    kind = Path(path).suffix.lower()
    if kind == ".parquet":
        rows.write_parquet(half)
    elif kind in (".ndjson", ".jsonl"):
        rows.write_ndjson(half)
    else:
        rows.write_csv(half)
    os.replace(half, path)


def take_columns(frame: pl.LazyFrame, source: dict[str, pl.DataType]) -> pl.DataFrame:
    """The columns that the mapping reads, in the types it reads them in."""
    have = frame.collect_schema().names()
    missing = [name for name in source if name not in have]
    if missing:
        sys.exit(f"the source lacks columns: {', '.join(missing)} (it has {', '.join(have)})")
    return frame.select([pl.col(name).cast(dtype) for name, dtype in source.items()]).collect()


def filter_rows(rows: pl.DataFrame, book_as: str, counts: Counts) -> pl.DataFrame:
    """Keep the rows for which the column __keep is true, and book the others."""
    kept = rows.filter(pl.col("__keep")).drop("__keep")
    counts.booked[book_as] += rows.height - kept.height
    return kept


def lookup_rows(
    rows: pl.DataFrame,
    table: pl.LazyFrame,
    on: list[str],
    take: list[tuple[str, str, pl.DataType]],
    *,
    found: str,
    once: bool,
    on_miss: str,
    book_as: str,
    counts: Counts,
) -> pl.DataFrame:
    """Take columns from a reference table, by the keys in __k0, __k1 …, compared as text."""
    keys = [f"__k{i}" for i in range(len(on))]
    named = [pl.col(theirs).cast(pl.String).alias(k) for k, theirs in zip(keys, on, strict=True)]
    taken = [pl.col(theirs).cast(dtype).alias(name) for name, theirs, dtype in take]
    right = table.select(*named, *taken, pl.lit(True).alias(found)).drop_nulls(keys).collect()
    if once:
        right = right.unique(maintain_order=True)
        if right.select(keys).is_duplicated().any():
            sys.exit(f"the key {', '.join(on)} is not unique in a reference table")
    joined = rows.join(right, on=keys, how="left", maintain_order="left").drop(keys)
    counts.added += joined.height - rows.height
    joined = joined.with_columns(pl.col(found).fill_null(False))
    if on_miss == "drop":
        hits = joined.filter(pl.col(found))
        counts.booked[book_as] += joined.height - hits.height
        joined = hits
    return joined if on_miss == "reject" else joined.drop(found)


def latest_rows(rows: pl.DataFrame, keys: list[str], columns: list[str], book_as: str, counts: Counts) -> pl.DataFrame:
    """The row with the greatest __order per key; a key with a null in it is not known to be the same."""
    work = rows.with_row_index("__row")
    ties = [c for c in columns if not rows.schema[c].is_nested()]
    known = work.filter(pl.all_horizontal(pl.col(keys).is_not_null()))
    latest = known.sort(["__order", *ties], descending=True, nulls_last=True).unique(
        keys, keep="first", maintain_order=True
    )
    unknown = work.filter(pl.any_horizontal(pl.col(keys).is_null()))
    kept = pl.concat([latest, unknown]).sort("__row").select(columns)
    counts.booked[book_as] += rows.height - kept.height
    return kept


def explode_rows(
    rows: pl.DataFrame, column: str, into: str, position: str | None, book_as: str, counts: Counts
) -> pl.DataFrame:
    """One row per item of a list; a row without items is booked."""
    lengths = pl.col(column).list.len().fill_null(0).cast(pl.Int64)
    full = rows.filter(lengths > 0)
    counts.booked[book_as] += rows.height - full.height
    counts.added += int(full.select((lengths - 1).sum()).item() or 0)
    lists = [pl.col(column).alias(into)]
    if position:
        lists.append(pl.int_ranges(1, lengths + 1).alias(position))
    return full.with_columns(lists).explode([into, *([position] if position else [])])


def sum_of(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """An exact sum; null without values, and where it may not fit."""
    some = value.count() > 0
    if dtype == pl.Int64():
        return pl.when(some).then(value.cast(pl.Int128).sum())
    if isinstance(dtype, pl.Decimal):
        limit = pl.lit(Decimal(10) ** max(0, 28 - dtype.scale), dtype=pl.Decimal(38, 0))
        return pl.when(some & (value.abs() < limit).all()).then(value.sum())
    return pl.when(some).then(value.sum())


def group_rows(
    rows: pl.DataFrame,
    by: list[str],
    take: list[tuple[str, str, bool, pl.DataType]],
    book_as: str,
    counts: Counts,
) -> pl.DataFrame:
    """One row per key (in __k0, __k1 …) with aggregates of __v0, __v1 …; the rows merged are booked."""
    aggregates = []
    for i, (name, how, given, dtype) in enumerate(take):
        value = pl.col(f"__v{i}") if given else pl.lit(True)
        made = {
            "count": value.count() if given else pl.len(),
            "sum": sum_of(value, dtype),
            "min": value.min(),
            "max": value.max(),
            "any": value.min(),
            "count_distinct": value.drop_nulls().n_unique(),
        }[how]
        aggregates.append(made.cast(dtype, strict=False).alias(name))
    keys = [pl.col(f"__k{i}").alias(name) for i, name in enumerate(by)]
    out = rows.group_by(keys).agg(aggregates).sort(by, nulls_last=True)
    counts.booked[book_as] += rows.height - out.height
    return out


def part_rows(
    rows: pl.DataFrame, mapped: pl.DataFrame, values: pl.DataFrame, guards: list[Guard], spec: str, counts: Counts
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Passed rows in the target's form, and rejected rows as they were with what is wrong with them.

    Args:
        rows: The rows before the fields were mapped.
        mapped: Target fields ('out …') and, per guard, whether it rejects ('bad …').
        values: Per guard the offending value of each rejected row.
        guards: The reasons to reject, in order.
        spec: Name and version of the spec.
        counts: The books.
    """
    flags = [name for name in mapped.columns if name.startswith("bad ")]
    bad = mapped.select(pl.any_horizontal([pl.lit(False), *flags]).alias("b")).to_series()
    good = tally_replaced(mapped.filter(~bad), "why ", counts, guards)
    passed = good.select(pl.col("^out .*$").name.map(lambda name: name.removeprefix("out ")))
    work = pl.concat([mapped.filter(bad).select(flags), values], how="horizontal")
    said: dict[str, pl.Expr] = dict.fromkeys(("code", "field", "step", "reason", "value"), pl.lit(None, pl.String))
    for flag, value, guard in reversed(list(zip(flags, values.columns, guards, strict=True))):
        here = {name: pl.lit(getattr(guard, name)) for name in ("code", "field", "step", "reason")}
        here["value"] = pl.col(value)
        said = {n: pl.when(pl.col(flag)).then(here[n]).otherwise(e) for n, e in said.items()}
    every = [
        pl.when(pl.col(f)).then(pl.lit(f"{g.code} {g.field} {g.reason}".replace("  ", " ")))
        for f, g in zip(flags, guards, strict=True)
    ]
    faults = pl.concat_str(every, separator="; ", ignore_nulls=True) if every else pl.lit(None, pl.String)
    columns = [e.alias(f"_{n}") for n, e in said.items()] + [faults.alias("_faults"), pl.lit(spec).alias("_spec")]
    row = pl.int_range(pl.len()).alias("__row")  # keeps the height when all the others are constants
    reasons = work.select(row, *columns).drop("__row")
    own = [c for c in rows.columns if not (c.startswith("__") and c.endswith("_found"))]
    rejected = rows.filter(bad).select(own).with_columns(reasons.get_columns())
    counts.rows_out += passed.height
    counts.rejected.update(rejected["_code"].to_list())
    for guard in guards:
        if guard.fatal and counts.rejected[guard.code]:
            sys.exit(f"{guard.field} {guard.reason} in {counts.rejected[guard.code]} rows, and the spec says: fail")
    return passed, rejected


def main(
    run: Callable[..., tuple[pl.DataFrame, pl.DataFrame, Counts]], guards: list[Guard], tables: list[str], about: str
) -> None:
    """The command line: source in, passed rows out, rejected rows beside, the books on standard output."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("source", help="the rows to map: .csv, .parquet or .ndjson")
    parser.add_argument("out", help="where the passed rows go, in any of these formats")
    parser.add_argument("rejects", nargs="?", help="where the rejected rows go; Parquet keeps nested values")
    parser.add_argument("--separator", default=",", help="of a CSV source")
    parser.add_argument("--encoding", default="utf-8", help="of a CSV source, as in cp1252")
    parser.add_argument("--table", action="append", default=[], metavar="NAME=PATH", help=f"of {tables}")
    given = parser.parse_args()
    paths = {name: name for name in tables} | dict(t.split("=", 1) for t in given.table)
    try:
        source = read_rows(given.source, given.separator, given.encoding)
        passed, rejected, counts = run(source, lambda name: read_rows(paths[name]))
    except (pl.exceptions.ComputeError, UnicodeError, LookupError) as e:
        sys.exit(f"the source cannot be read: {str(e).strip().splitlines()[0]}; --separator and --encoding say how")
    write_rows(passed, given.out)
    if given.rejects:
        write_rows(rejected, given.rejects)
    reasons = {g.code: f"{g.field} {g.reason}".strip() for g in guards}
    books = {
        "rows_in": counts.rows_in,
        "added": counts.added,
        "rows_out": counts.rows_out,
        "rejected": counts.rejected.total(),
        "booked": dict(sorted(counts.booked.items())),
        "reject_reasons": [
            {"code": c, "reason": reasons.get(c, ""), "rows": n}
            for c, n in sorted(counts.rejected.items(), key=lambda item: (-item[1], item[0]))
        ],
        "replaced": [
            {"code": c, "reason": reasons.get(c, ""), "values": n}
            for c, n in sorted(counts.replaced.items(), key=lambda item: (-item[1], item[0]))
        ],
    }
    print(json.dumps(books, ensure_ascii=False, indent=1))
