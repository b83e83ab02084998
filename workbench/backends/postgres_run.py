"""Run a plan on PostgreSQL: the source copied in or already there, the work done there, the answers copied out."""

from __future__ import annotations

import io
import json
from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.errors import Fault, NotPortableError
from workbench.model import DataType, Lookup, Plan, Union

from .outcome import Applied
from .polars_casts import cast_expr
from .polars_types import schema_of, to_dtype
from .proving import prove
from .sql_run import Tables, book, duplicate_key_error, reference, reject_types, select_source
from .sql_script import Fact, SqlScript, with_parts
from .to_sql import compile_sql
from .udfs import function

if TYPE_CHECKING:
    from workbench.model import Expr

__all__ = ["load_postgres", "run_postgres"]


def run_postgres(
    plan: Plan,
    connection: Any,
    frame: pl.LazyFrame | pl.DataFrame | None = None,
    tables: Tables | None = None,
    *,
    source_table: str = "source_rows",
    facts: Container[Fact] | None = None,
) -> Applied:
    """Run a plan on PostgreSQL in one transaction, which is rolled back: only the answers leave.

    Args:
        plan: What to run.
        connection: An open psycopg connection.
        frame: The source, copied into a temporary table; None to read `source_table`.
        tables: Gives the frame of a table that a lookup or union names.
        source_table: What to read in PostgreSQL when no frame is given.
        facts: What is proven of the source; None proves it of the frame, which costs less than it saves.

    Raises:
        NotPortableError: PostgreSQL cannot keep a pinned meaning, or a text holds NUL, which it refuses.
        SourceError: A column is missing, or a reference table cannot be used.
    """
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        if frame is not None:
            source_table = "pg_temp.source_rows"
            rows = select_source(plan, frame).collect()
            facts = prove(plan, rows, "postgres") if facts is None else facts
            load_postgres(cursor, rows, "source_rows")
        names = {}
        for s in plan.rows:
            if isinstance(s, Lookup | Union):
                names[s.table] = f"pg_temp.reference_{s.id}"
                load_postgres(cursor, reference(tables, s.table), f"reference_{s.id}")
        script = compile_sql(plan, "postgres", source_table, tables=names, facts=facts or (), temporary=True)
        return _Run(cursor, script, is_ours=frame is not None).go()


def load_postgres(cursor: Any, frame: pl.DataFrame, table: str) -> None:
    """Copy a frame into a new temporary table; lists and records as jsonb.

    Raises:
        NotPortableError: A text holds the character NUL.
    """
    from .sql_postgres import PostgresEmitter

    emitter = PostgresEmitter()
    types = schema_of(frame)
    texts = [n for n, t in types.items() if t.kind == "text" and frame[n].str.contains("\x00", literal=True).any()]
    if texts:
        cure = "take the character out before, or run on another engine"
        raise NotPortableError([Fault("PostgreSQL has no NUL in a text", f"column '{n}'", cure) for n in texts])
    nested = [n for n, t in types.items() if t.is_nested]
    frame = frame.with_columns(_as_json(frame[n]) for n in nested)
    columns = ", ".join(f"{_quoted(n)} {emitter.type_name(t)}" for n, t in types.items())
    cursor.execute(f"CREATE TEMPORARY TABLE {_quoted(table)} ({columns}) ON COMMIT DROP")
    with cursor.copy(f"COPY pg_temp.{_quoted(table)} FROM STDIN (FORMAT csv)") as copy:
        for part in frame.iter_slices(100_000):
            # Quoted texts keep '' apart from null, which has no quotes.
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric").encode())
    cursor.execute(f"ANALYZE pg_temp.{_quoted(table)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_json(column: pl.Series) -> pl.Series:
    texts = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in column.to_list()]
    return pl.Series(column.name, texts, dtype=pl.String)


