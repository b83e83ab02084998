"""Files written block by block, the same bytes for the same frames."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import polars as pl

from .databases import Database

__all__ = ["Files", "comma", "euros"]

_ROW_GROUP = 200_000


class Files:
    """The data files and tables of a landscape, open while its blocks are written.

    Args:
        root: The landscape's folder.
        database: Where tables go; opened on entering, closed with what happened.

    Attributes:
        rows: Rows written so far, by dataset.
    """

    def __init__(self, root: Path, database: AbstractContextManager[Database]) -> None:
        self.root = root
        self.rows: dict[str, int] = {}
        self._open: dict[str, IO[bytes]] = {}
        self._to_open = database
        self._stack = ExitStack()
        # One thread fills the tables, in the order given, while the next frames are being made.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="tables")
        self._waiting: deque[Future[None]] = deque()
        self._parts: dict[str, list[Path]] = {}

    def __enter__(self) -> Self:
        self._database = self._stack.enter_context(self._to_open)
        self._stack.push(self._close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _close(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the files; the database commits afterwards, or rolls back if anything failed."""
        for file in self._open.values():
            file.close()
        self._writer.shutdown(wait=True, cancel_futures=kind is not None)
        try:
            if kind is None:
                self._settle(0)
                self._put_together()
        finally:
            for part in (part for parts in self._parts.values() for part in parts):
                part.unlink(missing_ok=True)

    def _put_together(self) -> None:
        """Make one Parquet file of the parts of each."""
        for path, parts in self._parts.items():
            if len(parts) == 1:
                parts[0].replace(self.root / path)
            else:
                pl.scan_parquet(parts).sink_parquet(self.root / path, row_group_size=_ROW_GROUP)

    def _settle(self, still: int) -> None:
        """Wait until at most so many frames wait to be written; a failed one raises here."""
        while len(self._waiting) > still:
            self._waiting.popleft().result()

    def _count(self, dataset: str, frame: pl.DataFrame) -> None:
        self.rows[dataset] = self.rows.get(dataset, 0) + len(frame)

    def _file(self, path: str) -> tuple[IO[bytes], bool]:
        new = path not in self._open
        if new:
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            self._open[path] = target.open("wb")
        return self._open[path], new

    def csv(
        self, dataset: str, path: str, frame: pl.DataFrame, *, separator: str = ",", encoding: str = "utf-8"
    ) -> None:
        """Append rows to a CSV file; the header once."""
        file, new = self._file(path)
        if encoding == "utf-8":
            frame.write_csv(file, include_header=new, separator=separator)
        else:
            text = frame.write_csv(include_header=new, separator=separator)
            file.write(text.encode(encoding, errors="replace"))
        self._count(dataset, frame)

    def ndjson(self, dataset: str, path: str, frame: pl.DataFrame) -> None:
        """Append rows to a file of one JSON object a line."""
        file, _ = self._file(path)
        frame.write_ndjson(file)
        self._count(dataset, frame)

    def parquet(self, dataset: str, path: str, frame: pl.DataFrame) -> None:
        """Add rows to a Parquet file; they are put together when the files close."""
        parts = self._parts.setdefault(path, [])
        part = self.root / f"{path}.part{len(parts)}"
        part.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(part, row_group_size=_ROW_GROUP)
        parts.append(part)
        self._count(dataset, frame)

    def table(self, dataset: str, table: str, frame: pl.DataFrame) -> None:
        """Append rows of texts to a table of the database."""
        self._settle(2)
        self._waiting.append(self._writer.submit(self._database.insert, table, frame))
        self._count(dataset, frame)


def euros(cents: pl.Expr) -> pl.Expr:
    """Cents as text with a point: 123456 → '1234.56'."""
    size = cents.abs()
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = (size // 100).cast(pl.String)
    return pl.concat_str(sign, whole, pl.lit("."), (size % 100).cast(pl.String).str.zfill(2))


def comma(cents: pl.Expr, *, group: str = "") -> pl.Expr:
    """Cents as text with a comma: 123456 → '1234,56', or '1.234,56' with a group mark."""
    size = cents.abs()
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = (size // 100).cast(pl.String)
    if group:
        thousands = pl.concat_str((size // 100_000).cast(pl.String), pl.lit(group), whole.str.tail(3))
        whole = pl.when(size >= 100_000).then(thousands).otherwise(whole)
    return pl.concat_str(sign, whole, pl.lit(","), (size % 100).cast(pl.String).str.zfill(2))
