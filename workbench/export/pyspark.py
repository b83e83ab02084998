"""A spec as a PySpark job: the standalone Polars mapping run on Arrow batches, shuffled where a step needs all rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbench.backends import REQUIREMENTS, helper_source, polars_source, say
from workbench.errors import Fault, NotPortableError
from workbench.model import Expr, Group, KeepLatest, Plan, RowStep, Union

from . import runtime, spark_runtime
from .material import EXPORTERS, Material
from .python import constants, map_fields_code, reject_values_code
from .python_rows import row_code
from .script import heading, import_lines, runtime_source

__all__ = ["to_pyspark"]


@EXPORTERS.register("pyspark")
def to_pyspark(material: Material) -> Mapping[str, str]:
    """A job for Spark 4: Parquet in, Parquet out, rejected rows beside, the books on standard output.

    The mapping runs as Polars on Arrow batches on the executors, so that it means there what it means here.
    Before a keep_latest or a group the rows are shuffled by their key.

    Raises:
        NotPortableError: A union: its rows belong to the data set, not to each partition of it.
    """
    plan = material.resolved.plan
    unions = [s.id for s in plan.rows if isinstance(s, Union)]
    if unions:
        raise NotPortableError(
            [
                Fault(f"row step {step}: a union cannot run partition by partition", plan.name, "unite before the job")
                for step in unions
            ]
        )
    return {f"{material.file_name}_job.py": _job(material)}


def _head(material: Material, functions: Iterable[str]) -> str:
    """The first lines of the job: what it is, what it needs, how it is run."""
    plan, spec = material.resolved.plan, material.spec
    needs = sorted({p for f in functions for p in REQUIREMENTS.get(f, ())})
    return (
        f'"""{spec.title}: {spec.source.dataset} to {spec.target.name}, as a PySpark job.\n\n'
        f"Written by the Mapping Workbench from the spec {plan.fingerprint};\n"
        "change the spec and export it again rather than changing this file.\n\n"
        f"Needs on every executor: {', '.join(['polars>=2.1', 'pyarrow', *needs])}\n\n"
        f"    spark-submit {material.file_name}_job.py SOURCE OUT REJECTS [--table NAME=PATH]\n"
        '"""\n\nfrom __future__ import annotations\n'
    )


def _job(material: Material) -> str:
    plan, spec, resolved = material.resolved.plan, material.spec, material.resolved
    phases = [row_code(steps, f"phase_{i}") for i, steps in enumerate(_phases(plan), start=1)]
    fields, values = map_fields_code(spec, resolved), reject_values_code(resolved)
    keys, key_helpers, key_functions = _keys(plan)
    helpers = {*fields[1], *values[1], *key_helpers, *(h for p in phases for h in p.helpers)}
    functions = {*fields[2], *values[2], *key_functions, *(f for p in phases for f in p.functions)}
    imports, definitions = helper_source(sorted(helpers), sorted(functions))
    own = runtime_source(
        {
            "Guard",
            "Counts",
            "part_rows",
            "spark_main",
            "on_partition",
            "run_phase",
            "as_batches",
            *(r for p in phases for r in p.runtime),
        },
        runtime,
        spark_runtime,
    )
    tables = sorted({t for s in plan.rows if (t := getattr(s, "table", None))})
    ends = [f"    {f'phase_{i}' if p.text else '_as_they_are'}," for i, p in enumerate(phases, start=1)]
    body = "\n\n\n".join(
        part
        for part in (
            constants(spec, resolved),
            heading("What the steps mean", definitions),
            heading("Around the fields", own),
            heading("The mapping", "\n\n\n".join(p.text for p in phases if p.text)),
            _AS_THEY_ARE if any(not p.text for p in phases) else "",
            keys,
            fields[0],
            values[0],
            _MAP_PART,
            "# Row steps up to the next shuffle, and the key of that shuffle.\n"
            f"PHASES = [\n{chr(10).join(ends)}\n]\n"
            f"KEYS = [{', '.join(f'key_{i}' for i in range(1, len(phases)))}]",
            'if __name__ == "__main__":\n'
            "    # Imported by its name, as the executors do, so that functions travel as names.\n"
            f"    spark_main(importlib.import_module(Path(__file__).stem), {say(tables)}, SPEC)",
        )
        if part
    )
    head = _head(material, functions)
    text = f"{head}\n{import_lines(imports, body, runtime, spark_runtime)}\n\n{body}\n"
    compile(text, "job", "exec", dont_inherit=True)  # a slip here must never leave the house
    return text


_AS_THEY_ARE = '''def _as_they_are(
    rows: pl.DataFrame, tables: Callable[[str], pl.LazyFrame], counts: Counts
) -> pl.DataFrame:
    """No row steps here."""
    return rows'''

_MAP_PART = '''def map_part(rows: pl.DataFrame, counts: Counts) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Map the fields of some rows: those that pass, and those rejected."""
    mapped = map_fields(rows)
    bad = mapped.select(pl.any_horizontal(pl.lit(False), pl.col("^bad .*$")).alias("b")).to_series()
    return part_rows(rows, mapped, reject_values(rows.filter(bad)), reasons(), SPEC, counts)'''


def _phases(plan: Plan) -> list[list[RowStep]]:
    """The row steps cut before each that needs all rows of a key."""
    phases: list[list[RowStep]] = [[]]
    for step in plan.rows:
        if isinstance(step, KeepLatest | Group):
            phases.append([])
        phases[-1].append(step)
    return phases


def _key_of(step: RowStep) -> Sequence[Expr]:
    return step.by if isinstance(step, KeepLatest) else [e for _, e in step.by] if isinstance(step, Group) else []


def _keys(plan: Plan) -> tuple[str, set[str], set[str]]:
    """Functions that give the key by which rows are shuffled before a phase."""
    helpers: set[str] = set()
    functions: set[str] = set()
    texts = []
    for number, step in enumerate((s for s in plan.rows if isinstance(s, KeepLatest | Group)), start=1):
        source = polars_source([("key", e) for e in _key_of(step)])
        helpers |= source.helpers
        functions |= source.functions
        texts.append("\n".join(_key(number, step.id, source.layers, source.outputs)))
    return "\n\n\n".join(texts), helpers, functions


def _key(number: int, step: str, layers: Sequence[Sequence[tuple[str, str]]], outputs: Sequence[str]) -> Iterator[str]:
    yield f"def key_{number}(rows: pl.DataFrame) -> pl.Series:"
    yield f'    """What rows are brought together by before {step}."""'
    yield "    frame = rows.lazy()"
    for layer in layers:
        yield f"    frame = frame.with_columns({', '.join(f'{code}.alias({say(name)})' for name, code in layer)})"
    parts = [f'{code}.cast(pl.String).fill_null("\\x00")' for code in outputs] or ['pl.lit("")']
    joined = f'pl.concat_str([{", ".join(parts)}], separator="\\x1f").alias("key")'
    yield f'    return frame.select(pl.int_range(pl.len()).alias("row"), {joined}).collect()["key"]'
