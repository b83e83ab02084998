"""Dead letters: rejected rows kept with their original values until the spec is mended and they pass."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import polars as pl

from workbench.errors import SourceError, UsageError

__all__ = ["DeadLetters", "Replay"]

REASON_COLUMNS = ("_code", "_field", "_step", "_reason", "_value", "_faults", "_spec")
LETTER = "_letter"
_OWN = (LETTER, "_run", "_at", "_fingerprint")
_SETTLED = "_settled"


class Outcome(Protocol):
    """What a run over dead letters gives: the rows rejected again carry their `_letter`."""

    @property
    def passed(self) -> pl.DataFrame:
        """Rows in the target's form."""

    @property
    def rejected(self) -> pl.DataFrame:
        """Rows rejected again, with the column `_letter`."""


@dataclass(frozen=True)
class Replay:
    """A second try of dead letters, not yet settled.

    Attributes:
        run: Name of the run that replays.
        passed: Rows that now pass, in the target's form: write them, then call `DeadLetters.settle`.
        rejected: Rows rejected again, with the reason of now.
        letters: The letters that are done with: they passed, or the spec now leaves them out on purpose.
        tried: How many were tried.
    """

    run: str
    passed: pl.DataFrame
    rejected: pl.DataFrame
    letters: tuple[str, ...]
    tried: int

    def __str__(self) -> str:
        return (
            f"{self.tried:,} dead letters replayed: {self.passed.height:,} rows passed, "
            f"{self.rejected.height:,} rejected again"
        )


class DeadLetters:
    """A folder of rejected rows: one Parquet file per run and part, never changed once written.

    Each row holds its original columns, why it was rejected, which spec rejected it in which run, and a
    name of its own (`_letter`). That a letter passed later is written beside it, so the original stays.

    Args:
        folder: Where the files are; made on the first `keep`.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def keep(
        self, rejected: pl.DataFrame, *, run: str, fingerprint: str = "", part: int = 0, at: datetime | None = None
    ) -> Path | None:
        """Write rejected rows, all or none; the same run and part written again replaces itself.

        Args:
            rejected: Rows with the reject columns that `apply` and `check` add.
            run: Name of the run.
            fingerprint: Of the spec that rejected them.
            part: Number of the batch within the run.
            at: When; now unless given.

        Returns:
            The file; none when there are no rows.

        Raises:
            UsageError: The rows do not say why they were rejected.
            SourceError: The folder cannot be written.
        """
        missing = [c for c in REASON_COLUMNS if c not in rejected.columns]
        if missing:
            raise UsageError(
                f"rejected rows lack the columns {', '.join(missing)}", cure="keep what apply or check rejected"
            )
        if not rejected.height:
            return None
        spec = str(rejected["_spec"][0] or "unknown")
        name = f"{_safe(run)}-{part:05}"
        letters = rejected.drop([c for c in _OWN if c in rejected.columns]).with_columns(
            (pl.lit(f"{name}-") + pl.int_range(pl.len()).cast(pl.String)).alias(LETTER),
            pl.lit(run).alias("_run"),
            pl.lit(at or datetime.now(UTC)).cast(pl.Datetime("us", "UTC")).alias("_at"),
            pl.lit(fingerprint).alias("_fingerprint"),
        )
        return _write(letters, self.folder / _safe(spec) / f"{name}.parquet")

    def query(
        self,
        *,
        spec: str | None = None,
        run: str | None = None,
        field: str | None = None,
        step: str | None = None,
        code: str | None = None,
        reason: str | None = None,
        settled: bool = False,
    ) -> pl.DataFrame:
        """The letters that fit; columns that a file lacks are null.

        Args:
            spec: Name of the spec, with or without its version.
            run: Name of the run.
            field: The target field at fault.
            step: The step at fault.
            code: The reject code, as in 'f4.2'.
            reason: Words that the reason contains, in any case.
            settled: Letters that passed in a replay too.
        """
        files = list(self._files(spec))
        if not files:
            return pl.DataFrame(schema=dict.fromkeys((*REASON_COLUMNS, LETTER, "_run"), pl.String))
        letters = pl.concat([pl.scan_parquet(f) for f in files], how="diagonal_relaxed")
        for column, wanted in (("_run", run), ("_field", field), ("_step", step), ("_code", code)):
            if wanted is not None:
                letters = letters.filter(pl.col(column) == wanted)
        if reason is not None:
            letters = letters.filter(pl.col("_reason").str.to_lowercase().str.contains(reason.lower(), literal=True))
        if not settled and (done := self._settled()) is not None:
            letters = letters.join(done, on=LETTER, how="anti", maintain_order="left")
        return letters.collect()

    def summary(self, *, spec: str | None = None) -> pl.DataFrame:
        """Open letters counted by spec, field, step and reason, most first."""
        keys = ["_spec", "_code", "_field", "_step", "_reason"]
        counted = self.query(spec=spec).group_by(keys).agg(rows=pl.len(), runs=pl.col("_run").n_unique())
        return counted.sort(["rows", *keys], descending=[True] + [False] * len(keys))

    def replay(self, again: Callable[[pl.DataFrame], Outcome], letters: pl.DataFrame, *, run: str) -> Replay:
        """Try letters again; nothing is settled before `settle` is called.

        Args:
            again: Runs the mended spec over rows, handing `_letter` through to those it rejects.
            letters: What `query` gave.
            run: Name of the run that replays.

        Raises:
            UsageError: The run did not hand `_letter` through.
        """
        rows = letters.drop([c for c in (*REASON_COLUMNS, *_OWN) if c in letters.columns and c != LETTER])
        outcome = again(rows)
        if LETTER not in outcome.rejected.columns:
            raise UsageError("the replay lost the names of the letters", cure="hand the column _letter through")
        still = set(outcome.rejected[LETTER].to_list())
        done = tuple(name for name in letters[LETTER].to_list() if name not in still)
        return Replay(run, outcome.passed, outcome.rejected, done, letters.height)

    def settle(self, replay: Replay, *, at: datetime | None = None) -> Path | None:
        """Write down that letters are done with; call it once their rows are safely written.

        Doing it twice changes nothing.
        """
        if not replay.letters:
            return None
        done = pl.DataFrame({LETTER: list(replay.letters)}).with_columns(
            pl.lit(replay.run).alias("_run"), pl.lit(at or datetime.now(UTC)).alias("_at")
        )
        return _write(done, self.folder / _SETTLED / f"{_safe(replay.run)}.parquet")

    def _files(self, spec: str | None) -> Iterator[Path]:
        for file in sorted(self.folder.glob("*/*.parquet")):
            folder = file.parent.name
            if folder == _SETTLED:
                continue
            wanted = None if spec is None else _safe(spec)
            if wanted is None or folder == wanted or re.fullmatch(rf"{re.escape(wanted)}_\d+\.\d+\.\d+", folder):
                yield file

    def _settled(self) -> pl.LazyFrame | None:
        files = sorted((self.folder / _SETTLED).glob("*.parquet"))
        return pl.scan_parquet(files).select(LETTER).unique() if files else None


def _safe(name: str) -> str:
    """A name as a file name: no path can be smuggled in through it."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".") or "_"


def _write(frame: pl.DataFrame, path: Path) -> Path:
    """Write a file so that it is there whole or not at all, even when the power fails."""
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as out:
            frame.write_parquet(out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except OSError as e:
        temporary.unlink(missing_ok=True)
        raise SourceError(f"dead letters cannot be written: {e.strerror or e}", where=str(path)) from None
    return path
