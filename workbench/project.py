"""A landscape opened for work: datasets, entities and specs by name, and the verbs on them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from workbench.backends import normalise, schema_of
from workbench.errors import Fault, SourceError, SpecError, UnknownNameError, UsageError, did_you_mean
from workbench.mapping import Choice, Resolved, apply, draft_spec, resolve
from workbench.model import Contract, DataType, Field, Landscape, Spec, load_contract, load_landscape, load_spec
from workbench.profiling import Profile, profile
from workbench.sources import Scan, names_file, scan

if TYPE_CHECKING:
    from workbench.matching import Matches

__all__ = ["Project", "Proposal", "open_project"]

SUFFIX = ".odcs.yaml"


@dataclass(frozen=True)
class Proposal:
    """What the workbench proposes for a source and an entity: the matches and a draft spec."""

    matches: Matches
    spec: Spec

    def _repr_html_(self) -> str:
        return self.matches._repr_html_()


@dataclass(frozen=True)
class Project:
    """A folder of work: a landscape file where there is one, else loose files.

    Attributes:
        root: The folder; every relative path starts here and none leads out.
        landscape: The inventory, if there is one.
    """

    root: Path
    landscape: Landscape | None = None

    def scan(self, name: str) -> Scan:
        """Open a dataset of the landscape by its id, or a file by its path.

        Raises:
            SourceError: It cannot be read, or what is named like a file is not there.
            UnknownNameError: The landscape has no such dataset.
        """
        if self.landscape is not None and name in self._datasets:
            d = self.landscape.dataset(name)
            return scan(self.landscape.location(d), format=d.format, table=d.table, root=self.root, **d.options)
        path, _, table = name.partition("::")
        inside = (self.root / path).exists()
        if self.landscape is not None and not inside and not Path(path).exists() and not names_file(path):
            raise UnknownNameError.of("dataset", name, self._datasets, where=str(self.root))
        return scan(self.root / path if inside else path, table=table or None)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: the landscape's datasets and where they go."""
        if self.landscape is None:
            return {"text/plain": f"Project {self.root}: loose files, no landscape"}
        return self.landscape._repr_mimebundle_()

    @cached_property
    def _datasets(self) -> list[str]:
        return [d.id for d in self.landscape.datasets] if self.landscape else []

    def frame(self, name: str) -> pl.LazyFrame:
        """The rows of a dataset with canonical types."""
        return normalise(self.scan(name).frame)

    def profile(self, name: str, *, full: bool = False) -> Profile:
        """The facts about a dataset; what its contract calls personal is masked."""
        personal = [f.name for f in getattr(self.contract(name), "fields", ()) if f.personal]
        return profile(self.frame(name), name=name, full=full, personal=personal)

    def contract(self, name: str) -> Contract | None:
        """The contract of a dataset, if it has one."""
        if self.landscape is None or name not in self._datasets or self.landscape.dataset(name).contract is None:
            return None
        return self.landscape.contract(name)

    def entity(self, name: str) -> Contract:
        """A canonical entity by its name, or a contract by its path.

        Raises:
            UnknownNameError: There is none, with the nearest names.
        """
        if name.endswith((".yaml", ".yml")):
            return load_contract(name)
        if self.landscape is not None and name in self.landscape.entity_names:
            return self.landscape.entity(name)
        for folder in (self.root, self.root / "contracts" / "entities", self.root / "contracts"):
            path = folder / f"{name}{SUFFIX}"
            if path.is_file():
                return load_contract(path)
        known = self.landscape.entity_names if self.landscape else self._loose_entities()
        raise UnknownNameError.of("entity", name, known, where=str(self.root))

    def _loose_entities(self) -> list[str]:
        return [p.name.removesuffix(SUFFIX) for p in self.root.rglob(f"*{SUFFIX}")]

    def target(self, spec: Spec) -> Contract:
        """The contract of a spec's target, in the range of versions that the spec asks for.

        Raises:
            SpecError: The version is out of the range.
            UnknownNameError: There is no such target.
        """
        if spec.target.entity is not None:
            found = self.entity(spec.target.entity)
        else:
            contract = self.contract(spec.target.name)
            if contract is None:
                raise UsageError(
                    f"the dataset '{spec.target.name}' has no contract",
                    where=spec.place("target"),
                    cure="name one in the landscape",
                )
            found = contract
        return _of_the_version(found, spec, "target")

    def table(self, name: str) -> pl.LazyFrame:
        """A reference table that a spec names: a dataset's id or a path inside the project."""
        if name in self._datasets:
            return self.frame(name)
        return normalise(scan(name, root=self.root).frame)

    def table_schema(self, name: str) -> dict[str, DataType]:
        """The columns of a reference table."""
        return schema_of(self.table(name))

    def resolve(
        self,
        spec: Spec,
        *,
        frame: pl.LazyFrame | None = None,
        target: Contract | None = None,
        facts: Profile | None = None,
    ) -> Resolved:
        """Resolve a spec against its source and target; see `workbench.mapping.resolve`."""
        source = self.contract(spec.source.dataset)
        if source is not None:
            _of_the_version(source, spec, "source")
        rows = self.frame(spec.source.dataset) if frame is None else normalise(frame)
        values = {
            c.name: [v.value for v in c.top]
            for c in (facts.columns if facts else ())
            if c.distinct.exact and len(c.top) >= c.distinct.value
        }
        return resolve(
            spec,
            schema_of(rows),
            target or self.target(spec),
            source_contract=source,
            tables=self.table_schema,
            values=values,
        )

    def canonical(self, entity: str, *, progress: Callable[[str], None] = lambda _: None) -> dict[str, pl.DataFrame]:
        """The records of an entity from every system whose flow has a spec, in canonical form, by system.

        Raises:
            UsageError: No flow brings this entity, or none has a spec yet.
        """
        flows = [f for f in (self.landscape.flows if self.landscape else ()) if f.target == entity and f.spec]
        ready = [f for f in flows if f.source in self._datasets and (self.root / str(f.spec)).is_file()]
        if not ready:
            what = f"no flow of this landscape brings '{entity}' with a spec that is there"
            raise UsageError(what, where=str(self.root), cure="write one: workbench match SOURCE ENTITY -o spec.yaml")
        parts: dict[str, list[pl.DataFrame]] = {}
        for flow in ready:
            progress(f"mapping {flow.source}")
            spec = load_spec(self.root / str(flow.spec))
            applied = apply(self.resolve(spec).plan, self.frame(flow.source), self.table)
            parts.setdefault(flow.source.partition(".")[0], []).append(applied.passed)
        return {system: pl.concat(frames) for system, frames in parts.items()}

    def references(self, target: Contract) -> dict[str, pl.LazyFrame]:
        """The records of the entities that a target's fields point to, as far as this landscape brings them."""
        out: dict[str, pl.LazyFrame] = {}
        for name in dict.fromkeys(f.references.partition(".")[0] for f in target.fields if f.references):
            try:
                out[name] = pl.concat(list(self.canonical(name).values())).lazy()
            except UsageError:
                continue
        return out

    def propose(
        self,
        source: str,
        entity: str | Contract,
        *,
        facts: Profile | None = None,
        accept: float = 0.5,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Proposal:
        """Match a source to an entity and draft a spec.

        Args:
            source: A dataset's id or a file.
            entity: An entity's name, a contract's path, or the contract.
            facts: The source's profile, when it is there already.
            accept: Matches below this score are left out of the draft.
            progress: Told what is being done.
        """
        from workbench.matching import match

        target = entity if isinstance(entity, Contract) else self.entity(entity)
        if facts is None:
            progress(f"profiling {source}")
            facts = self.profile(source)
        progress(f"matching {source} to {target.name}")
        stated = self.contract(source)
        if stated is None:
            matches = match(facts, target, source_name=source)
        else:  # what people wrote down says what coded names mean; the facts say what is really there
            matches = match(stated, target, source_sample=facts, source_name=source)
        system = source.partition(".")[0] if source in self._datasets else ""
        choices = []
        for m in matches.best:
            if m.score >= accept:
                table, stray = self._translation(m.sources, target.field(m.target), facts, stated)
                choices.append(Choice(m.target, m.sources, m.score, m.evidence, table, stray, m.separator))
        spec = draft_spec(facts, self._with_key_forms(target), choices, dataset=source, stated=stated, system=system)
        return Proposal(matches, spec)

    def _with_key_forms(self, target: Contract) -> Contract:
        """The contract with, in fields that point to another entity's key, the pattern of that key."""
        fields = []
        for field in target.fields:
            entity, _, key = (field.references or "").rpartition(".")
            known = self.landscape.entity_names if self.landscape is not None else ()
            if field.pattern is None and entity in known and key in (other := self.entity(entity)):
                field = replace(field, pattern=other.field(key).pattern)
            fields.append(field)
        return replace(target, fields=tuple(fields))

    @staticmethod
    def _translation(
        sources: tuple[str, ...], wanted: Field, facts: Profile, stated: Contract | None
    ) -> tuple[Mapping[str, str], tuple[str, ...]]:
        """Which of the target's listed values each source value means, and those for which none was found."""
        from workbench.matching import match_values

        words = wanted.enum or (("true", "false") if wanted.type.kind == "boolean" else ())
        if not words or len(sources) != 1:
            return {}, ()
        counts = {v.value: int(v.count.value) for v in facts.column(sources[0]).top}
        labels = stated.field(sources[0]).labels if stated and sources[0] in stated else {}
        counts |= {code: 0 for code in labels if code not in counts}  # what may come is translated with what came
        # A code says nothing, its label in the contract does: 'A' is 'open'.
        named = {labels.get(v) or v: v for v in counts}
        found = match_values({name: counts[v] for name, v in named.items()}, words, labels=wanted.labels)
        return {named[k]: v for k, v in found.table.items()}, tuple(named[k] for k in found.unmatched)


def _of_the_version(found: Contract, spec: Spec, side: Literal["source", "target"]) -> Contract:
    """The contract of a spec's source or target, in the range of versions that the spec asks for."""
    wanted = (spec.source if side == "source" else spec.target).contract
    if wanted and not in_range(found.version, wanted):
        what = f"the spec asks for version {wanted} of {found.name}, here is {found.version}"
        raise SpecError([Fault(what, spec.place(side), "compare them with workbench contract diff")])
    return found


def in_range(version: str, wanted: str) -> bool:
    """Whether a version lies in a range: '1.4.0' exactly, '^1.4' the same major and not older.

    >>> in_range("1.5.2", "^1.4"), in_range("2.0.0", "^1.4"), in_range("1.3.9", "^1.4")
    (True, False, False)
    """
    have = [int(p) for p in version.split(".")[:3] if p.isdigit()]
    want = [int(p) for p in wanted.lstrip("^").split(".") if p.isdigit()]
    if not wanted.startswith("^"):
        return have[: len(want)] == want
    return have[:1] == want[:1] and have >= want


def open_project(path: str | os.PathLike[str] = ".") -> Project:
    """Open a landscape file, or the folder a file lies in; the landscape is looked for upwards.

    Args:
        path: landscape.yaml, a folder, or any file inside a project.

    Raises:
        LandscapeError: The landscape is faulty.
        SourceError: There is no such path.
    """
    start = Path(path).absolute()
    if not start.exists():
        near = [p.name for p in start.parent.glob("*")] if start.parent.is_dir() else []
        raise SourceError("there is no such file or folder", where=str(path), cure=did_you_mean(start.name, near))
    if start.is_file() and start.name.startswith("landscape"):
        return Project(start.parent, load_landscape(start))
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if (candidate / "landscape.yaml").is_file():
            return Project(candidate, load_landscape(candidate / "landscape.yaml"))
        if (candidate / ".git").exists():
            break
    return Project(folder)
