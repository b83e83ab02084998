"""Delimited text: found out how it is written, read lazily where it is clean, repaired where not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import polars as pl

from workbench.errors import ConservationError, SourceError, UsageError, did_you_mean

from .cache import content_key, store_for
from .csv_check import check_file
from .csv_dialect import Layout, column_names, detect_layout
from .csv_repair import Reject, Repairer
from .csv_text import Encoding, detect_encoding, head_text, refuse_binary, settle, text_blocks
from .csv_tokens import Dialect
from .locations import Place
from .results import REJECTED_SCHEMA, Problems, ReadProblem, Scan

__all__ = ["read_csv"]


def read_csv(
    place: Place,
    *,
    delimiter: str | None = None,
    quote: str | None = None,
    escape: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    ragged: Literal["pad", "trim", "reject"] = "pad",
    check: bool = True,
    cache: str | os.PathLike[str] | None = None,
) -> Scan:
    """Open delimited text; every value stays text.

    An empty cell is null, an empty quoted cell is an empty text. A clean file is scanned where it lies;
    a faulty one, or one in another encoding than UTF-8, is read once into a Parquet cache.

    Args:
        place: The file.
        delimiter: What stands between cells; found out when not given, as all of the following.
        quote: What stands around cells; empty for none.
        escape: What stands before a quote within a quoted cell; empty for none.
        header: Whether the first row holds names.
        encoding: A codec of Python.
        ragged: What becomes of records of another width. 'pad' fills short ones up with nulls and
            rejects long ones; 'trim' also keeps long ones whose surplus is empty; 'reject' keeps neither.
        check: Read the whole file once beforehand (about 300 MB a second) to be sure of it. Without,
            nothing is known beyond its beginning: faults come up as errors or pass unseen.
        cache: The folder of the cache.

    Raises:
        SourceError: The file is empty, binary, or not in the encoding given.
        UsageError: An option has a value it cannot have.
    """
    if ragged not in ("pad", "trim", "reject"):
        raise UsageError(f"ragged cannot be '{ragged}'", cure=did_you_mean(ragged, ("pad", "trim", "reject")))
    for name, value in (("delimiter", delimiter), ("quote", quote), ("escape", escape)):
        if value is not None and ("\n" in value or "\r" in value or (name != "delimiter" and len(value) > 1)):
            raise UsageError(f"{name}={value!r} cannot be", cure="give one character, or '' for none")
    if delimiter == "":
        raise UsageError("the delimiter cannot be empty", cure="leave it out to have it found")
    path = place.file
    found = detect_encoding(path, encoding)
    refuse_binary(path, found)
    head = head_text(path, found)
    if not head.strip():
        cure = "fetch it again, or leave it out"
        raise SourceError("the file holds nothing but blanks", where=place.shown, cure=cure)
    layout = detect_layout(head, delimiter=delimiter, quote=quote, escape=escape, header=header)
    names = layout.names or ()
    if delimiter is None and layout.dialect.delimiter == " " and sum(not n.strip() for n in names) > len(names) / 2:
        what = "the columns are aligned with spaces: where each begins cannot be told from the rows alone"
        raise SourceError(what, where=place.shown, cure="export it with a delimiter, as CSV")
    return _Reader(place, found, layout, ragged, cache).scan(check)


class _Reader:
    def __init__(
        self, place: Place, encoding: Encoding, layout: Layout, ragged: str, cache: str | os.PathLike[str] | None
    ) -> None:
        self.place, self.path, self.encoding, self.layout = place, place.file, encoding, layout
        self.ragged, self.cache = ragged, cache
        self.problems = Problems()
        self.names, remarks = column_names(layout.names, layout.width)
        if layout.names is not None and len(layout.names) != layout.width:
            remarks.append(f"the header has {len(layout.names)} names, most rows have {layout.width} cells")
        for remark in remarks:
            self.problems.add("header", layout.skipped, remark)

    def scan(self, check: bool) -> Scan:
        dialect = self._plain_dialect()
        if dialect is None or not self.encoding.is_direct:
            why = "spaces, escapes or long delimiters" if dialect is None else f"the encoding, {self.encoding.name}"
            return self._repaired(f"read through a cache because of {why}")
        if not check:
            return self._scan(self._lazy(dialect, None), {"rows": None, "read": "lazily, unchecked"})
        header_problems = list(self.problems.kept)
        verdict = check_file(
            self.path, dialect, self.layout.width, skipped=self.layout.skipped, ragged=self.ragged,
            problems=self.problems, bom=self.encoding.bom,
        )  # fmt: skip
        if not verdict.faulty:
            frame = self._lazy(dialect, verdict.rows if verdict.trailing_blank else None, verdict.rows)
            if verdict.rows == 0 or frame.select(pl.len()).collect().item() == verdict.rows:
                self.encoding = replace(self.encoding, how=self.encoding.how.replace("so far", "throughout"))
                facts = {"rows": verdict.rows, "blank_lines": verdict.trailing_blank, "read": "lazily"}
                return self._scan(frame, facts)
            verdict.faulty = "two readers count different rows"
        self.problems = Problems(header_problems, {"header": len(header_problems)} if header_problems else {})
        if verdict.foreign:
            self.encoding = settle(self.path, self.encoding)
            fresh = head_text(self.path, self.encoding)
            if self.encoding.name != "utf-8":
                names = detect_layout(fresh, delimiter=self.layout.dialect.delimiter, header=True).names
                self._rename(names)
        return self._repaired(f"read through a cache because {verdict.faulty}")

    def _rename(self, names: tuple[str, ...] | None) -> None:
        """Names again, now that the encoding is known."""
        if self.layout.names is not None and names is not None and len(names) == len(self.layout.names):
            self.layout = replace(self.layout, names=names)
            self.names, _ = column_names(names, self.layout.width)

    def _plain_dialect(self) -> Dialect | None:
        """The dialect in which Polars may scan the file, if there is one."""
        dialect = self.layout.dialect
        if dialect.skip_space and self.layout.how["quote"] == "assumed":
            dialect = replace(dialect, quote="")  # the check refuses it should a quote turn up
        return dialect if dialect.is_plain else None

    def _lazy(self, dialect: Dialect, limit: int | None, rows: int | None = None) -> pl.LazyFrame:
        schema = dict.fromkeys(self.names, pl.String)
        if rows == 0:
            return pl.LazyFrame(schema=schema)
        frame = pl.scan_csv(
            self.path, has_header=False, skip_lines=self.layout.skipped, schema=schema, infer_schema=False,
            separator=dialect.delimiter, quote_char=dialect.quote or None, eol_char=dialect.newline,
            n_rows=limit, glob=False, missing_columns="insert",  # the first record may be a short one
        )  # fmt: skip
        if dialect.skip_space:
            bare = pl.all().str.strip_chars_start(" ")
            frame = frame.with_columns(pl.when(bare != "").then(bare).name.keep())
        return frame

    def _repaired(self, why: str) -> Scan:
        settings = (self.encoding, self.layout, tuple(self.names), self.ragged)
        store = store_for(self.place, content_key(self.path, *settings), self.cache)
        if not store.exists:
            outcome = _Outcome()
            store.fill(self._batches(outcome), lambda: outcome.finish(self.problems))
        found = store.facts
        self.problems = Problems([ReadProblem(*p) for p in found["problems"]], found["counts"])
        facts = {"rows": found["rows"], "blank_lines": found["blank"], "read": why}
        return self._scan(store.frame, facts, store.rejected)

    def _batches(self, outcome: _Outcome) -> Iterator[pl.DataFrame]:
        layout = self.layout
        repairer = Repairer(layout.dialect, layout.width, self.ragged, self.problems, layout.skipped + 1)
        schema = dict.fromkeys(self.names, pl.String)
        yield pl.DataFrame(schema=schema)  # so that the folder tells the columns when there are no rows
        texts = text_blocks(
            self.path, self.encoding, self.problems, newline=layout.dialect.newline, skip_lines=layout.skipped
        )
        for block in repairer.blocks(texts):
            outcome.book(block.rows, block.blank, block.rejected)
            if not block.rows:
                continue
            batch = pl.read_csv(
                block.text.encode(), has_header=False, schema=schema, infer_schema=False,
                separator=repairer.out.delimiter, quote_char=repairer.out.quote or None,
            )  # fmt: skip
            if batch.height != block.rows:
                what = f"{block.rows} records were sent on and {batch.height} arrived"
                raise ConservationError(what, where=f"{self.path}, before line {repairer.line}", cure="report it")
            yield batch

    def _scan(self, frame: pl.LazyFrame, facts: dict[str, Any], rejected: pl.DataFrame | None = None) -> Scan:
        layout, dialect = self.layout, self.layout.dialect
        known = {
            "format": "csv", "path": str(self.path), "rows": facts["rows"],
            "encoding": self.encoding.name, "encoding_how": self.encoding.how,
            "delimiter": dialect.delimiter, "delimiter_how": layout.how.get("delimiter", ""),
            "quote": dialect.quote, "quote_how": layout.how.get("quote", ""),
            "header": layout.names is not None, "header_how": layout.how.get("header", ""),
        }  # fmt: skip
        if dialect.escape:
            known["escape"] = dialect.escape
        if dialect.skip_space:
            known["space_after_delimiter"] = "skipped"
        if dialect.newline == "\r":
            known["newline"] = "\r"
        if layout.preamble:
            known["preamble"] = layout.preamble
        known |= {k: v for k, v in facts.items() if v or k == "rows"}
        if rejected is not None and rejected.height:
            known["rejected"] = rejected.height
        if self.problems.counts:
            known["problems"] = dict(self.problems.counts)
        args = {} if rejected is None else {"rejected": rejected}
        return Scan(self.place.name, frame, known, tuple(self.problems.kept), **args)


class _Outcome:
    """What became of the records of a file, block by block."""

    def __init__(self) -> None:
        self.rows = self.blank = 0
        self.rejected: list[Reject] = []

    def book(self, rows: int, blank: int, rejected: list[Reject]) -> None:
        self.rows += rows
        self.blank += blank
        self.rejected += rejected

    def finish(self, problems: Problems) -> tuple[pl.DataFrame, dict[str, Any]]:
        total = self.rows + len(self.rejected)
        if total > 20 and len(self.rejected) > total / 2:
            what = f"{len(self.rejected):,} of {total:,} records do not fit: check delimiter= and quote="
            problems.kept.insert(0, ReadProblem(None, what))
        facts = {
            "rows": self.rows, "blank": self.blank, "counts": problems.counts,
            "problems": [(p.line, p.what, p.text) for p in problems.kept],
        }  # fmt: skip
        return pl.DataFrame(self.rejected, schema=REJECTED_SCHEMA, orient="row"), facts
