"""A landscape opened for work: datasets, entities and specs by name, and the verbs on them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from workbench.backends import normalise, schema_of
from workbench.errors import SourceError, UnknownNameError, UsageError, did_you_mean
from workbench.mapping import Resolved, apply, of_the_version, resolve
from workbench.model import Contract, DataType, Landscape, Spec, load_contract, load_landscape, load_spec
from workbench.profiling import Profile, profile
from workbench.proposing import Proposal, fitting, held, propose, with_key_forms
from workbench.sources import Scan, names_file, scan

if TYPE_CHECKING:
    from workbench.matching import Decisions, TableMatches

__all__ = ["Project", "Proposal", "open_project"]

SUFFIX = ".odcs.yaml"


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
        loose = (p.name.removesuffix(SUFFIX) for p in self.root.rglob(f"*{SUFFIX}"))
        known = self.landscape.entity_names if self.landscape else list(loose)
        raise UnknownNameError.of("entity", name, known, where=str(self.root))

    @cached_property
    def entities(self) -> dict[str, Contract]:
        """The canonical entities of the landscape, by name."""
        return {name: self.entity(name) for name in (self.landscape.entity_names if self.landscape else ())}

    def entities_of(
        self,
        *sources: str,
        facts: Mapping[str, Profile] | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> TableMatches:
        """Which entity each source's rows are, when nobody said; facts are profiles that are there already.

        Raises:
            UsageError: There is no landscape, or it has no entities.
        """
        if not self.entities:
            raise UsageError("there are no entities here", where=str(self.root), cure="name the entity's contract")
        known = facts or {}
        if open_ := [name for name in sources if name not in known]:
            progress(f"profiling {', '.join(open_)}")
        sides = {name: (known.get(name) or self.profile(name), self.contract(name)) for name in sources}
        return fitting(sides, self.entities, self.decisions, {name: self.frame(name) for name in sources})

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
                    cure="name one in the landscape, or its file with --entity; workbench contract infer writes one",
                )
            found = contract
        return of_the_version(found, spec, "target")

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
        """Resolve a spec, see `workbench.mapping.resolve`; a target dataset without a contract asks for nothing."""
        source = self.contract(spec.source.dataset)
        if source is not None:
            of_the_version(source, spec, "source")
        rows = self.frame(spec.source.dataset) if frame is None else normalise(frame)
        values = {
            c.name: [v.value for v in c.top]
            for c in (facts.columns if facts else ())
            if c.distinct.exact and len(c.top) >= c.distinct.value
        }
        return resolve(
            spec,
            schema_of(rows),
            target or (self.target(spec) if spec.target.entity or self.contract(spec.target.name) else None),
            source_contract=source,
            tables=self.table_schema,
            values=values,
        )

    def canonical(
        self,
        entity: str,
        *,
        systems: Collection[str] | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> dict[str, pl.DataFrame]:
        """The records of an entity in canonical form by system: all whose flow has a spec, or the systems given.

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
            if systems is not None and flow.source.partition(".")[0] not in systems:
                continue
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

    @cached_property
    def decisions(self) -> Decisions:
        """What people decided on matches in this project: in its specs, and in decisions.yaml beside the landscape.

        Raises:
            DocumentError: A file is faulty; every fault is named with its line.
        """
        from workbench.matching import gather_decisions

        flows = [self.root / f.spec for f in (self.landscape.flows if self.landscape else ()) if f.spec]
        return gather_decisions([*flows, *sorted((self.root / "specs").glob("*.yaml"))], self.root / "decisions.yaml")

    def propose(
        self,
        source: str,
        entity: str | Contract,
        *,
        facts: Profile | None = None,
        accept: float = 0.5,
        decisions: Decisions | None = None,
        crosswalk: pl.DataFrame | None = None,
        linked: Mapping[str, pl.DataFrame] | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Proposal:
        """Match a source to an entity and draft a spec.

        Args:
            source: A dataset's id or a file.
            entity: An entity's name, a contract's path, or the contract.
            facts: The source's profile, when it is there already.
            accept: Matches below this score are left out of the draft.
            decisions: What people decided on matches; what this project's files say when not given.
            crosswalk: Columns canonical_id, system, source_id: the draft is held against the records of other
                systems that it links, and fields that they contradict are learned from them.
            linked: Those records, see `linked`, when they are there already.
            progress: Told what is being done.
        """
        target = entity if isinstance(entity, Contract) else self.entity(entity)
        facts = facts or self.profile(source)
        progress(f"matching {source} to {target.name}")
        known = self.decisions if decisions is None else decisions
        named = source if source in self._datasets else ""
        system, stated, form = named.partition(".")[0], self.contract(source), with_key_forms(target, self.entities)
        rows = self.frame(source)
        found = propose(source, form, facts, stated=stated, system=system, decisions=known, accept=accept, rows=rows)
        if crosswalk is None:
            return found
        others = self.linked(source, target.name, crosswalk, progress=progress) if linked is None else linked
        return held(found, target, source, rows, others, crosswalk, self.table, self.table_schema, progress)

    def linked(
        self, source: str, entity: str, crosswalk: pl.DataFrame, *, progress: Callable[[str], None] = lambda _: None
    ) -> dict[str, pl.DataFrame]:
        """The records of other systems, in canonical form, that a crosswalk links to those of a source; by system."""
        ours, there = source.partition(".")[0], set(crosswalk["system"].unique())
        return self.canonical(entity, systems=there - {ours}, progress=progress) if ours in there else {}


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
