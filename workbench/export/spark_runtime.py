"""What a PySpark job does around the mapping: phases over Arrow batches, books, reading and writing.

The functions here are copied into the jobs that the exporter writes; so they use Polars, PyArrow, PySpark and
the standard library alone, and the names that the job defines: SOURCE, SPEC, PHASES, KEYS, map_part.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from .runtime import Counts

__all__: list[str] = []

Job = Any  # the module of the job itself, imported anew on every executor


def plain_schema(schema: Any) -> Any:
    """An Arrow schema in the types that Spark knows: no views and no large texts."""
    import pyarrow as pa

    def plain(t: Any) -> Any:
        if pa.types.is_large_string(t) or pa.types.is_string_view(t):
            return pa.string()
        if pa.types.is_list(t) or pa.types.is_large_list(t):
            return pa.list_(plain(t.value_type))
        if pa.types.is_struct(t):
            return pa.struct([pa.field(f.name, plain(f.type)) for f in t])
        return pa.string() if pa.types.is_null(t) else t

    return pa.schema([pa.field(f.name, plain(f.type)) for f in schema])


def as_batches(frame: pl.DataFrame) -> Iterator[Any]:
    """A frame as Arrow batches that Spark takes."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    yield from table.cast(plain_schema(table.schema)).to_batches()


def run_phase(job: Job, number: int, rows: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """One phase over some rows: rows for the next phase, or passed and rejected ones; and its books."""
    counts = Counts(rows_in=rows.height if number == 0 else 0)
    rows = job.PHASES[number](rows, lambda name: tables[name].lazy(), counts)
    parts: list[pl.DataFrame] = []
    if number < len(job.PHASES) - 1:
        key = job.KEYS[number](rows)
        parts.append(rows.select(pl.struct(pl.all()).alias("row")).with_columns(key.alias("key")))
    else:
        passed, rejected = job.map_part(rows, counts)
        parts.append(passed.select(pl.struct(pl.all()).alias("passed")))
        parts.append(rejected.select(pl.struct(pl.all()).alias("rejected")))
    books = json.dumps(books_of(counts))
    parts.append(pl.DataFrame({"books": [books]}))
    # One shape, whatever a batch holds: a record is null where a row is none of that kind.
    out = pl.concat(parts, how="diagonal")
    return out.select(sorted(out.columns))


def on_partition(name: str, number: int, tables: Any) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """The work on one partition; the job is imported there by its name, so nothing but the name travels."""

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        import polars
        import pyarrow

        job = importlib.import_module(name)
        known = {k: polars.from_arrow(v) for k, v in tables.value.items()}
        if number == 0:  # row by row: each batch on its own
            for batch in batches:
                rows = polars.from_arrow(pyarrow.Table.from_batches([batch]))
                yield from job.as_batches(job.run_phase(job, number, rows, known))
        else:  # every row of a key is in one partition
            held = list(batches)
            if held:
                rows = polars.from_arrow(pyarrow.Table.from_batches(held))
                yield from job.as_batches(job.run_phase(job, number, rows, known))

    return work


def spark_main(job: Job, tables: list[str], about: str) -> None:
    """The command line: Parquet in, Parquet out, rejected rows beside, the books on standard output."""
    from pyspark.sql import SparkSession
    from pyspark.sql.pandas.types import from_arrow_schema

    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("source", help="Parquet file or folder to map")
    parser.add_argument("out", help="folder for the passed rows")
    parser.add_argument("rejects", help="folder for the rejected rows")
    parser.add_argument("--table", action="append", default=[], metavar="NAME=PATH", help=f"Parquet of {tables}")
    given = parser.parse_args()
    # An instant is written as one: Spark's old form of it in Parquet does not say that it is in UTC.
    session = (
        SparkSession.builder.appName(about)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .getOrCreate()
    )
    session.sparkContext.addPyFile(str(Path(sys.argv[0]).resolve()))
    paths = {name: name for name in tables} | dict(t.split("=", 1) for t in given.table)
    known = {name: session.read.parquet(path).toArrow() for name, path in paths.items()}
    shared = session.sparkContext.broadcast(known)
    empty = {name: pl.DataFrame(pl.from_arrow(table)) for name, table in known.items()}
    frame = session.read.parquet(given.source).select(list(job.SOURCE))
    sample = pl.DataFrame(schema=job.SOURCE)
    totals: list[Any] = []
    for number in range(len(job.PHASES)):
        shape = job.run_phase(job, number, sample, empty)
        schema = from_arrow_schema(plain_schema(shape.to_arrow(compat_level=pl.CompatLevel.oldest()).schema))
        frame = frame.mapInArrow(on_partition(job.__name__, number, shared), schema).persist()
        totals.append(frame.where("books is not null").select("books"))
        if number < len(job.PHASES) - 1:
            sample = shape.filter(pl.col("row").is_not_null()).select("row").unnest("row").head(0)
            frame = frame.where("row is not null").repartition("key").select("row.*")
    frame.where("passed is not null").select("passed.*").write.mode("overwrite").parquet(given.out)
    frame.where("rejected is not null").select("rejected.*").write.mode("overwrite").parquet(given.rejects)
    counts = Counts()
    for books in totals:
        for row in books.collect():
            add_books(counts, json.loads(row.books))
    counts.check()
    print(json.dumps(books_of(counts), indent=1))


def books_of(counts: Counts) -> dict[str, Any]:
    """The books as plain data."""
    return {
        "rows_in": counts.rows_in,
        "added": counts.added,
        "rows_out": counts.rows_out,
        "rejected": dict(counts.rejected),
        "booked": dict(counts.booked),
        "replaced": dict(counts.replaced),
    }


def add_books(counts: Counts, books: dict[str, Any]) -> None:
    """Add the books of one partition up."""
    counts.rows_in += books["rows_in"]
    counts.added += books["added"]
    counts.rows_out += books["rows_out"]
    counts.rejected.update(books["rejected"])
    counts.booked.update(books["booked"])
    counts.replaced.update(books["replaced"])
