"""Excel and OpenDocument workbooks: one sheet as columns, typed where that is beyond doubt."""

from __future__ import annotations

import logging
from typing import Any

import polars as pl

from workbench.errors import MissingExtraError, SourceError, did_you_mean

from .csv_dialect import column_names, find_header
from .locations import Place, sniff_format
from .results import Problems, Scan

__all__ = ["read_excel", "sheet_names"]


def _open(place: Place) -> Any:
    try:
        import fastexcel
    except ImportError:
        raise MissingExtraError.of("fastexcel", "excel", "reading Excel files") from None
    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of types it guesses; ours are found later
    if place.file.stat().st_size == 0:
        raise SourceError("the file is empty", where=place.shown, cure="fetch it again, or leave it out")
    format_, what = sniff_format(place.file)
    if format_ != "excel" and what:
        cure = f"read it with format='{format_}'" if format_ else "convert it first"
        raise SourceError(f"this is {what}, not a workbook", where=place.shown, cure=cure)
    try:
        return fastexcel.read_excel(str(place.file))
    except fastexcel.FastExcelError as e:
        reason = str(e).splitlines()[0].removeprefix("calamine error: ")
        what = f"not a readable workbook: {reason}"
        raise SourceError(what, where=place.shown, cure="open it in Excel and save it again") from None


def sheet_names(place: Place) -> tuple[str, ...]:
    """The sheets of a workbook."""
    return tuple(_open(place).sheet_names)


def read_excel(place: Place, *, sheet: str | int | None = None, header: int | bool | None = None) -> Scan:
    """Open one sheet of a workbook; it is read into memory.

    A column is typed where all its cells are of one kind: whole numbers, numbers, dates, times,
    booleans; otherwise it is text. Number formats are not applied: 7 displayed as 007 is 7.

    Args:
        place: The file.
        sheet: Name, or position from 1; the first that has rows when not given.
        header: The row (from 1) that holds the names, False for none; found out when not given.

    Raises:
        SourceError: The file is no workbook, or has no such sheet.
        MissingExtraError: fastexcel is not installed.
    """
    book = _open(place)
    name = _sheet(book, sheet, place)
    raw = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
    problems = Problems()
    rows = raw.head(200).rows()
    at, names, how = _names(rows, raw.width, header, place, problems)
    facts: dict[str, Any] = {"format": "excel", "path": place.shown, "sheet": name, "sheets": tuple(book.sheet_names)}
    if at > 1:
        facts["rows_ahead_of_header"] = at - 1
    text = raw[at:]
    text.columns = names
    frame = _typed(book, name, at, text, problems) if text.height else text
    facts |= {"rows": frame.height, "header": how}
    if problems.counts:
        facts["problems"] = dict(problems.counts)
    return Scan(name, frame.lazy(), facts, tuple(problems.kept))


def _sheet(book: Any, sheet: str | int | None, place: Place) -> str:
    names: list[str] = list(book.sheet_names)
    if sheet is None:
        filled = (n for n in names if book.load_sheet(n, header_row=None, n_rows=1).width)
        return next(filled, names[0])
    if isinstance(sheet, int) and not isinstance(sheet, bool):
        if 1 <= sheet <= len(names):
            return names[sheet - 1]
        raise SourceError(f"there is no sheet {sheet}", where=place.shown, cure=f"sheets are 1 to {len(names)}")
    if sheet not in names:
        raise SourceError(f"there is no sheet '{sheet}'", where=place.shown, cure=did_you_mean(str(sheet), names))
    return str(sheet)


def _names(
    rows: list[tuple[str | None, ...]], width: int, header: int | bool | None, place: Place, problems: Problems
) -> tuple[int, list[str], str]:
    """How many rows come before the data, the column names, and how they were found."""
    if not rows:
        return 0, [f"column_{i + 1}" for i in range(width)], "the sheet is empty"
    filled = [[c or "" for c in row] for row in rows]
    if header is None or header is True:
        # a title stands in one cell; the header is the first row as full as the table
        full = max(sum(map(bool, row)) for row in filled)
        first = next(i for i, row in enumerate(filled) if sum(map(bool, row)) > max(full / 2, 1) or full == 1)
        found, how = (True, "given") if header else find_header(filled[first:])
    elif header is False:
        first, found, how = 0, False, "given"
    elif 1 <= header <= len(rows):
        first, found, how = header - 1, True, "given"
    else:
        raise SourceError(
            f"there is no row {header}", where=place.shown, cure=f"the sheet has {len(rows)} rows or more"
        )
    names, remarks = column_names(filled[first] if found else None, width)
    for remark in remarks:
        problems.add("header", first + 1, remark)
    return first + found, names, how


def _typed(book: Any, name: str, at: int, text: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    sheet = book.load_sheet(name, header_row=None, skip_rows=at, column_names=text.columns, schema_sample_rows=None)
    typed = sheet.to_polars()
    if typed.height != text.height:
        return text  # trailing rows were treated differently: text is the safe answer
    columns = []
    for column in text.columns:
        kept = _column(text[column], typed[column])
        columns.append(kept)
        lost = kept.null_count() - text[column].null_count()
        if lost:  # an error value such as #DIV/0!
            problems.add("error values", None, f"{lost} cells of '{column}' hold no value")
    return pl.DataFrame(columns)


def _column(text: pl.Series, typed: pl.Series) -> pl.Series:
    """The typed column where that says the same as the text, else the text."""
    if typed.dtype == pl.Boolean:
        return typed
    if typed.dtype == pl.Float64:
        whole = typed.drop_nulls()
        if bool(((whole == whole.floor()) & (whole.abs() < 2**53)).all()):
            return typed.cast(pl.Int64)
        return typed if bool((whole.abs() < 2**53).all()) else text
    if isinstance(typed.dtype, pl.Datetime):
        moments = typed.cast(pl.Datetime("us"))
        midnight = bool((moments.dt.truncate("1d") == moments).all())
        return moments.cast(pl.Date) if midnight else moments
    return typed if typed.dtype in (pl.Date, pl.Time, pl.Int64) else text
