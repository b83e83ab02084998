"""Files written block by block, the same bytes for the same frames."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import polars as pl

from workbench.errors import SourceError

__all__ = ["Files", "comma", "euros"]

_ROW_GROUP = 200_000
_SQLITE_VERSION = (3_040_000).to_bytes(4, "big")


class Files:
    """The data files of a landscape, open while its blocks are written.

    Attributes:
        rows: Rows written so far, by dataset.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: dict[str, int] = {}
        self._open: dict[str, IO[bytes]] = {}
        self._databases: dict[str, sqlite3.Connection] = {}
        # One thread writes the databases, in the order given, while the next frames are being made.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._waiting: deque[Future[None]] = deque()
        self._parts: dict[str, list[Path]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._open.values():
            file.close()
        self._writer.shutdown(wait=True, cancel_futures=kind is not None)
        try:
            if kind is None:
                self._settle(0)
                self._finish()
        finally:
            for connection in self._databases.values():
                connection.close()
            for part in (part for parts in self._parts.values() for part in parts):
                part.unlink(missing_ok=True)
        for path in self._databases:
            _pin_version(self.root / path)

    def _finish(self) -> None:
        """Commit the databases, put the Parquet parts together."""
        for connection in self._databases.values():
            connection.execute("commit")
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

    def table(
        self, dataset: str, path: str, table: str, frame: pl.DataFrame, types: Mapping[str, str] | None = None
    ) -> None:
        """Append rows to a table of a SQLite database.

        Args:
            dataset: Id of the dataset, for the count.
            path: The database file.
            table: The table.
            frame: The rows.
            types: SQL types by column; TEXT where not said.
        """
        self._settle(2)
        self._waiting.append(self._writer.submit(self._insert, self._database(path), table, frame, types or {}))
        self._count(dataset, frame)

    def _insert(
        self, connection: sqlite3.Connection, table: str, frame: pl.DataFrame, types: Mapping[str, str]
    ) -> None:
        columns = ", ".join(f'"{c}" {types.get(c, "TEXT")}' for c in frame.columns)
        connection.execute(f'create table if not exists "{table}" ({columns})')
        marks = ", ".join("?" * frame.width)
        values: Sequence[list[Any]] = [column.to_list() for column in frame]
        connection.executemany(f'insert into "{table}" values ({marks})', zip(*values, strict=True))

    def _database(self, path: str) -> sqlite3.Connection:
        if path not in self._databases:
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            try:
                connection = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
            except sqlite3.Error as e:
                raise SourceError(f"cannot write the database: {e}", where=str(target)) from e
            for pragma in ("page_size=4096", "journal_mode=off", "synchronous=off", "cache_size=-65536"):
                connection.execute(f"pragma {pragma}")
            connection.execute("begin")
            self._databases[path] = connection
        return self._databases[path]


def _pin_version(path: Path) -> None:
    """Write a fixed library version into the header, which would differ from machine to machine.

    Bytes 96 to 99 of a SQLite file name the library that wrote it last; nothing reads them to decide.
    """
    with path.open("r+b") as f:
        f.seek(96)
        f.write(_SQLITE_VERSION)


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