class _Run:
    """One run: row steps and what Python-only functions need as temporary tables, then one query."""

    def __init__(self, cursor: Any, script: SqlScript, *, is_ours: bool) -> None:
        self.cursor, self.script, self.is_ours = cursor, script, is_ours
        assert script._pipe is not None
        assert script._fields is not None
        self.pipe, self.fields, self.plan = script._pipe, script._fields, script.plan
        self.pending: list[tuple[str, str, str]] = []

    def go(self) -> Applied:
        for statement in self.script.prelude:
            self.cursor.execute(statement)
        unique = {name: step for step, name in self.pipe.unique_keys}
        counted = {"source"} | {p for m in self.pipe.measures for p in (m.more, m.less)}
        for name, query, says in self.script.parts[:-3]:
            for table, node, before, args in self.pipe.calls:
                if before == self._previous(name):
                    self._answer(table, node, before, args)
            self.pending.append((name, query, says))
            if name in counted or name in unique:
                self._keep(name)
            if name in unique:
                self._check_keys(unique[name], name)
        values = {f.name: f.value.type for f in self.plan.computed}
        rejects = reject_types(self.pipe.columns)
        frame = self._everything(values, rejects)
        bad = frame["__fault"].is_not_null()
        passed = frame.lazy().filter(~bad).select(pl.col(f"v{i}").alias(n) for i, n in enumerate(values)).collect()
        rejected = frame.filter(bad).select(pl.col(f"r{i}").alias(n) for i, n in enumerate(rejects))
        return book(self.plan, self._rows, self.pipe.measures, _typed(passed, values), _typed(rejected, rejects))

    def _previous(self, name: str) -> str:
        names = [n for n, _, _ in self.script.parts]
        return names[names.index(name) - 1]

    def _keep(self, name: str) -> None:
        """Make a temporary table of a part; those before it that nobody counts are written out inside.

        Others may write into the source meanwhile, so it is copied; but not a copy that nobody else sees.
        """
        at = next(i for i, (n, _, _) in enumerate(self.pending) if n == name)
        text = with_parts(self.pending[:at], self.pending[at][1], "postgres")
        kind, ends = ("VIEW", "") if name == "source" and self.is_ours else ("TABLE", "ON COMMIT DROP")
        self.cursor.execute(f"CREATE TEMPORARY {kind} {_quoted(name)} {ends} AS {text}")
        # The parts before it may be asked again: a query that nobody reads costs nothing.
        del self.pending[at]

    def _rows(self, part: str) -> int:
        self.cursor.execute(f"SELECT count(*) FROM {_quoted(part)}")
        return int(self.cursor.fetchone()[0])

    def _check_keys(self, step: Lookup, table: str) -> None:
        keys = ", ".join(f'"__k{i}"' for i in range(len(step.on)))
        self.cursor.execute(f'SELECT "__k0" FROM {_quoted(table)} GROUP BY {keys} HAVING count(*) > 1')
        found = self.cursor.fetchall()
        if found:
            raise duplicate_key_error(step, [str(r[0]) for r in found])

    def _answer(self, table: str, node: Expr, before: str, args: tuple[Any, ...]) -> None:
        """Fill the table of a Python-only function's answers: each distinct combination is asked once."""
        if any(n == before for n, _, _ in self.pending):
            self._keep(before)
        emitter = self.pipe.emitter
        shown = [a.sql("postgres", normalize_functions=False) for a in args]
        keys = [
            emitter.call_key(a.copy(), n.type).sql("postgres", normalize_functions=False)
            for a, n in zip(args, node.args, strict=True)
        ]
        self.cursor.execute(f"SELECT DISTINCT {', '.join([*shown, *keys])} FROM {_quoted(before)}")
        run = function(node["function"], dict(node["options"]))
        rows = self.cursor.fetchall()
        names = [f"k{i}" for i in range(len(args))]
        columns = ", ".join(f"{_quoted(n)} TEXT" for n in [*names, "value"])
        self.cursor.execute(f"CREATE TEMPORARY TABLE {_quoted(table)} ({columns}) ON COMMIT DROP")
        with self.cursor.copy(f"COPY pg_temp.{_quoted(table)} FROM STDIN") as copy:
            for row in rows:
                copy.write_row((*row[len(args) :], run(*row[: len(args)])))
        self.cursor.execute(f"ANALYZE pg_temp.{_quoted(table)}")

    def _everything(self, values: Mapping[str, DataType], rejects: Mapping[str, DataType]) -> pl.DataFrame:
        """The fault, the values and what a rejected row says, as texts that begin with '=' unless null."""
        from .sql_tree import Sql, column

        emitter = self.pipe.emitter

        def text(x: Sql, type_: DataType) -> str:
            if not type_.is_nested and type_.kind != "text":
                x = emitter.cast(x, "TEXT") if type_.kind == "float" else emitter.text_of(emitter.load(x, type_), type_)
            return f"'=' || {emitter.cast(x, 'TEXT').sql('postgres', normalize_functions=False)}"

        items = ['"__fault"']
        items += [f'{text(column(n), values[f])} AS "v{i}"' for i, (f, n) in enumerate(self.fields.values)]
        told = self.pipe.parts[-1].query.expressions
        for i, (e, type_) in enumerate(zip(told, rejects.values(), strict=True)):
            items.append(f'CASE WHEN "__fault" IS NOT NULL THEN {text(e.unalias().copy(), type_)} END AS "r{i}"')
        parts = [*self.pending, self.script.parts[-3]]
        query = with_parts(parts, f'SELECT {", ".join(items)} FROM "mapped"', "postgres")
        names = ["__fault", *(f"v{i}" for i in range(len(values))), *(f"r{i}" for i in range(len(rejects)))]
        return _copied(self.cursor, query, names)


def _copied(cursor: Any, query: str, names: Iterable[str]) -> pl.DataFrame:
    """What a query gives, as texts without the '=' that tells blank from null."""
    buffer = io.BytesIO()
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
        for block in copy:
            buffer.write(block)
    columns = list(names)
    schema = dict.fromkeys(columns, pl.String)
    if not buffer.tell():
        return pl.DataFrame(schema=schema)
    buffer.seek(0)
    frame = pl.read_csv(buffer, has_header=False, schema=schema)
    return frame.select(pl.col(columns[0]), pl.col(columns[1:]).str.slice(1))


def _typed(frame: pl.DataFrame, types: Mapping[str, DataType]) -> pl.DataFrame:
    """Texts as the values they stand for."""
    out = []
    for name, type_ in types.items():
        if type_.is_nested:
            values = [None if v is None else json.loads(v) for v in frame[name].to_list()]
            out.append(pl.Series(name, values, dtype=to_dtype(type_), strict=False))
            continue
        x = pl.col(name)
        if type_.kind == "time":
            x = x.str.to_time("%H:%M:%S%.6f")
        elif type_.kind == "float":
            x = x.cast(pl.Float64)
        elif type_.kind == "decimal":
            x = x.cast(to_dtype(type_))
        elif type_.kind not in ("text", "null"):
            x = cast_expr(x, DataType("text"), type_)
        out.append(
            frame.select(x.alias(name)).to_series() if type_.kind != "null" else pl.Series(name, [None] * frame.height)
        )
    return pl.DataFrame(out)
